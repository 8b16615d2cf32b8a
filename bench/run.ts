// Measures how fast Dailies is. Compares it with itself, with hand-written ffmpeg commands and with its targets.
// usage: npm run bench -- [--quick] [--full] [--rounds N] [--media N] [--sample N] [--results FILE] [--faster-whisper FOLDER] [a] [b] … [s]
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { transcode } from "./a-transcode.ts";
import { orchestration } from "./b-orchestration.ts";
import { catalogFigure } from "./c-catalog.ts";
import { queueFigure } from "./d-queue.ts";
import { batchFigure } from "./k-batch.ts";
import { memory } from "./e-memory.ts";
import { start } from "./f-start.ts";
import { hour } from "./g-hour.ts";
import { speech } from "./h-speech.ts";
import { labelFigure } from "./i-labels.ts";
import { voicesFigure } from "./l-voices.ts";
import { serviceFigure } from "./j-service.ts";
import { oddFigure } from "./o-odd.ts";
import { wireFigure } from "./s-wire.ts";
import type { Bench, Figure, Findings } from "./figure.ts";
import { machine } from "./machine.ts";
import { figureMarkdown, figureText, summary } from "./report.ts";

const figures: readonly Figure[] = [
  { letter: "a", title: "Four outputs and a poster", measure: transcode },
  { letter: "b", title: "Orchestration per media file", measure: orchestration },
  { letter: "c", title: "Catalog", measure: catalogFigure },
  { letter: "d", title: "Queue", measure: queueFigure },
  { letter: "e", title: "Memory of the main process", measure: memory },
  { letter: "f", title: "Cold start", measure: start },
  { letter: "g", title: "An hour of video", measure: hour },
  { letter: "i", title: "Labels", measure: labelFigure },
  { letter: "h", title: "Speech", measure: speech },
  { letter: "l", title: "Times of words, and speakers", measure: voicesFigure },
  { letter: "j", title: "Service", measure: serviceFigure },
  { letter: "k", title: "Batch", measure: batchFigure },
  { letter: "s", title: "S3", measure: wireFigure },
  { letter: "o", title: "Odd files", measure: oddFigure },
];

const here = (name: string): string => fileURLToPath(new URL(name, import.meta.url));

function options() {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      quick: { type: "boolean", default: false },
      full: { type: "boolean", default: false },
      rounds: { type: "string" },
      media: { type: "string" },
      sample: { type: "string" },
      results: { type: "string" },
      "faster-whisper": { type: "string" },
    },
  });
  const unknown = positionals.filter((letter) => !figures.some((one) => one.letter === letter));
  const rounds = values.rounds === undefined ? (values.quick ? 1 : 5) : Number(values.rounds);
  const media = Number(values.media ?? (values.quick ? 5_000 : 1_000_000));
  const sample = values.sample === undefined ? undefined : Number(values.sample);
  const counts = [rounds, media, sample ?? 1].every(
    (count) => Number.isInteger(count) && count >= 1,
  );
  if (unknown.length > 0 || !counts)
    throw new Error(
      "usage: npm run bench -- [--quick] [--full] [--rounds N] [--media N] [--sample N] [--results FILE] [--faster-whisper FOLDER] [a] [b] … [s]",
    );
  const chosen = figures.filter(
    ({ letter }) => positionals.length === 0 || positionals.includes(letter),
  );
  const fasterWhisper = values["faster-whisper"];
  return { ...values, rounds, media, sample, results: values.results, chosen, fasterWhisper };
}

/** The tables of this run. For figures that were not chosen, the tables of the previous run. */
function sections(done: ReadonlyMap<string, string>, results: string): string[] {
  let before = "";
  try {
    before = readFileSync(results, "utf8");
  } catch {
    // The first run.
  }
  return figures.flatMap(({ letter }) => {
    const kept = new RegExp(`^## ${letter}\\. [\\s\\S]*?(?=\\n+## |$(?![\\s\\S]))`, "m").exec(
      before,
    );
    const section = done.get(letter) ?? kept?.[0].trimEnd();
    return section === undefined ? [] : [section];
  });
}

function write(description: [string, string][], done: ReadonlyMap<string, string>): void {
  const results = here("./RESULTS.md");
  const text = [
    "# Bench",
    "",
    "`npm run bench` writes this page; each section names its run. Each figure is the median of the " +
      "rounds (smallest–largest). Things that are compared ran in turns in the same run. Targets apply " +
      "to the median.",
    "",
    "| | |",
    "|---|---|",
    ...description.map(([name, value]) => `| ${name} | ${value} |`),
    "",
    sections(done, results).join("\n\n"),
    "",
    readFileSync(here("./NOTES.md"), "utf8"),
  ].join("\n");
  writeFileSync(results, text);
}

const { quick, full, rounds, media, sample, results, chosen, fasterWhisper } = options();
const folder = mkdtempSync(join(tmpdir(), "dailies-bench-"));
process.on("exit", () => rmSync(folder, { recursive: true, force: true }));
for (const signal of ["SIGINT", "SIGTERM"]) process.on(signal, () => process.exit(130));
const description = await machine(folder);
for (const [name, value] of description) console.log(`${name}: ${value}`);

const startedAt = performance.now();
const elapsed = (): string => `${((performance.now() - startedAt) / 1000).toFixed(0)} s`;
const all: Findings[] = [];
const done = new Map<string, string>();
const shared = join(folder, "shared");
mkdirSync(shared);
for (const figure of chosen) {
  const own = join(folder, figure.letter);
  mkdirSync(own);
  const note = (text: string) => process.stderr.write(`[${elapsed()}] ${figure.letter}: ${text}\n`);
  const asked = { quick, full, rounds, media, sample, results, fasterWhisper };
  const bench: Bench = { ...asked, folder: own, shared, note };
  const measured = await figure.measure(bench);
  const run = `Run of ${new Date().toISOString().slice(0, 16).replace("T", " ")} UTC, --rounds ${rounds}.`;
  const findings = { ...measured, remarks: [...measured.remarks, run] };
  rmSync(own, { recursive: true });
  console.log(`\n${figureText(figure, findings)}`);
  all.push(findings);
  done.set(figure.letter, figureMarkdown(figure, findings));
  if (!quick) write(description, done);
}
console.log(`\n${summary(all)} ${elapsed()}.${quick ? " Quick: the figures mean nothing." : ""}`);
