import taxonomy from "./imagenet-taxonomy.json" with { type: "json" };

/**
 * What a model's classes are called here, and what each thing is a kind of. The names are everyday
 * words in Title Case, as Amazon Rekognition writes them, so that filters work the same whichever
 * engine looked. The table for COCO is our own; that for ImageNet comes from WordNet.
 */

/** The names of the 80 COCO classes, by their index in the detectors that were trained on them. */
export const cocoNames: readonly string[] = (
  "Person,Bicycle,Car,Motorcycle,Airplane,Bus,Train,Truck,Boat,Traffic Light,Fire Hydrant," +
  "Stop Sign,Parking Meter,Bench,Bird,Cat,Dog,Horse,Sheep,Cow,Elephant,Bear,Zebra,Giraffe," +
  "Backpack,Umbrella,Handbag,Tie,Suitcase,Frisbee,Skis,Snowboard,Ball,Kite,Baseball Bat," +
  "Baseball Glove,Skateboard,Surfboard,Tennis Racket,Bottle,Wine Glass,Cup,Fork,Knife,Spoon,Bowl," +
  "Banana,Apple,Sandwich,Orange,Broccoli,Carrot,Hot Dog,Pizza,Donut,Cake,Chair,Couch," +
  "Potted Plant,Bed,Dining Table,Toilet,TV,Laptop,Computer Mouse,Remote Control," +
  "Computer Keyboard,Mobile Phone,Microwave,Oven,Toaster,Sink,Refrigerator,Book,Clock,Vase," +
  "Scissors,Teddy Bear,Hair Dryer,Toothbrush"
).split(",");

/** Each kind, and what is directly of that kind. A thing may be of several. */
const kinds: Readonly<Record<string, string>> = {
  Animal: "Mammal,Bird,Pet,Wildlife,Livestock",
  Mammal: "Canine,Feline,Horse,Sheep,Cow,Elephant,Bear,Zebra,Giraffe",
  Canine: "Dog",
  Feline: "Cat",
  Pet: "Cat,Dog",
  Livestock: "Sheep,Cow,Horse",
  Wildlife: "Elephant,Bear,Zebra,Giraffe",
  Transportation: "Vehicle",
  Vehicle: "Bicycle,Car,Motorcycle,Aircraft,Bus,Train,Truck,Boat",
  Aircraft: "Airplane",
  Sign: "Stop Sign",
  Furniture: "Bench,Chair,Couch,Bed,Table",
  Table: "Dining Table",
  Bag: "Backpack,Handbag",
  Luggage: "Suitcase",
  Accessories: "Handbag,Tie,Umbrella",
  Clothing: "Tie,Baseball Glove",
  "Sports Equipment":
    "Frisbee,Skis,Snowboard,Ball,Baseball Bat,Baseball Glove,Skateboard,Surfboard,Racket",
  Racket: "Tennis Racket",
  Toy: "Frisbee,Kite,Teddy Bear",
  Tableware: "Wine Glass,Cup,Bowl,Cutlery",
  Cutlery: "Fork,Knife,Spoon",
  Drinkware: "Wine Glass,Cup",
  Container: "Bottle,Vase",
  Food: "Fruit,Vegetable,Sandwich,Hot Dog,Pizza,Dessert",
  Fruit: "Banana,Apple,Orange",
  Vegetable: "Broccoli,Carrot",
  Dessert: "Donut,Cake",
  Plant: "Potted Plant",
  Electronics: "TV,Computer,Computer Mouse,Remote Control,Computer Keyboard,Phone",
  Computer: "Laptop",
  Phone: "Mobile Phone",
  Appliance: "Microwave,Oven,Toaster,Refrigerator,Hair Dryer",
  Publication: "Book",
};

const directParents = new Map<string, Set<string>>();

function note(member: string, kind: string): void {
  directParents.set(member, (directParents.get(member) ?? new Set()).add(kind));
}

for (const [kind, members] of Object.entries(kinds))
  for (const member of members.split(",")) note(member, kind);
for (const row of [...taxonomy.classes, ...taxonomy.kinds]) {
  const [name = "", ...above] = row.split("|");
  for (const kind of above) note(name, kind);
}

/** The names of the thousand ImageNet classes, by their index; two classes may have one name. */
export const imagenetNames: readonly string[] = taxonomy.classes.map(
  (row) => row.split("|")[0] ?? "",
);

/** What a label is a kind of, from the nearest upwards: Dog → Canine, Pet, Mammal, Animal. */
export function parentsOf(name: string): readonly string[] {
  const found = new Map<string, number>();
  const climb = (child: string, height: number) => {
    for (const parent of directParents.get(child) ?? []) {
      // The farthest way up counts, so that Animal comes after Mammal though a Pet is an Animal.
      found.set(parent, Math.max(found.get(parent) ?? 0, height));
      climb(parent, height + 1);
    }
  };
  climb(name, 1);
  return [...found].toSorted(([, a], [, b]) => a - b).map(([parent]) => parent);
}

const leaves = new Map<string, number[]>();
const namesByClass = imagenetNames.map((name) => [name, ...parentsOf(name)]);
for (const [index, names] of namesByClass.entries())
  for (const one of names) leaves.set(one, [...(leaves.get(one) ?? []), index]);

/** Every name that ImageNet's classes have, or a kind of theirs. */
export const knownToImagenet: readonly string[] = [...leaves.keys()];

/** What an ImageNet class is called, and all that it is a kind of. */
export const namesOfClass = (index: number): readonly string[] => namesByClass[index] ?? [];

/** The ImageNet classes that are of that name or kind, by their index; none: it does not know it. */
export function classesOf(name: string): readonly number[] {
  return leaves.get(name) ?? [];
}
