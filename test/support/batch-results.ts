import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { parseCsv } from "../../src/media/csv.ts";
import { filesBelow } from "./library.ts";
import { openPackage } from "./opc.ts";

const digest = (content: string | Buffer): string =>
  createHash("sha256").update(content).digest("hex").slice(0, 16);

/** Columns whose values differ from run to run. */
const timed = new Set(["created", "started", "finished", "elapsed_s"]);

function untimed(csv: string): string {
  const [head = [], ...rows] = parseCsv(csv);
  const kept = (row: string[]): string[] => row.filter((_, index) => !timed.has(head[index] ?? ""));
  return JSON.stringify([head, ...rows].map(kept));
}

/** A file's content as a hash, without the parts that depend on the time and speed of the run. */
function fingerprint(path: string): string {
  const bytes = readFileSync(path);
  if (path.endsWith(".json"))
    return digest(bytes.toString().replace(/,?"realTimeFactor":[\d.]+/g, ""));
  if (path.endsWith(".csv")) return digest(untimed(bytes.toString()));
  if (!path.endsWith(".docx")) return digest(bytes);
  const { text, faults } = openPackage(bytes);
  const dated = /Transcribed<\/w:t>.*?<w:t(?: [^>]*)?>[^<]*/;
  const body = text("word/document.xml")
    .replace(dated, "")
    .replace(/r:id="[^"]*"/g, "")
    .replace(/<wp:docPr id="\d+"/g, ""); // this number counts the documents of a process
  return digest(JSON.stringify([body, faults]));
}

/** All files that a batch leaves in its folders, without the parts that differ from run to run. */
export function batchResults(input: string, output: string): string[] {
  const results = filesBelow(output)
    .filter((name) => name !== ".dailies-batch/ledger.jsonl")
    .map((name) => `${name.replace(/\d{8}T\d{6}Z/, "STAMP")} ${fingerprint(join(output, name))}`);
  return [...results, ...filesBelow(input).map((name) => `left: ${name}`)].toSorted();
}

/** How many inputs have ended so far. */
export function endedSoFar(output: string): number {
  const ledger = join(output, ".dailies-batch/ledger.jsonl");
  return existsSync(ledger) ? readFileSync(ledger, "utf8").split('"type":"ended"').length - 1 : 0;
}

/** Inputs that ended twice in one batch. */
export function endedTwice(output: string): string[] {
  const text = readFileSync(join(output, ".dailies-batch/ledger.jsonl"), "utf8");
  const ended = text.split("\n").filter((line) => line.includes('"type":"ended"'));
  const paths = ended.flatMap((line) => {
    try {
      return (JSON.parse(line) as { path: string }).path;
    } catch {
      return []; // an incomplete line of a killed process
    }
  });
  return paths.filter((path, index) => paths.indexOf(path) !== index);
}
