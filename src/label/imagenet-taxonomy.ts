/**
 * The thousand classes of ImageNet (ILSVRC 2012) in their order, and 212 kinds of things: a name in a
 * line, behind it what it is directly a kind of. Written by scripts/make-taxonomy.ts; not to be
 * edited. Names and kinds are derived from WordNet 3.0, Copyright 2006 by Princeton University; its
 * notice is in NOTICE.
 */

export const imagenetClasses: readonly string[] = `
Tench|Fish
Goldfish|Fish|Pet
Great White Shark|Shark
Tiger Shark|Shark
Hammerhead|Shark
Electric Ray|Ray
Stingray|Ray
Rooster|Bird|Livestock
Hen|Bird|Livestock
Ostrich|Bird
Brambling|Finch
Goldfinch|Finch
House Finch|Finch
Junco|Finch
Indigo Bunting|Finch
Robin|Bird
Bulbul|Bird
Jay|Bird
Magpie|Bird
Chickadee|Bird
Water Ouzel|Bird
Kite Bird|Bird of Prey
Bald Eagle|Eagle
Vulture|Bird of Prey
Great Grey Owl|Owl
European Fire Salamander|Salamander
Common Newt|Salamander
Eft|Salamander
Spotted Salamander|Salamander
Axolotl|Salamander
Bullfrog|Frog
Tree Frog|Frog
Tailed Frog|Frog
Loggerhead|Turtle
Leatherback Turtle|Turtle
Mud Turtle|Turtle
Terrapin|Turtle
Box Turtle|Turtle
Banded Gecko|Lizard
Common Iguana|Lizard
American Chameleon|Lizard
Whiptail|Lizard
Agama|Lizard
Frilled Lizard|Lizard
Alligator Lizard|Lizard
Gila Monster|Lizard
Green Lizard|Lizard
African Chameleon|Lizard
Komodo Dragon|Lizard
African Crocodile|Crocodile
American Alligator|Crocodile
Triceratops|Dinosaur
Thunder Snake|Snake
Ringneck Snake|Snake
Hognose Snake|Snake
Green Snake|Snake
King Snake|Snake
Garter Snake|Snake
Water Snake|Snake
Vine Snake|Snake
Night Snake|Snake
Boa Constrictor|Snake
Rock Python|Snake
Indian Cobra|Snake
Green Mamba|Snake
Sea Snake|Snake
Horned Viper|Snake
Diamondback|Snake
Sidewinder|Snake
Trilobite|Invertebrate
Harvestman|Arachnid
Scorpion|Arachnid
Black and Gold Garden Spider|Spider
Barn Spider|Spider
Garden Spider|Spider
Black Widow|Spider
Tarantula|Spider
Wolf Spider|Spider
Tick|Arachnid
Centipede|Invertebrate
Black Grouse|Grouse
Ptarmigan|Grouse
Ruffed Grouse|Grouse
Prairie Chicken|Grouse
Peacock|Game Bird
Quail|Game Bird
Partridge|Game Bird
African Grey|Parrot
Macaw|Parrot
Sulphur-Crested Cockatoo|Parrot
Lorikeet|Parrot
Coucal|Bird
Bee Eater|Bird
Hornbill|Bird
Hummingbird|Bird
Jacamar|Bird
Toucan|Bird
Drake|Duck
Red-Breasted Merganser|Duck
Goose|Waterbird
Black Swan|Swan
Elephant|Mammal|Wildlife
Echidna|Mammal
Platypus|Mammal
Wallaby|Marsupial
Koala|Marsupial
Wombat|Marsupial
Jellyfish|Invertebrate
Sea Anemone|Invertebrate
Brain Coral|Coral
Flatworm|Invertebrate
Nematode
Conch|Mollusk
Snail|Mollusk
Slug|Mollusk
Sea Slug|Mollusk
Chiton|Mollusk
Chambered Nautilus|Mollusk
Dungeness Crab|Crab
Rock Crab|Crab
Fiddler Crab|Crab
King Crab|Crab
American Lobster|Lobster
Spiny Lobster|Lobster
Crayfish|Crustacean
Hermit Crab|Crustacean
Isopod|Crustacean
White Stork|Stork
Black Stork|Stork
Spoonbill|Waterbird
Flamingo|Waterbird
Little Blue Heron|Heron
American Egret|Heron
Bittern|Heron
Crane Bird|Waterbird
Limpkin|Waterbird
European Gallinule|Waterbird
American Coot|Waterbird
Bustard|Waterbird
Ruddy Turnstone|Waterbird
Red-Backed Sandpiper|Waterbird
Redshank|Waterbird
Dowitcher|Waterbird
Oystercatcher|Waterbird
Pelican|Seabird
King Penguin|Penguin
Albatross|Seabird
Grey Whale|Whale
Killer Whale|Whale
Dugong|Mammal
Sea Lion|Seal
Chihuahua|Toy Dog
Japanese Spaniel|Toy Dog
Maltese Dog|Toy Dog
Pekinese|Toy Dog
Shih-Tzu|Toy Dog
Blenheim Spaniel|Toy Dog
Papillon|Toy Dog
Toy Terrier|Toy Dog
Rhodesian Ridgeback|Dog
Afghan Hound|Hound
Basset|Hound
Beagle|Hound
Bloodhound|Hound
Bluetick|Hound
Black-and-Tan Coonhound|Hound
Walker Hound|Hound
English Foxhound|Hound
Redbone|Hound
Borzoi|Hound
Irish Wolfhound|Hound
Italian Greyhound|Hound
Whippet|Hound
Ibizan Hound|Hound
Norwegian Elkhound|Hound
Otterhound|Hound
Saluki|Hound
Scottish Deerhound|Hound
Weimaraner|Hound
Staffordshire Bullterrier|Terrier
American Staffordshire Terrier|Terrier
Bedlington Terrier|Terrier
Border Terrier|Terrier
Kerry Blue Terrier|Terrier
Irish Terrier|Terrier
Norfolk Terrier|Terrier
Norwich Terrier|Terrier
Yorkshire Terrier|Terrier
Wire-Haired Fox Terrier|Terrier
Lakeland Terrier|Terrier
Sealyham Terrier|Terrier
Airedale|Terrier
Cairn|Terrier
Australian Terrier|Terrier
Dandie Dinmont|Terrier
Boston Bull|Terrier
Miniature Schnauzer|Terrier
Giant Schnauzer|Terrier
Standard Schnauzer|Terrier
Scotch Terrier|Terrier
Tibetan Terrier|Terrier
Silky Terrier|Terrier
Soft-Coated Wheaten Terrier|Terrier
West Highland White Terrier|Terrier
Lhasa|Terrier
Flat-Coated Retriever|Retriever
Curly-Coated Retriever|Retriever
Golden Retriever|Retriever
Labrador Retriever|Retriever
Chesapeake Bay Retriever|Retriever
German Short-Haired Pointer|Hunting Dog
Vizsla|Hunting Dog
English Setter|Hunting Dog
Irish Setter|Hunting Dog
Gordon Setter|Hunting Dog
Brittany Spaniel|Spaniel
Clumber|Spaniel
English Springer|Spaniel
Welsh Springer Spaniel|Spaniel
Cocker Spaniel|Spaniel
Sussex Spaniel|Spaniel
Irish Water Spaniel|Spaniel
Kuvasz|Working Dog
Schipperke|Working Dog
Groenendael|Shepherd Dog
Malinois|Shepherd Dog
Briard|Shepherd Dog
Kelpie|Shepherd Dog
Komondor|Shepherd Dog
Old English Sheepdog|Shepherd Dog
Shetland Sheepdog|Shepherd Dog
Collie|Shepherd Dog
Border Collie|Shepherd Dog
Bouvier Des Flandres|Shepherd Dog
Rottweiler|Shepherd Dog
German Shepherd|Shepherd Dog
Doberman|Working Dog
Miniature Pinscher|Working Dog
Greater Swiss Mountain Dog|Working Dog
Bernese Mountain Dog|Working Dog
Appenzeller|Working Dog
EntleBucher|Working Dog
Boxer|Working Dog
Bull Mastiff|Working Dog
Tibetan Mastiff|Working Dog
French Bulldog|Working Dog
Great Dane|Working Dog
Saint Bernard|Working Dog
Eskimo Dog|Working Dog
Malamute|Working Dog
Siberian Husky|Working Dog
Dalmatian|Dog
Affenpinscher|Working Dog
Basenji|Dog
Pug|Dog
Leonberg|Dog
Newfoundland|Dog
Great Pyrenees|Dog
Samoyed|Spitz
Pomeranian|Spitz
Chow|Spitz
Keeshond|Spitz
Brabancon Griffon|Dog
Pembroke Corgi|Corgi
Cardigan Corgi|Corgi
Toy Poodle|Poodle
Miniature Poodle|Poodle
Standard Poodle|Poodle
Mexican Hairless|Dog
Timber Wolf|Wolf
White Wolf|Wolf
Red Wolf|Wolf
Coyote|Wolf
Dingo|Canine
Dhole|Canine
African Hunting Dog|Canine
Hyena|Canine
Red Fox|Fox
Kit Fox|Fox
Arctic Fox|Fox
Grey Fox|Fox
Tabby Cat|Cat
Tiger Cat|Cat
Persian Cat|Cat
Siamese Cat|Cat
Egyptian Cat|Cat
Cougar|Feline
Lynx|Feline
Leopard|Big Cat
Snow Leopard|Big Cat
Jaguar|Big Cat
Lion|Big Cat
Tiger|Big Cat
Cheetah|Big Cat
Brown Bear|Bear
American Black Bear|Bear
Ice Bear|Bear
Sloth Bear|Bear
Mongoose|Mammal
Meerkat|Mammal
Tiger Beetle|Beetle
Ladybug|Beetle
Ground Beetle|Beetle
Long-Horned Beetle|Beetle
Leaf Beetle|Beetle
Dung Beetle|Beetle
Rhinoceros Beetle|Beetle
Weevil|Beetle
Fly|Insect
Bee|Insect
Ant|Insect
Grasshopper|Insect
Cricket|Insect
Walking Stick|Insect
Cockroach|Insect
Mantis|Insect
Cicada|Insect
Leafhopper|Insect
Lacewing|Insect
Dragonfly|Insect
Damselfly|Insect
Admiral|Butterfly
Ringlet|Butterfly
Monarch|Butterfly
Cabbage Butterfly|Butterfly
Sulphur Butterfly|Butterfly
Lycaenid|Butterfly
Starfish|Echinoderm
Sea Urchin|Echinoderm
Sea Cucumber|Echinoderm
Wood Rabbit|Rabbit
Hare|Mammal
Angora|Rabbit
Hamster|Rodent|Pet
Porcupine|Rodent
Fox Squirrel|Rodent
Marmot|Rodent
Beaver|Rodent
Guinea Pig|Rodent|Pet
Horse|Hoofed Animal|Livestock
Zebra|Hoofed Animal|Wildlife
Hog|Pig
Wild Boar|Pig
Warthog|Pig
Hippopotamus|Hoofed Animal|Wildlife
Ox|Cow|Livestock
Water Buffalo|Hoofed Animal
Bison|Hoofed Animal
Ram|Sheep|Livestock
Bighorn|Hoofed Animal
Ibex|Goat
Hartebeest|Antelope
Impala|Antelope
Gazelle|Antelope
Dromedary|Camel
Llama|Hoofed Animal
Weasel|Weasel Family
Mink|Weasel Family
Polecat|Weasel Family
Black-Footed Ferret|Weasel Family
Otter|Weasel Family
Skunk|Weasel Family
Badger|Weasel Family
Armadillo|Mammal
Three-Toed Sloth|Mammal
Orangutan|Ape
Gorilla|Ape
Chimpanzee|Ape
Gibbon|Ape
Siamang|Ape
Guenon|Monkey
Patas|Monkey
Baboon|Monkey
Macaque|Monkey
Langur|Monkey
Colobus|Monkey
Proboscis Monkey|Monkey
Marmoset|Monkey
Capuchin|Monkey
Howler Monkey|Monkey
Titi|Monkey
Spider Monkey|Monkey
Squirrel Monkey|Monkey
Madagascar Cat|Primate
Indri|Primate
Indian Elephant|Elephant
African Elephant|Elephant
Lesser Panda|Mammal
Giant Panda|Mammal
Barracouta|Fish
Eel|Fish
Coho|Fish
Rock Beauty|Fish
Anemone Fish|Fish
Sturgeon|Fish
Gar|Fish
Lionfish|Fish
Puffer|Fish
Abacus
Abaya|Clothing
Academic Gown|Clothing
Accordion|Wind Instrument|Keyboard Instrument
Acoustic Guitar|Guitar
Aircraft Carrier|Ship|Military Vehicle
Airliner|Airplane
Airship|Aircraft
Altar|Architecture
Ambulance|Car
Amphibian|Vehicle|Animal
Analog Clock|Clock
Apiary|Building
Apron|Clothing
Trash Can|Container
Assault Rifle|Gun
Backpack|Bag
Bakery|Shop
Balance Beam|Gym Equipment|Sports Equipment
Balloon|Aircraft
Ballpoint|Pen
Bandage
Banjo|Stringed Instrument
Bannister|Architecture
Barbell|Sports Equipment
Barber Chair|Chair
Barbershop|Shop
Barn|Building
Barometer|Measuring Instrument
Barrel|Container
Barrow|Vehicle
Baseball|Ball|Sports Equipment
Basketball|Ball|Sports Equipment
Bassinet|Baby Bed
Bassoon|Wind Instrument
Bathing Cap|Headwear
Bath Towel|Towel
Bathtub
Station Wagon|Car
Beacon|Tower
Beaker
Bearskin|Hat
Beer Bottle|Bottle
Beer Glass|Glass|Tableware|Drinkware
WakeUps Cote
Bib
Bicycle-built-for-Two|Bicycle
Bikini|Swimsuit
Binder
Binoculars|Optical Instrument
Birdhouse
Boathouse|Building
Bobsled|Sled
Bolo Tie|Tie
Bonnet|Hat
Bookcase|Furniture
Bookshop|Shop
Bottlecap
Archery Bow|Weapon
Bow Tie|Tie
Brass Plate|Architecture
Bra|Clothing
Breakwater|Architecture
Breastplate
Broom
Bucket|Container
Buckle
Bulletproof Vest|Clothing|Armor
Bullet Train|Train
Butcher Shop|Shop
Taxi|Car
Caldron|Pot
Candle|Lamp
Cannon|Gun
Canoe|Boat
Can Opener|Tool
Cardigan|Sweater
Car Mirror
Carousel
Carpenter's Kit
Carton|Box|Container
Car Wheel|Wheel
Cash Machine
Cassette
Cassette Player|Electronics
Castle|Architecture
Catamaran|Sailboat
CD Player|Electronics
Cello|Stringed Instrument
Mobile Phone|Phone|Electronics
Chain
Chainlink Fence|Fence
Chain Mail|Armor
Chain Saw|Tool
Chest|Box
Chiffonier|Furniture
Chime|Percussion Instrument
China Cabinet|Cabinet
Christmas Stocking|Hosiery
Church|Place of Worship
Movie Theater|Building
Cleaver|Knife
Cliff Dwelling|Home
Cloak
Clog|Footwear
Cocktail Shaker
Mug|Tableware|Drinkware
Coffeepot|Pot
Coil|Architecture
Combination Lock|Lock
Computer Keyboard|Electronics
Confectionery|Shop
Container Ship|Ship
Convertible|Car
Corkscrew|Tool
Cornet|Brass
Cowboy Boot|Boot
Cowboy Hat|Hat
Cradle|Baby Bed
Construction Crane
Crash Helmet|Helmet
Crate|Box|Container
Crib|Baby Bed
Slow Cooker|Cookware
Croquet Ball|Ball|Sports Equipment
Crutch
Cuirass|Armor
Dam|Architecture
Desk|Table|Furniture
Desktop Computer|Computer
Dial Telephone|Phone
Diaper|Clothing
Digital Clock|Clock
Digital Watch|Watch
Dining Table|Furniture|Table
Dishrag
Dishwasher|Appliance
Disk Brake
Dock|Architecture
Dogsled|Sled
Dome|Roof
Doormat
Drilling Platform
Drum|Percussion Instrument
Drumstick
Dumbbell|Sports Equipment
Dutch Oven|Appliance
Electric Fan
Electric Guitar|Guitar
Electric Locomotive|Locomotive
Entertainment Center|Furniture
Envelope
Espresso Maker|Appliance
Face Powder|Cosmetics
Feather Boa|Scarf
File Cabinet|Furniture
Fireboat|Boat
Fire Engine|Truck
Fire Screen|Screen
Flagpole
Flute|Wind Instrument
Folding Chair|Chair
Football Helmet|Helmet
Forklift|Vehicle
Fountain|Architecture
Fountain Pen|Pen
Four-Poster|Bed
Freight Car|Vehicle|Train
French Horn|Brass
Frying Pan|Pan
Fur Coat|Coat
Garbage Truck|Truck
Gasmask|Mask
Gas Pump
Goblet|Glass|Tableware|Drinkware
Go-Kart|Vehicle
Golf Ball|Ball|Sports Equipment
Golfcart|Vehicle|Sports Equipment
Gondola|Boat
Gong|Percussion Instrument
Gown|Dress
Grand Piano|Piano
Greenhouse|Building
Grille|Architecture
Grocery Store|Architecture
Guillotine
Hair Slide
Hair Spray|Toiletries
Half Track|Military Vehicle
Hammer|Tool
Hamper|Basket
Hair Dryer|Appliance
Handheld Computer|Computer
Handkerchief
Hard Disk
Harmonica|Wind Instrument
Harp|Stringed Instrument
Harvester
Hatchet|Tool
Holster
Home Theater|Building
Honeycomb|Architecture
Hook
Hoopskirt|Skirt
Horizontal Bar|Gym Equipment|Sports Equipment
Horse Cart|Cart
Hourglass|Timepiece
IPod|Electronics
Iron|Appliance
Jack-O'-Lantern|Lamp
Jeans|Clothing
Jeep|Car
Jersey|Clothing
Jigsaw Puzzle|Puzzle
Jinrikisha|Cart
Joystick|Electronics
Kimono|Clothing
Knee Pad|Clothing
Knot
Lab Coat|Coat
Ladle|Cutlery
Lampshade
Laptop|Computer|Electronics
Lawn Mower|Tool
Lens Cap
Letter Opener|Knife
Library|Building
Lifeboat|Boat
Lighter
Limousine|Car
Ocean Liner|Ship
Lipstick|Cosmetics
Loafer Shoe|Shoe
Lotion|Toiletries
Loudspeaker|Electronics
Loupe
Lumbermill|Architecture
Compass
Mailbag|Bag
Mailbox|Box|Container
Swimsuit|Hosiery|Clothing
Swimsuit|Hosiery|Clothing
Manhole Cover
Maraca|Percussion Instrument
Marimba|Percussion Instrument
Mask|Clothing
Matchstick
Maypole
Maze
Measuring Cup
Medicine Chest|Cabinet
Megalith|Architecture
Microphone
Microwave|Appliance
Military Uniform|Uniform
Milk Can
Minibus|Bus
Miniskirt|Skirt
Minivan|Van|Car
Missile|Vehicle|Weapon
Mitten|Glove
Mixing Bowl|Bowl
Mobile Home|Vehicle|Architecture
Model T|Car
Modem|Electronics
Monastery|House
Monitor|Electronics
Moped|Motorcycle
Mortar
Mortarboard|Headwear
Mosque|Place of Worship
Mosquito Net|Screen
Motor Scooter|Vehicle
Mountain Bike|Bicycle
Mountain Tent|Architecture
Computer Mouse|Electronics
Mousetrap
Moving Van|Van
Muzzle
Nail
Neck Brace
Necklace|Jewelry
Pacifier
Laptop|Computer|Electronics
Obelisk|Architecture
Oboe|Wind Instrument
Ocarina|Wind Instrument
Odometer|Measuring Instrument
Oil Filter
Organ|Keyboard Instrument|Wind Instrument
Oscilloscope|Electronics
Overskirt|Skirt
Oxcart|Cart
Oxygen Mask
Packet
Paddle
Paddlewheel|Wheel
Padlock|Lock
Paintbrush
Pajamas|Clothing
Palace|House
Panpipe|Wind Instrument
Paper Towel|Towel
Parachute
Parallel Bars|Gym Equipment|Sports Equipment
Park Bench|Bench
Parking Meter|Timepiece
Railroad Car|Vehicle|Train
Patio|Architecture
Pay Phone|Phone
Pedestal|Architecture
Pencil Box|Box
Pencil Sharpener
Perfume|Toiletries
Petri Dish|Tableware
Photocopier
Pick
Pickelhaube
Picket Fence|Fence
Pickup Truck|Truck
Pier
Piggy Bank
Pill Bottle|Bottle
Pillow
Ping-Pong Ball|Ball
Pinwheel|Wheel|Toy
Pirate Ship|Ship
Pitcher
Wood Plane|Tool
Planetarium|Building
Plastic Bag|Bag
Plate Rack|Architecture
Plow|Tool
Plunger|Tool
Polaroid Camera|Camera
Pole
Police Van|Van
Poncho|Clothing
Pool Table|Table
Pop Bottle|Bottle
Potted Plant|Plant
Potter's Wheel|Wheel
Power Drill|Tool
Prayer Rug
Printer|Electronics
Prison|Architecture
Projectile|Weapon
Projector|Optical Instrument|Electronics
Puck|Sports Equipment
Punching Bag|Ball
Handbag|Bag|Accessories
Quill|Pen
Quilt
Race Car|Car
Racket|Sports Equipment
Radiator
Radio|Electronics
Radio Telescope
Rain Barrel
Recreational Vehicle|Vehicle
Reel
Reflex Camera|Camera
Refrigerator|Appliance
Remote Control|Electronics
Restaurant|Building
Revolver|Gun
Rifle|Gun
Rocking Chair|Chair
Rotisserie|Appliance
Eraser
Rugby Ball|Ball
Ruler|Measuring Instrument
Running Shoe|Shoe
Safe|Box
Safety Pin
Saltshaker
Sandal|Shoe
Sarong|Skirt
Saxophone|Wind Instrument
Scabbard
Scale|Measuring Instrument
School Bus|Bus
Schooner|Watercraft
Scoreboard|Architecture|Sign
Screen
Screw
Screwdriver|Tool
Seat Belt|Clothing
Sewing Machine|Appliance
Shield|Armor
Shoe Shop|Shop
Shoji
Shopping Basket|Basket
Shopping Cart|Vehicle
Shovel|Tool
Shower Cap|Headwear
Shower Curtain|Curtain
Skis|Sports Equipment
Ski Mask|Mask
Sleeping Bag|Bag
Slide Rule|Computer
Sliding Door|Architecture
Slot Machine
Snorkel
Snowmobile|Vehicle
Snowplow|Vehicle
Soap Dispenser
Soccer Ball|Ball
Sock|Hosiery
Solar Dish
Sombrero|Hat
Soup Bowl|Bowl|Tableware
Space Bar
Space Heater
Space Shuttle|Spacecraft
Spatula|Cookware
Speedboat|Boat
Spider Web
Spindle
Sports Car|Car
Spotlight|Lamp
Stage
Steam Locomotive|Locomotive
Steel Arch Bridge|Bridge
Steel Drum|Percussion Instrument
Stethoscope|Medical Instrument
Stole|Scarf
Stone Wall|Fence
Stopwatch|Timepiece
Stove|Appliance
Strainer
Tram|Vehicle
Stretcher
Couch|Furniture
Stupa|Place of Worship
Submarine|Ship|Military Vehicle
Suit|Clothing
Sundial|Timepiece
Sunglasses|Glasses|Accessories
Sunglasses|Glasses|Accessories
Sunscreen|Toiletries
Suspension Bridge|Bridge
Swab
Sweatshirt|Sweater
Swimming Trunks|Swimsuit
Swing|Toy
Switch
Syringe|Medical Instrument
Table Lamp|Furniture
Tank|Military Vehicle|Vehicle
Tape Player|Electronics
Teapot|Pot
Teddy Bear|Toy
TV|Electronics
Tennis Ball|Ball
Thatch|Roof
Theater Curtain|Curtain
Thimble
Thresher
Throne|Chair
Tile Roof|Roof
Toaster|Appliance
Tobacco Shop|Shop
Toilet|Furniture
Torch
Totem Pole|Architecture
Tow Truck|Truck
Toyshop|Shop
Tractor|Vehicle
Trailer Truck|Truck
Tray
Trench Coat|Coat
Tricycle|Vehicle
Trimaran|Sailboat
Tripod
Triumphal Arch|Architecture
Trolleybus|Bus
Trombone|Brass
Tub
Turnstile|Architecture
Typewriter Keyboard
Umbrella|Accessories
Unicycle|Vehicle
Upright Piano|Piano
Vacuum Cleaner|Appliance
Vase|Container
Vault|Roof
Velvet
Vending Machine
Vestment|Clothing
Viaduct|Bridge
Violin|Stringed Instrument
Volleyball|Ball
Waffle Iron|Appliance
Wall Clock|Clock
Wallet|Accessories
Wardrobe|Furniture
Warplane|Aircraft|Military Vehicle
Sink
Washing Machine|Appliance
Water Bottle|Bottle
Water Jug|Jug
Water Tower
Whiskey Jug|Jug
Whistle
Wig|Clothing
Window Screen|Screen
Window Shade
Windsor Tie|Tie
Wine Bottle|Bottle
Aircraft Wing
Wok|Pan
Wooden Spoon|Cutlery
Wool
Worm Fence|Fence
Shipwreck|Ship
Yawl|Boat
Yurt|Home
Website
Comic Book|Publication
Crossword Puzzle|Puzzle
Street Sign|Sign
Traffic Light
Book|Publication
Menu
Plate|Food|Tableware|Meal
Guacamole|Food
Soup|Meal
Hot Pot|Meal
Trifle|Dessert
Ice Cream|Frozen Dessert
Popsicle|Frozen Dessert
French Bread|Bread
Bagel|Bread
Pretzel|Bread
Hamburger|Sandwich|Meal
Hot Dog|Sandwich
Mashed Potato|Vegetable|Food
Cabbage|Vegetable
Broccoli|Vegetable
Cauliflower|Vegetable
Zucchini|Squash
Spaghetti Squash|Squash|Food
Acorn Squash|Squash
Butternut Squash|Squash
Cucumber|Vegetable
Artichoke|Vegetable
WakeUps Pepper|Vegetable
Cardoon|Vegetable
Mushroom|Vegetable|Fungus|Food
Green Apple|Fruit|Apple
Strawberry|Fruit
Orange|Citrus Fruit
Lemon|Citrus Fruit
Fig|Fruit
Pineapple|Fruit
Banana|Fruit
Jackfruit|Fruit
Custard Apple|Fruit
Pomegranate|Fruit
Hay
Carbonara|Sauce|Meal
Chocolate Sauce|Sauce
Dough|Food
Meat Loaf|Meal|Bread
Pizza|Meal
Potpie|Meal
Burrito|Meal
Red Wine|Wine|Drink
Espresso|Coffee|Drink
Cup|Drink|Tableware|Drinkware
Eggnog|Drink
Mountain|Nature
Bubble
Cliff|Nature
Coral Reef|Nature|Water
Geyser|Nature|Water
Lake|Shore|Water
Cliff|Nature
Sandbar|Nature|Water
Beach|Shore|Water
Valley|Nature
Volcano|Mountain|Nature
Baseball Player|Athlete
Bridegroom|Person
Scuba Diver|Person|Athlete
Rapeseed|Plant
Daisy|Flower
Orchid|Flower
Corn|Plant|Food|Vegetable
Acorn
Rose Hip
Chestnut
Coral Fungus|Fungus
Mushroom|Vegetable|Fungus|Food
Gyromitra|Fungus
Stinkhorn|Fungus
Earthstar|Fungus
Mushroom|Vegetable|Fungus|Food
Mushroom|Vegetable|Fungus|Food
Corn|Plant|Food|Vegetable
Toilet Paper
`
  .trim()
  .split("\n");

export const imagenetKinds: readonly string[] = `
Animal
Mammal|Animal
Bird|Animal
Reptile|Animal
Fish|Animal
Insect|Invertebrate
Arachnid|Invertebrate
Spider|Arachnid
Crustacean|Invertebrate
Invertebrate|Animal
Mollusk|Invertebrate
Canine|Mammal
Dog|Canine|Pet
Wolf|Canine|Wildlife
Fox|Canine|Wildlife
Feline|Mammal
Cat|Feline|Pet
Big Cat|Feline|Wildlife
Bear|Mammal|Wildlife
Primate|Mammal
Monkey|Primate|Wildlife
Ape|Primate|Wildlife
Rodent|Mammal
Rabbit|Mammal
Hoofed Animal|Mammal
Cow|Hoofed Animal|Livestock
Sheep|Hoofed Animal|Livestock
Goat|Hoofed Animal
Pig|Hoofed Animal|Livestock
Antelope|Hoofed Animal|Wildlife
Whale|Mammal|Wildlife
Marsupial|Mammal|Wildlife
Seal|Mammal|Wildlife
Camel|Hoofed Animal
Terrier|Dog
Hound|Dog
Retriever|Hunting Dog
Spaniel|Hunting Dog
Hunting Dog|Dog
Shepherd Dog|Working Dog
Toy Dog|Dog
Working Dog|Dog
Poodle|Dog
Spitz|Dog
Corgi|Dog
Pet|Animal
Weasel Family|Mammal
Waterbird|Bird
Bird of Prey|Bird
Parrot|Bird
Duck|Waterbird
Owl|Bird of Prey
Eagle|Bird of Prey
Penguin|Seabird
Swan|Waterbird
Finch|Bird
Heron|Waterbird
Stork|Waterbird
Grouse|Game Bird
Snake|Reptile
Lizard|Reptile
Turtle|Reptile
Crocodile|Reptile
Dinosaur|Reptile
Frog|Amphibian
Salamander|Amphibian
Shark|Fish
Ray|Fish
Crab|Crustacean
Lobster|Crustacean
Butterfly|Insect
Beetle|Insect
Echinoderm|Invertebrate
Coral|Invertebrate
Vehicle|Transportation
Car|Vehicle
Truck|Vehicle
Bus|Vehicle
Van|Car
Train|Vehicle
Locomotive|Vehicle|Train
Bicycle|Vehicle
Motorcycle|Vehicle
Boat|Watercraft
Ship|Watercraft
Sailboat|Watercraft
Aircraft|Vehicle
Airplane|Aircraft
Military Vehicle|Vehicle
Wagon|Vehicle
Cart|Wagon
Sled|Vehicle
Spacecraft|Vehicle
Watercraft|Vehicle
Building|Architecture
House|Home|Building
Tower|Architecture
Bridge|Architecture
Fence|Architecture
Roof
Shop|Architecture
Place of Worship|Building
Home|Architecture
Architecture
Furniture
Chair|Furniture
Table|Furniture
Bed|Furniture
Bench|Furniture
Cabinet|Furniture
Baby Bed|Furniture
Lamp
Clothing
Headwear|Clothing
Hat|Headwear
Helmet|Headwear
Footwear
Shoe|Footwear
Boot|Footwear
Coat|Clothing
Dress|Clothing
Skirt|Clothing
Sweater|Clothing
Tie|Clothing|Accessories
Scarf|Clothing|Accessories
Glove|Clothing
Uniform|Clothing
Hosiery|Clothing
Armor
Glasses|Optical Instrument
Jewelry|Accessories
Electronics
Computer|Electronics
Phone|Electronics
Camera|Electronics
Appliance
Timepiece|Measuring Instrument
Clock|Timepiece
Watch|Timepiece
Musical Instrument
Guitar|Stringed Instrument
Piano|Keyboard Instrument|Stringed Instrument|Percussion Instrument
Stringed Instrument|Musical Instrument
Wind Instrument|Musical Instrument
Brass|Wind Instrument
Percussion Instrument|Musical Instrument
Keyboard Instrument|Musical Instrument
Measuring Instrument
Optical Instrument
Medical Instrument
Tool
Weapon
Gun|Weapon
Knife|Tool
Cutlery|Tableware
Lock
Bottle|Container
Bag
Box|Container
Basket|Container
Jug|Bottle|Container
Pot|Cookware
Pan|Cookware
Bowl|Tableware
Glass
Tableware
Kitchenware
Cookware|Kitchenware
Sports Equipment
Ball|Sports Equipment
Gym Equipment|Sports Equipment
Toy
Puzzle|Toy
Pen
Towel
Curtain
Cosmetics|Toiletries
Toiletries
Wheel
Food
Fruit|Food
Vegetable|Food
Squash|Vegetable
Bread|Food
Dessert|Food
Frozen Dessert|Dessert
Sandwich|Meal|Food
Drink|Food
Wine|Drink
Coffee|Drink
Sauce|Food
Meal|Food
Citrus Fruit|Fruit
Flower|Plant
Plant
Fungus
Nature
Shore|Nature
Person
Athlete|Person
Seabird|Waterbird
Game Bird|Bird
Wildlife
Livestock
Transportation
Container
Accessories
Drinkware
Sign
Publication
Water|Nature
Apple|Fruit
`
  .trim()
  .split("\n");
