// Writes what follows from the schema of the settings: config.schema.json for editors, and the table in
// docs/settings.md. A test tells when one of them is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { settingsSchema } from "../src/config/schema.ts";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** What of JSON Schema is read here. */
interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

const jsonSchema = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" });

/** A row for each setting that has a value of its own. */
function rows({ properties = {} }: Described, before = ""): string[] {
  return Object.entries(properties).flatMap(([name, setting]) => {
    if (setting.properties !== undefined) return rows(setting, `${before}${name}.`);
    const [what = "", usual = ""] = (setting.description ?? "").split(" Default: ");
    return `| \`${before}${name}\` | ${usual} | ${what.replaceAll("|", "\\|")} |`;
  });
}

const begin = "<!-- settings: written by `npm run settings` -->";
const end = "<!-- end of settings -->";

/** Every generated file, by its path, as it has to be. */
export function generated(): ReadonlyMap<string, string> {
  const title = "config.json of dailies";
  const schema = { ...jsonSchema, title };
  const page = readFileSync(at("docs/settings.md"), "utf8");
  const [head = "", rest = ""] = page.split(begin);
  const tail = rest.slice(rest.indexOf(end));
  const table = [
    "| setting | default | what it does |",
    "|---|---|---|",
    ...rows(jsonSchema as Described),
  ];
  return new Map([
    ["config.schema.json", `${JSON.stringify(schema, undefined, 2)}\n`],
    ["docs/settings.md", `${head}${begin}\n\n${table.join("\n")}\n\n${tail}`],
  ]);
}

if (import.meta.main) for (const [path, text] of generated()) writeFileSync(at(path), text);
