// Checks the documents: every relative link has a target, and every npm script that is named exists. The
// package does not ship all files. In a shipped document, a link to a file that is not shipped needs the
// title "in the repository". The conformance tables must be those of the tests.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { conformancePages } from "./conformance-pages.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const documents = [
  "README.md",
  "CONTRIBUTING.md",
  "SECURITY.md",
  "CHANGELOG.md",
  "docs",
  "examples",
].flatMap((path) =>
  path.endsWith(".md")
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .map((file) => join(path, file)),
);
const manifest = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
  scripts: object;
  files: string[];
};
const scripts = Object.keys(manifest.scripts);
/** The files and folders that npm ships. */
const shipped = [...manifest.files, "README.md", "LICENSE", "package.json"];
const isShipped = (path: string): boolean =>
  shipped.some((one) => path === one || path.startsWith(`${one}/`));
const elsewhere = "in the repository";

/** `[words](target#part "title")` */
const links = /\]\(([^)#\s]+)(?:#[^)\s]*)?(?:\s+"([^"]*)")?\)/g;

const wrong: string[] = [];
for (const document of documents) {
  const text = readFileSync(join(root, document), "utf8");
  for (const [, target = "", title] of text.matchAll(links)) {
    if (/^[a-z]+:/.test(target)) continue;
    const path = resolve(root, dirname(document), target);
    if (!existsSync(path)) wrong.push(`${document}: no ${target}`);
    else if (isShipped(document) && !isShipped(relative(root, path)) && title !== elsewhere)
      wrong.push(`${document}: ${target} is not shipped: give the link the title "${elsewhere}"`);
    else if (title === elsewhere && isShipped(relative(root, path)))
      wrong.push(`${document}: ${target} is shipped, and not only ${elsewhere}`);
  }
  for (const [, name = ""] of text.matchAll(/\bnpm run ([\w:-]+)/g))
    if (!scripts.includes(name)) wrong.push(`${document}: no script ${name}`);
}
for (const [path, text] of Object.entries(conformancePages))
  if (!existsSync(join(root, path)) || readFileSync(join(root, path), "utf8") !== text)
    wrong.push(`${path}: differs from the tests: npm run conformance`);
for (const line of wrong) console.error(line);
console.log(`${documents.length} documents checked`);
process.exitCode = wrong.length === 0 ? 0 : 1;
