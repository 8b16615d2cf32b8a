import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { attemptOfToken, attemptToken } from "./attempt-token.ts";
import { createIdSource, newSession } from "./ids.ts";
import { newJob, steps, type JobSettings, type Step } from "./job.ts";

const newId = createIdSource(newSession());
interface Given {
  readonly name: string;
  readonly step: Step;
  readonly settings: JobSettings;
}
const attempts: fc.Arbitrary<Given> = fc.record({
  name: fc.string({ unit: "grapheme", minLength: 1 }),
  step: fc.constantFrom(...steps),
  settings: fc.dictionary(fc.string(), fc.string()),
});
const namesOf = ({ name, step, settings }: Given) => {
  const version = newId();
  const job = newJob({ name, version }, step, settings);
  return { jobId: job.id, attempt: newId() };
};

describe("an attempt's token", () => {
  it("fits every provider's alphabet and length, whatever the media file's name", () => {
    fc.assert(
      fc.property(attempts, (given) => {
        const token = attemptToken(namesOf(given));
        expect(token).toMatch(/^[0-9a-zA-Z._-]{1,200}$/); // Transcribe: TranscriptionJobName
        expect(token).toMatch(/^[a-zA-Z0-9-_]{1,64}$/); // Rekognition: ClientRequestToken, JobTag
      }),
    );
  });

  it("is the same for the same attempt, another for every other, and can be read back", () => {
    fc.assert(
      fc.property(attempts, (given) => {
        const first = namesOf(given);
        const retry = { ...first, attempt: newId() };
        expect(attemptToken({ ...first })).toBe(attemptToken(first));
        expect(attemptToken(retry)).not.toBe(attemptToken(first));
        expect(attemptOfToken(attemptToken(first))).toEqual(first);
      }),
    );
  });

  it("is not found in what is no token", () => {
    fc.assert(
      fc.property(fc.string(), (text) => {
        expect(attemptOfToken(text)).toBeUndefined();
      }),
    );
    expect(attemptOfToken(`${"0".repeat(32)}-${"0".repeat(21)}`)).toBeUndefined();
  });
});
