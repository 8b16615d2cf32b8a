// Writes src/label/imagenet-taxonomy.json: the names of ImageNet's thousand classes and the kinds that
// they belong to, from WordNet 3.0's hypernyms. Only the selection below is ours.
// usage: node scripts/make-taxonomy.ts HYPERNYMS.json
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

/** `w` names, the classes first; `h` indexes of the direct hypernyms. */
interface Hypernyms {
  readonly w: readonly string[];
  readonly h: readonly (readonly number[])[];
}

/**
 * The ancestors that are shown, by their names in WordNet; `=` gives an everyday name. If WordNet has
 * several with one name, this list means the one with the most classes below it.
 */
const shown = `
animal; mammal; bird; reptile; amphibian; fish; insect; arachnid; spider; crustacean=Crustacean
invertebrate; mollusk; canine; dog; wolf; fox; feline; domestic cat=Cat; big cat; bear; primate; monkey; ape
rodent; rabbit; ungulate=Hoofed Animal; horse; cattle=Cow; sheep; goat; swine=Pig; antelope; elephant; whale
marsupial; seal; camel; terrier; hound; retriever; spaniel; sporting dog=Hunting Dog; shepherd dog; toy dog
working dog; poodle; spitz; corgi; domestic animal=Pet; musteline mammal=Weasel Family; aquatic bird=Waterbird
bird of prey; parrot; duck; owl; eagle; penguin; swan; finch; heron; stork; grouse; snake; lizard; turtle
crocodilian reptile=Crocodile; dinosaur; frog; salamander; shark; ray; crab; lobster; butterfly; beetle
echinoderm; coral
vehicle; car; truck; bus; van; train; locomotive; bicycle; motorcycle; boat; ship; sailboat; aircraft; airplane
military vehicle; wagon; cart; sled; spacecraft; vessel:15=Watercraft
building; house; tower; bridge; fence; roof; shop; place of worship; dwelling=Home; structure=Architecture
furniture; chair; table; bed; sofa=Couch; bench; cabinet; baby bed; lamp
clothing; headdress=Headwear; hat; helmet; footwear:5; shoe; boot; coat; dress; skirt; sweater; swimsuit; necktie=Tie
scarf; glove; mask; uniform; hosiery; armor; spectacles=Glasses; jewelry
electronic equipment=Electronics; computer; telephone=Phone; camera; screen; appliance; home appliance=Appliance
timepiece; clock; watch; musical instrument; guitar; piano; stringed instrument; wind instrument; brass
percussion instrument; keyboard instrument; measuring instrument; optical instrument; medical instrument
tool; weapon; gun; knife; cutlery; lock; bottle; bag; box; basket; jug; pot; pan; bowl; glass; tableware
kitchen utensil=Kitchenware; cooking utensil=Cookware; sports equipment; ball; gymnastic apparatus=Gym Equipment
plaything=Toy; puzzle; pen; towel; curtain; cosmetic=Cosmetics; toiletry=Toiletries; wheel
instrument of execution=
food:26=Food; food:27=Food; fruit=; edible fruit=Fruit; vegetable; squash; bread; dessert; frozen dessert; sandwich; beverage=Drink
wine; coffee; soup; sauce; dish:8=Meal; citrus=Citrus Fruit; flower; plant:2=Plant; fungus
geological formation=Nature; mountain; shore; person; athlete; seabird; game bird
`;

/** Better names for classes whose own name is unusual or ambiguous. */
const renamed: Readonly<Record<number, string>> = Object.fromEntries(
  `21 Kite Bird; 263 Pembroke Corgi; 264 Cardigan Corgi; 134 Crane Bird; 340 Zebra; 339 Horse; 345 Ox; 348 Ram; 405 Airship; 404 Airliner; 412 Trash Can; 419 Bandage
436 Station Wagon; 456 Archery Bow; 458 Brass Plate; 459 Bra; 468 Taxi; 480 Cash Machine; 487 Mobile Phone; 498 Movie Theater
517 Construction Crane; 518 Crash Helmet; 521 Slow Cooker; 542 Drumstick; 545 Electric Fan; 553 File Cabinet; 576 Gondola
589 Hair Dryer; 590 Handheld Computer; 592 Hard Disk; 608 Jeans; 620 Laptop; 628 Ocean Liner; 630 Loafer Shoe
635 Compass; 638 Swimsuit; 639 Swimsuit; 650 Microphone; 651 Microwave; 664 Monitor; 673 Computer Mouse; 677 Nail
680 Pacifier; 681 Laptop; 697 Pajamas; 705 Railroad Car; 707 Pay Phone; 717 Pickup Truck; 724 Pirate Ship
726 Wood Plane; 728 Plastic Bag; 738 Potted Plant; 748 Handbag; 751 Race Car; 759 Reflex Camera; 767 Eraser; 769 Ruler
776 Saxophone; 782 Screen; 795 Skis; 800 Slot Machine; 829 Tram; 831 Couch; 836 Sunglasses; 837 Sunglasses
850 Teddy Bear; 851 TV; 857 Throne; 861 Toilet; 881 Upright Piano; 882 Vacuum Cleaner; 896 Sink; 897 Washing Machine
908 Aircraft Wing; 913 Shipwreck; 916 Website; 921 Book; 923 Plate; 925 Soup; 929 Popsicle; 930 French Bread; 933 Hamburger
934 Hot Dog; 936 Cabbage; 948 Green Apple; 960 Chocolate Sauce; 966 Red Wine; 967 Espresso; 968 Cup; 970 Mountain
976 Cliff; 975 Lake; 978 Beach; 981 Baseball Player; 982 Bridegroom; 983 Scuba Diver; 984 Rapeseed; 986 Orchid
987 Corn; 988 Acorn; 989 Rose Hip; 990 Chestnut; 996 Mushroom; 997 Mushroom; 992 Mushroom; 998 Corn; 999 Toilet Paper
534 Dishwasher; 760 Refrigerator; 508 Computer Keyboard; 504 Mug; 752 Racket; 406 Altar; 101 Elephant; 281 Tabby Cat
282 Tiger Cat; 288 Leopard; 292 Tiger; 291 Lion; 355 Llama; 354 Dromedary; 7 Rooster; 8 Hen; 673 Computer Mouse`
    .split(/[;\n]/)
    .map((entry) => /^\s*(\d+) (.*?)\s*$/.exec(entry) ?? [])
    .map(([, index = "", name = ""]) => [Number(index), name]),
);

/** Further kinds of things; with `!`, the only kinds. WordNet's kinds are not always the everyday ones. */
const also = `
! : Website, Menu, Hay, Bubble, Envelope, Nematode, Van
Car: Van
Pet: Hamster, Guinea Pig, Goldfish
Elephant: Elephant
Wildlife: Wolf, Fox, Big Cat, Bear, Monkey, Ape, Elephant, Antelope, Whale, Seal, Zebra, Hippopotamus, Marsupial
Livestock: Cow, Sheep, Pig, Horse, Hen, Rooster, Ox, Ram
Cow: Ox
Train: Locomotive, Railroad Car, Freight Car
Transportation: Vehicle
Container: Bottle, Vase, Box, Basket, Jug, Bucket, Barrel, Carton, Crate, Mailbox, Trash Can
Vehicle: Watercraft, Aircraft, Tank, Train, Bus, Tram
Watercraft: Boat, Ship
Phone: Mobile Phone, Pay Phone, Dial Telephone
Electronics: Computer, Phone, TV, Laptop, Mobile Phone, Computer Keyboard, Computer Mouse, Remote Control, Loudspeaker, Monitor, Camera, Radio, Projector
Furniture: Couch, Table, Desk, Bookcase, Chair, Bed
Table: Dining Table, Desk, Pool Table
Appliance: Microwave, Refrigerator, Toaster, Dishwasher, Washing Machine, Vacuum Cleaner, Hair Dryer, Stove, Iron, Waffle Iron
Accessories: Sunglasses, Handbag, Wallet, Umbrella, Tie, Scarf, Jewelry
Bag: Backpack, Handbag, Sleeping Bag
Glasses: Sunglasses
Tableware: Cup, Mug, Plate, Goblet, Beer Glass, Bowl, Cutlery, Soup Bowl
Drinkware: Cup, Mug, Goblet, Beer Glass
Cutlery: Wooden Spoon, Ladle
Sign: Street Sign, Scoreboard
Publication: Book, Comic Book
Plant: Flower, Potted Plant, Rapeseed, Corn
Water: Lake, Beach, Coral Reef, Geyser, Sandbar
Nature: Water, Mountain, Cliff, Valley, Volcano
Mountain: Volcano
Food: Mushroom, Fruit, Vegetable, Bread, Dessert, Meal, Sandwich, Corn, Guacamole, Spaghetti Squash
Vegetable: Corn
Meal: Hamburger, Carbonara, Plate
Sandwich: Hamburger
Apple: Green Apple
Fruit: Apple
Drink: Espresso, Red Wine, Eggnog
Sports Equipment: Skis, Racket, Ball, Barbell, Dumbbell, Puck, Balance Beam, Parallel Bars, Horizontal Bar
Toy: Teddy Bear, Puzzle, Pinwheel
Athlete: Baseball Player, Scuba Diver
Person: Bridegroom
Tool: Broom, Paintbrush, Pencil Sharpener, Nail, Screw, Hook, Safety Pin, Scissors, Pick, Abacus, Drumstick, Carpenter's Kit, Toothbrush
Machine: Gas Pump, Cash Machine, Photocopier, Harvester, Thresher, Vending Machine, Slot Machine, Construction Crane, Disk Brake, Oil Filter
Machine: Drilling Platform, Spindle, Reel
Electronics: Microphone, Cassette, Hard Disk, Photocopier, Switch, Typewriter Keyboard, Space Bar, Cash Machine, Screen
Appliance: Electric Fan, Space Heater, Radiator
Container: Beaker, Pitcher, Cocktail Shaker, Milk Can, Measuring Cup, Mortar, Rain Barrel, Saltshaker, Tray, Tub, Piggy Bank, Soap Dispenser, Packet
Kitchenware: Strainer, Measuring Cup, Mortar, Cocktail Shaker, Saltshaker, Tray, Pitcher
Home Decor: Doormat, Lampshade, Pillow, Prayer Rug, Quilt, Window Shade, Shoji, Rug
Accessories: Buckle, Hair Slide, Handkerchief, Holster
Clothing: Bib, Cloak
Armor: Breastplate, Pickelhaube
Weapon: Scabbard
Medical Instrument: Bandage, Crutch, Neck Brace, Stretcher, Oxygen Mask, Swab
Optical Instrument: Loupe, Lens Cap
Measuring Instrument: Compass
Architecture: Bell Cote, Pier, Water Tower, Birdhouse, Stage
Sports Equipment: Paddle, Parachute, Snorkel, Punching Bag
Musical Instrument: Whistle
Toiletries: Toilet Paper, Soap Dispenser
Light: Traffic Light, Torch, Lighter
Hydrant: Fire Hydrant
Brush: Toothbrush, Paintbrush
Plumbing: Sink, Bathtub, Toilet
Paper: Toilet Paper
Plant: Acorn, Chestnut, Rose Hip
Nut: Acorn, Chestnut
Antenna: Radio Telescope, Solar Dish
Stationery: Binder, Eraser, Pencil Sharpener
`;

const small = new Set("a,an,and,at,by,for,in,of,on,the,built,de".split(","));

/** `black-and-tan coonhound` → `Black-and-Tan Coonhound`. */
function titleCase(name: string): string {
  return name.replaceAll(/[\p{L}']+/gu, (word, at: number) =>
    at > 0 && small.has(word) ? word : word.charAt(0).toUpperCase() + word.slice(1),
  );
}

const classCount = 1000;
const { w: words, h: hypernyms }: Hypernyms = JSON.parse(
  readFileSync(process.argv[2] ?? "", "utf8"),
);

function ancestorsOf(index: number, found = new Set<number>()): Set<number> {
  for (const parent of hypernyms[index] ?? [])
    if (!found.has(parent)) ancestorsOf(parent, found.add(parent));
  return found;
}

const classesBelow = new Map<number, number>();
for (let index = 0; index < classCount; index += 1)
  for (const above of ancestorsOf(index))
    classesBelow.set(above, (classesBelow.get(above) ?? 0) + 1);

/** Which synset an entry of the list means, and its name here; `name:7` is the one with 7 classes. */
const nameOf = new Map<number, string>();
const unknown: string[] = [];
for (const entry of shown.split(/[;\n]/)) {
  const [, word, count, name] = /^\s*(.*?)(?::(\d+))?(?:=(.*?))?\s*$/.exec(entry) ?? [];
  if (!word || name === "") continue;
  const [found] = [...classesBelow]
    .filter(([index, below]) => words[index] === word && (!count || below === Number(count)))
    .toSorted(([, a], [, b]) => b - a);
  if (found) nameOf.set(found[0], name ?? titleCase(word));
  else unknown.push(word);
}

/** The nearest shown ancestors: those that are not above another one of them. */
function nearestShown(index: number): string[] {
  const above = [...ancestorsOf(index)].filter((one) => nameOf.has(one));
  const nearest = above.filter((one) => !above.some((other) => ancestorsOf(other).has(one)));
  return nearest.map((one) => nameOf.get(one) ?? "");
}

const parents = new Map<string, Set<string>>();
function note(name: string, kinds: readonly string[]): void {
  const known = parents.get(name) ?? new Set();
  for (const kind of kinds) if (kind !== name) known.add(kind);
  parents.set(name, known);
}

const classes = Array.from({ length: classCount }, (_, index) => {
  const name = renamed[index] ?? titleCase(words[index] ?? "");
  note(name, nearestShown(index));
  return name;
});
for (const [index, name] of nameOf) note(name, nearestShown(index));
for (const line of also.trim().split("\n")) {
  const [kind = "", members = ""] = line.split(/ ?: /);
  for (const member of members.split(", ")) {
    if (kind === "!") parents.set(member, new Set());
    else note(member, [kind]);
    if (kind !== "!" && !parents.has(kind)) note(kind, []);
  }
}
if (unknown.length > 0) console.error(`not in WordNet above a class: ${unknown.join(", ")}`);

const rows = (names: Iterable<string>): string[] =>
  Array.from(names, (name) => [name, ...(parents.get(name) ?? [])].join("|"));
const kinds = [...parents.keys()].filter((name) => !classes.includes(name));
const credit =
  "The thousand classes of ImageNet (ILSVRC 2012) in their order, and the kinds above them: a name, " +
  "then its direct kinds, separated by |. Written by scripts/make-taxonomy.ts. Derived from " +
  "WordNet 3.0, Copyright 2006 by Princeton University; its notice is in NOTICE.";
const data = { note: credit, classes: rows(classes), kinds: rows(kinds) };
const text = `${JSON.stringify(data, null, 2)}\n`;
const target = fileURLToPath(new URL("../src/label/imagenet-taxonomy.json", import.meta.url));
writeFileSync(target, text);
console.error(`${classes.length} classes, ${kinds.length} kinds, ${text.length} characters`);
