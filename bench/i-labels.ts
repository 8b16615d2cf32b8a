import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { visiblePerson } from "../test/support/walkers.ts";
import type { Bench, Findings, Row } from "./figure.ts";
import { atLeast, ratios, spreadOf } from "./figure.ts";
import { costOf, run } from "./measure.ts";

const one = fileURLToPath(new URL("./labels-process.ts", import.meta.url));
const shared = (path: string) => fileURLToPath(new URL(`../../shared/${path}`, import.meta.url));

/** The output of labels-process.ts: confidences by label. */
interface Labels {
  readonly [name: string]: number;
}

const quietly = ["--disable-warning=ExperimentalWarning"];
const node = [process.execPath, ...quietly];

async function labelsOf(path: string): Promise<Labels> {
  return JSON.parse(await run(process.execPath, [...quietly, one, path]));
}

/** The least confidence of some labels of a picture, 0–100. It is 0 when one is missing or an unwanted label is there. */
async function leastOf(name: string, wanted: readonly string[], unwanted: readonly string[]) {
  const seen = await labelsOf(shared(`media/images/${name}`));
  if (unwanted.some((label) => label in seen)) return 0;
  return Math.min(...wanted.map((label) => seen[label] ?? 0));
}

const pictures = [
  { name: "sample.jpg", wanted: ["Dog", "Animal", "Canine", "Mammal"], unwanted: ["Horse"] },
  { name: "cat_720p.jpg", wanted: ["Cat", "Animal"], unwanted: ["Dog"] },
  { name: "hot_dog.jpg", wanted: ["Hot Dog", "Food"], unwanted: ["Dog"] },
  { name: "pets.jpg", wanted: ["Dog", "Pet"], unwanted: ["Cat"] },
];

/** All that is there, with its kinds, in each picture and film: other labels are wrong. */
const shown: Readonly<Record<string, string>> = {
  "images/sample.jpg": "Dog,Animal,Canine,Mammal,Pet,Working Dog,Siberian Husky",
  "images/cat_720p.jpg": "Cat,Animal,Feline,Mammal,Pet,Bed,Furniture",
  "images/hot_dog.jpg": "Hot Dog,Food,Meal,Sandwich",
  "images/pets.jpg": "Dog,Animal,Canine,Mammal,Pet",
  "video/walkers.mp4": "Person",
};

/** How many of the labels of 90 % and more are right, 0–100. */
async function rightOfNinety(): Promise<number> {
  const told: boolean[] = [];
  for (const [path, names] of Object.entries(shown)) {
    const right = new Set(names.split(","));
    for (const [name, percent] of Object.entries(await labelsOf(shared(`media/${path}`))))
      if (percent >= 90) told.push(right.has(name));
  }
  return (100 * told.filter(Boolean).length) / Math.max(1, told.length);
}

/** In how many of the frames of one kind a person was found, 0–100. */
function found(frames: readonly (readonly [number, boolean])[], there: string): number {
  const counted = frames.filter(([timestampMs]) => visiblePerson(timestampMs) === there);
  return (100 * counted.filter(([, seen]) => seen).length) / counted.length;
}

export async function labelFigure(bench: Bench): Promise<Findings> {
  const rows: Row[] = [];
  for (const { name, wanted, unwanted } of pictures) {
    bench.note(name);
    const least = await leastOf(name, wanted, unwanted);
    rows.push({
      what: `${name}: least confidence of ${wanted.join(", ")}; 0 if there is ${unwanted.join(", ")}`,
      unit: "%",
      measured: spreadOf([least]),
      target: atLeast(80),
    });
  }
  rows.push({
    what: "labels of 90 % and more that are right, in the four pictures and walkers.mp4",
    unit: "%",
    measured: spreadOf([await rightOfNinety()]),
    target: atLeast(90),
  });
  const walkers = shared("media/video/walkers.mp4");
  // Videos longer than a minute are analysed once a second, so the video is doubled.
  const long = join(bench.folder, "walkers.mp4");
  await run("ffmpeg", [
    "-v",
    "error",
    "-stream_loop",
    "1",
    "-i",
    walkers,
    "-an",
    "-c",
    "copy",
    long,
  ]);
  const seconds = 90;
  const byCpu: number[] = [];
  const byWall: number[] = [];
  let seen: (readonly [number, boolean])[] = [];
  for (let round = 0; round < Math.min(bench.rounds, 3); round += 1) {
    bench.note(`walkers, round ${round + 1}`);
    const { cpuMs, wallMs } = await costOf([...node, one, long]);
    const idle = await costOf([...node, one]);
    byCpu.push(Math.max(1, cpuMs - idle.cpuMs));
    byWall.push(wallMs);
    if (round > 0) continue;
    seen = JSON.parse(await run(process.execPath, [...quietly, one, "--frames", walkers]));
  }
  const length = byCpu.map(() => seconds * 1000);
  rows.push(
    {
      what: "walkers.mp4: frames with a person in full view in which a Person is found",
      unit: "%",
      measured: spreadOf([found(seen, "fully")]),
      target: atLeast(80),
    },
    {
      what: "walkers.mp4: empty frames in which a Person is found",
      unit: "%",
      measured: spreadOf([found(seen, "none")]),
      target: { bound: "at most", value: 0 },
    },
    {
      what: "length of the video ÷ processor time, 768×432, one frame a second",
      unit: "×",
      measured: ratios(length, byCpu),
      target: atLeast(20),
    },
    {
      what: "length of the video ÷ wall time, including the start",
      unit: "×",
      measured: ratios(length, byWall),
    },
  );
  return {
    rows,
    remarks: [
      "YOLOX nano and MobileNetV2 through onnxruntime-node, one thread, in the sandbox. The processor time " +
        "includes decoding, but not the start of Node.",
      "A person looked at two frames a second of walkers.mp4 (test/support/walkers.ts). Frames that show only a " +
        "leg or the top of a head are not counted.",
      "The thresholds were chosen on these four pictures and this video. So these figures show that labelling " +
        "works, not how good it is on others.",
      "D-FINE, EfficientNet-Lite4 and RAM++ were tried with toy models of their shape only, because their weights " +
        "were not available.",
    ],
  };
}
