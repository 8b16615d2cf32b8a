import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { generated } from "../scripts/settings.ts";

describe("files generated from the schema of the settings", () => {
  it.each([...generated()])("%s is up to date (npm run settings)", (path, text) => {
    expect(readFileSync(new URL(`../${path}`, import.meta.url), "utf8")).toBe(text);
  });

  it("have a description and a default for every setting", () => {
    const [, ...lines] = (generated().get("docs/settings.md") ?? "").split("\n| `");
    const rows = lines.filter((line) => /^[\w.$]+` \| .* \| .+ \|/.test(line));
    expect(rows.length).toBeGreaterThan(35);
    for (const row of rows) expect(row).toMatch(/^[\w.$]+` \| .+ \| .+ \|/);
  });
});
