/**
 * Names that small models often give to empty walls, desks and asphalt, or to things seen from an unusual
 * side: a car from above is a mobile phone to YOLOX nano. They need more to be believed.
 */
const doubtful = new Set(
  (
    "TV,Laptop,Computer Mouse,Computer Keyboard,Mobile Phone,Microwave,Clock,Scissors,Tie,Skateboard,Surfboard,Snowboard,Skis,Baseball Bat,Baseball Glove,Frisbee,Kite,Toothbrush," +
    "Hair Dryer,Parking Meter,Toaster,Remote Control,Website,Envelope,Menu,Comic Book,Book,Nematode," +
    "Bubble,Matchstick,Hook,Nail,Screw,Safety Pin,Knot,Chain,Velvet,Spotlight,Stage,Window Shade," +
    "Shoji,Theater Curtain,Shower Curtain,Curtain,Screen,Switch,Pole,Umbrella,Hair Slide,Rubber," +
    "Publication,Sliding Door,Handkerchief,Band Aid,Bandage,Space Bar,Letter Opener,Ruler,Packet"
  ).split(","),
);

/** Whether a name needs more to be believed than others. */
export const isDoubtful = (name: string): boolean => doubtful.has(name);
