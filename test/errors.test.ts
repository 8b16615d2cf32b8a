import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { errorCodes } from "../src/media/errors.ts";
import { skipReasons } from "../src/media/job.ts";

const page = readFileSync(new URL("../docs/errors.md", import.meta.url), "utf8");
const [errors = "", reasons = ""] = page.split("## Why a step is skipped");
const rows = (part: string) =>
  [...part.matchAll(/^\| `(\w+)` \|(?: (yes|no) \|)?/gm)].map(([, code, retried]) => ({
    code,
    retried,
  }));

describe("docs/errors.md", () => {
  it("lists exactly the existing codes, and says correctly which are retried", () => {
    const documented = rows(errors).map(({ code, retried }) => [code, retried === "yes"]);
    const known = Object.entries(errorCodes).map(([code, { retryable }]) => [code, retryable]);
    expect(Object.fromEntries(documented)).toEqual(Object.fromEntries(known));
    expect(documented).toHaveLength(known.length);
  });

  it("has every reason for skipping a step", () => {
    expect(rows(reasons).map(({ code }) => code)).toEqual(skipReasons);
  });
});
