// Writes the files that are generated from the schema of the settings: config.schema.json for editors, and
// the table in docs/settings.md. A test fails when one of them is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { settingsSchema } from "../src/config/schema.ts";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The parts of JSON Schema that are used here. */
interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
}

const jsonSchema = z.toJSONSchema(settingsSchema, { io: "input", unrepresentable: "any" });

/** A table row for each setting with a value. */
function rows({ properties = {} }: Described, before = ""): string[] {
  return Object.entries(properties).flatMap(([name, setting]) => {
    if (setting.properties !== undefined) return rows(setting, `${before}${name}.`);
    const [what = "", usual = ""] = (setting.description ?? "").split(" Default: ");
    return `| \`${before}${name}\` | ${usual} | ${what.replaceAll("|", "\\|")} |`;
  });
}

const begin = "<!-- settings: written by `npm run settings` -->";
const end = "<!-- end of settings -->";

/** The content of every generated file, by path. */
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
