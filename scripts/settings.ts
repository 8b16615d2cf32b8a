// Writes the files that are generated from the schemas of the settings and of profiles: config.schema.json and
// profile.schema.json for editors, and the tables in docs/settings.md and docs/renditions.md. A test fails when
// one of them is out of date.
import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import { profileSchema } from "../src/config/profile-schema.ts";
import { settingsSchema } from "../src/config/schema.ts";

const at = (path: string): string => fileURLToPath(new URL(`../${path}`, import.meta.url));

/** The parts of JSON Schema that are used here. */
interface Described {
  readonly description?: string;
  readonly properties?: Readonly<Record<string, Described>>;
  readonly anyOf?: readonly Described[];
}

const schemaOf = (schema: z.ZodType) =>
  z.toJSONSchema(schema, { io: "input", unrepresentable: "any" });

/** A table row for each setting with a value. */
function rows({ properties = {} }: Described, before = ""): string[] {
  return Object.entries(properties).flatMap(([name, setting]) => {
    const inner = [setting, ...(setting.anyOf ?? [])].find((one) => one.properties !== undefined);
    if (inner !== undefined) return rows(inner, `${before}${name}.`);
    const [what = "", usual = ""] = (setting.description ?? "").split(" Default: ");
    return `| \`${before}${name}\` | ${usual} | ${what.replaceAll("|", "\\|")} |`;
  });
}

const begin = "<!-- settings: written by `npm run settings` -->";
const end = "<!-- end of settings -->";

/** A page with the table of a schema between its marks. */
function pageWith(path: string, heads: string, lines: readonly string[]): string {
  const page = readFileSync(at(path), "utf8");
  const [head = "", rest = ""] = page.split(begin);
  const tail = rest.slice(rest.indexOf(end));
  const table = [heads, "|---|---|---|", ...lines];
  return `${head}${begin}\n\n${table.join("\n")}\n\n${tail}`;
}

/** The rows of a profile: web and phone have the same fields, and share them. */
function profileRows(schema: Described): string[] {
  const all = rows(schema).map((row) => row.replaceAll("`renditions.", "`"));
  const own = all.filter((row) => !row.startsWith("| `phone."));
  return own.map((row) => row.replace("| `web.", "| `web`, `phone`: `"));
}

/** The content of every generated file, by path. */
export function generated(): ReadonlyMap<string, string> {
  const [settings, profile] = [schemaOf(settingsSchema), schemaOf(profileSchema)];
  const json = (schema: object, title: string) =>
    `${JSON.stringify({ ...schema, title }, undefined, 2)}\n`;
  return new Map([
    ["config.schema.json", json(settings, "config.json of dailies")],
    ["profile.schema.json", json(profile, "A profile of dailies")],
    [
      "docs/settings.md",
      pageWith(
        "docs/settings.md",
        "| setting | default | what it does |",
        rows(settings as Described),
      ),
    ],
    [
      "docs/renditions.md",
      pageWith(
        "docs/renditions.md",
        "| field | default | what it is |",
        profileRows(profile as Described),
      ),
    ],
  ]);
}

if (import.meta.main) for (const [path, text] of generated()) writeFileSync(at(path), text);
