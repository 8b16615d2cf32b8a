// Transcribes a folder of recordings and prints each transcript.
// Run: node examples/transcribe-a-folder.ts FOLDER
import { openDailies, readConfig } from "../src/index.ts";

const [folder = "."] = process.argv.slice(2);
const library = await openDailies(readConfig());
try {
  const { finished, refused } = await library.process([folder], { only: ["transcribe"] });
  for (const { name } of finished) console.log(`${name}\n${await library.export(name, "txt")}`);
  for (const { path, error } of refused) console.error(`${path}: ${error.message}`);
} finally {
  await library.close();
}
