import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { serviceModels } from "../../src/aws/model/model.ts";
import { rekognitionOperations } from "../../src/aws/rekognition/service.ts";
import { s3Operations } from "../../src/aws/s3/operations.ts";
import { snsOperations } from "../../src/aws/sns/service.ts";
import { transcribeOperations } from "../../src/aws/transcribe/service.ts";

const page = readFileSync(new URL("../../docs/aws.md", import.meta.url), "utf8");

const offered: Readonly<Record<string, readonly string[]>> = {
  S3: s3Operations.map(({ name, scope }) => `${name} ${scope}`),
  Rekognition: Object.entries(rekognitionOperations({} as never)).map(
    ([name, { scope }]) => `${name} ${scope}`,
  ),
  SNS: Object.entries(snsOperations).map(([name, { scope }]) => `${name} ${scope}`),
  Transcribe: Object.entries(transcribeOperations({} as never)).map(
    ([name, { scope }]) => `${name} ${scope}`,
  ),
};

it.each(Object.keys(offered))(
  "the page lists every operation of %s that is offered, with its scope",
  (service) => {
    const section = page.split(`\n## ${service}\n`)[1]?.split("\n## ")[0] ?? "";
    const listed = Array.from(
      section.matchAll(/^\| (\w+) \| (read|write) \|$/gm),
      ([, name, scope]) => `${name} ${scope}`,
    );
    expect(listed.toSorted()).toEqual(offered[service]?.toSorted());
  },
);

it("the model of Transcribe has the operations that are offered, and no other", () => {
  expect(Object.keys(serviceModels.transcribe.operations).toSorted()).toEqual(
    Object.keys(transcribeOperations({} as never)).toSorted(),
  );
});
