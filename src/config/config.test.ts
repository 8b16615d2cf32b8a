import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join, resolve } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-config-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function libraryWith(content: string): string {
  const dataDir = mkdtempSync(join(folder, "library-"));
  writeFileSync(join(dataDir, "config.json"), content);
  return dataDir;
}

/** What it is refused for. */
function refusal(dataDir: string, env: NodeJS.ProcessEnv = {}): { code?: string; message: string } {
  try {
    readConfig({ dataDir }, env);
  } catch (error) {
    return error as Error & { code?: string };
  }
  return { message: "accepted" };
}

const absent = join(folder, "absent");

describe("config.json", () => {
  it("may be absent, with its folder, or below what is no folder", () => {
    const file = join(folder, "file");
    writeFileSync(file, "");
    for (const dataDir of [folder, absent, join(file, "library")])
      expect(readConfig({ dataDir }, {})).toMatchObject({ dataDir, languageCode: "en-US" });
  });

  it("is never passed over when it is there and cannot be read", () => {
    const dataDir = join(folder, "unreadable");
    mkdirSync(join(dataDir, "config.json"), { recursive: true }); // root reads everything but this
    const { code, message } = refusal(dataDir);
    expect(code).toBe("invalid_config");
    expect(message).toMatch(/config\.json: the file cannot be read: EISDIR/);
  });

  it.each(["[]", "null", '"en-US"', "{", ""])("is not %j", (content) => {
    expect(refusal(libraryWith(content))).toMatchObject({
      code: "invalid_config",
    });
  });

  it("has no limit that is none, not even one that every object has", () => {
    const dataDir = libraryWith('{"limits": {"toString": 1}}');
    expect(refusal(dataDir).message).toMatch(/limits\.toString is no setting/);
  });
});

/** Every variable that says a text, with one that it cannot say and the setting that it says. */
const variables: readonly (readonly [string, string, string])[] = [
  ["DAILIES_LANGUAGE", "English!", "languageCode"],
  ["METADATA_TABLE_NAME", "a b", "metadataTable"],
  ["DAILIES_MODELS_MIRROR", "ftp://models", "modelsMirror"],
  ["DAILIES_MODELS_MIRROR", "https://models:port", "modelsMirror"],
  ["DAILIES_PUBLIC_URL", "dailies.example", "publicUrl"],
  ["DAILIES_SMTP_URL", "mail.example", "smtp"],
  ["DAILIES_SMTP_URL", "smtp://ada:100%@mail.example?from=a@b.example", "smtp"],
];

describe("the environment", () => {
  it.each(variables)(
    "%s=%s is blamed by its own name, as %s of the file is",
    (name, value, key) => {
      const { code, message } = refusal(absent, { [name]: value });
      expect(code).toBe("invalid_config");
      expect(message).toContain(name);
      expect(message).not.toContain("config.json");
      const dataDir = libraryWith(JSON.stringify({ [key]: value }));
      expect(refusal(dataDir).message).toContain(`config.json: ${key}`);
    },
  );

  it("goes before the file, and the file is blamed for what is its own", () => {
    const dataDir = libraryWith('{"languageCode": "de-DE", "metadataTable": "a b"}');
    expect(refusal(dataDir).message).toMatch(/config\.json: metadataTable/);
    const env = { DAILIES_LANGUAGE: "fr-FR", METADATA_TABLE_NAME: "other" };
    expect(readConfig({ dataDir }, env)).toMatchObject({
      languageCode: "fr-FR",
      metadataTable: "other",
    });
  });

  it("says nothing where it is empty", () => {
    const content = { languageCode: "de-DE", publicUrl: "https://a.example", masterKeyFile: "k" };
    const dataDir = libraryWith(JSON.stringify(content));
    const names = variables.map(([name]) => name);
    names.push("DAILIES_MODELS_DIR", "DAILIES_MASTER_KEY_FILE", "DAILIES_AUTO_PULL");
    const empty = Object.fromEntries(names.map((name) => [name, ""]));
    expect(readConfig({ dataDir }, empty)).toEqual(readConfig({ dataDir }, {}));
    expect(readConfig({ dataDir }, empty).masterKeyFile).toBe(join(dataDir, "k"));
    expect(readConfig({}, { DAILIES_DATA_DIR: "" }).dataDir).toBe(resolve(".dailies"));
    expect(readConfig({ dataDir: "" }, { DAILIES_DATA_DIR: dataDir }).dataDir).toBe(dataDir);
  });
});
