// Builds the page into dist/web/. The shell names the hashes of the files that it loads.
import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { build } from "vite";

const root = fileURLToPath(new URL("../", import.meta.url));
await build({ configFile: `${root}src/web/vite.config.ts` });
const path = `${root}dist/web/index.html`;
const hashOf = (file: string): string =>
  createHash("sha384")
    .update(readFileSync(`${root}dist/web${file}`))
    .digest("base64");
const shell = readFileSync(path, "utf8").replaceAll(
  / crossorigin (src|href)="([^"]+\.(?:js|css))"/g,
  (_all, attribute: string, file: string) =>
    ` crossorigin integrity="sha384-${hashOf(file)}" ${attribute}="${file}"`,
);
writeFileSync(path, shell);
