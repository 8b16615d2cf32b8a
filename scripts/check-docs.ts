// Checks the documents: every relative link leads somewhere, and every script that is named is there.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { dirname, join, resolve } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
const documents = ["README.md", "docs", "examples"].flatMap((path) =>
  path.endsWith(".md")
    ? [path]
    : readdirSync(join(root, path), { recursive: true, encoding: "utf8" })
        .filter((file) => file.endsWith(".md"))
        .map((file) => join(path, file)),
);
const scripts = Object.keys(
  (JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as { scripts: object }).scripts,
);

const wrong: string[] = [];
for (const document of documents) {
  const text = readFileSync(join(root, document), "utf8");
  for (const [, target = ""] of text.matchAll(/\]\(([^)#]+)(?:#[^)]*)?\)/g))
    if (!/^[a-z]+:/.test(target) && !existsSync(resolve(root, dirname(document), target)))
      wrong.push(`${document}: no ${target}`);
  for (const [, name = ""] of text.matchAll(/\bnpm run ([\w:-]+)/g))
    if (!scripts.includes(name)) wrong.push(`${document}: no script ${name}`);
}
for (const line of wrong) console.error(line);
console.log(`${documents.length} documents checked`);
process.exitCode = wrong.length === 0 ? 0 : 1;
