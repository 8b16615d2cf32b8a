// Writes the pages of conformance tables from the tests.
import { writeFileSync } from "node:fs";
import { conformancePages } from "./conformance-pages.ts";

for (const [path, text] of Object.entries(conformancePages))
  writeFileSync(new URL(`../${path}`, import.meta.url), text);
