import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { s3Operations } from "../../src/aws/s3/operations.ts";

const page = readFileSync(new URL("../../docs/aws.md", import.meta.url), "utf8");

it("the page lists every operation of S3 that is offered, with its scope, and no other", () => {
  const section = page.split("\n## S3\n")[1]?.split("\n## ")[0] ?? "";
  const listed = Array.from(
    section.matchAll(/^\| (\w+) \| (read|write) \|$/gm),
    ([, name, scope]) => `${name} ${scope}`,
  );
  expect(listed.toSorted()).toEqual(
    s3Operations.map(({ name, scope }) => `${name} ${scope}`).toSorted(),
  );
});
