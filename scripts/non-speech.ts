// Makes 60 kinds of sound without speech, and prints which words each speech model finds in them.
// usage: node scripts/non-speech.ts [MODEL…] [--gate] [--short]
//   MODEL   installed models (default: all for speech); --gate: without silero; --short: at most 10 s each
import { execFileSync } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { readConfig } from "../src/config/config.ts";
import { defaultLimits } from "../src/media/limits.ts";
import { transcriptText } from "../src/media/transcript.ts";
import { createModelStore } from "../src/models/local.ts";
import { createFilesystemObjectStore } from "../src/objects/filesystem.ts";
import { createSandbox } from "../src/sandbox/create.ts";
import { createSherpaTranscriber } from "../src/transcribe/sherpa/transcriber.ts";
import { nonSpeech } from "../test/support/non-speech.ts";
import { transcribeFile } from "../test/support/transcribe-file.ts";

const args = process.argv.slice(2);
const wanted = args.filter((arg) => !arg.startsWith("--"));
const isShort = args.includes("--short");
const models = createModelStore({ dir: readConfig({}, process.env).modelsDir });
const folder = await mkdtemp(join(tmpdir(), "dailies-non-speech-"));
const objects = createFilesystemObjectStore({ dir: join(folder, "objects") });
const sandbox = await createSandbox();
const voice = args.includes("--gate") ? undefined : models.installed("voice")[0];
const chosen = models
  .installed("speech")
  .filter(({ manifest }) => wanted.length === 0 || wanted.includes(manifest.id));

const paths = nonSpeech.map(({ name, seconds, source }) => {
  const path = join(folder, `${name}.wav`);
  const length = String(isShort ? Math.min(10, seconds) : seconds);
  const input = ["-f", "lavfi", "-i", source, "-t", length, "-ar", "16000", "-ac", "1"];
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", ...input, path]);
  return { name, path };
});
let invented = 0;
for (const model of chosen) {
  const parts = { sandbox, objects, limits: defaultLimits, models, model };
  const by = createSherpaTranscriber({ ...parts, voice });
  let words = 0;
  for (const { name, path } of paths) {
    const { transcript } = await transcribeFile({ by, objects, path, workDir: folder });
    words += transcript.words.length;
    if (transcript.words.length > 0) console.log(`${name}: ${transcriptText(transcript.words)}`);
  }
  console.log(`${by.id}: ${words} words in ${paths.length} sounds`);
  invented += words;
  await by.close();
}
await rm(folder, { recursive: true });
process.exitCode = invented > 0 || chosen.length === 0 ? 1 : 0;
