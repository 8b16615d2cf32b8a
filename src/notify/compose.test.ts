import fc from "fast-check";
import { describe, expect, it } from "vitest";
import {
  outcomeMessage,
  transcriptCharacters,
  type OutcomeJob,
  type OutcomeRecord,
} from "./compose.ts";

const job = (id: string, rest: Partial<OutcomeJob> = {}): OutcomeJob => ({
  id,
  step: "probe",
  state: "succeeded",
  ...rest,
});

const failure = { code: "damaged_media", message: "it is broken", remedy: "Export it." } as const;

const record = (rest: Partial<OutcomeRecord> = {}): OutcomeRecord => ({
  media: { name: "a.mp4", version: "v1", owner: "ada", sizeBytes: 5 },
  jobs: [job("1")],
  outputs: [],
  labels: [],
  ...rest,
});

const transcript = { beginning: "hush", whole: true, languageCode: "en-US", draft: true };

describe("the message about an outcome", () => {
  it("leaves out what is unknown", () => {
    expect(outcomeMessage(record())).toEqual({
      topic: "completed",
      run: expect.stringMatching(/^[0-9a-f]{32}$/),
      content: { name: "a.mp4", version: "v1", owner: "ada", sizeBytes: 5, outputs: [] },
    });
  });

  it("says which steps failed or were cancelled, and nothing of the others", () => {
    const { topic, content } = outcomeMessage(
      record({
        jobs: [
          job("1"),
          job("2", { step: "audio", state: "failed", failure, lastOutput: "a\r\n\n/srv/x/y: no" }),
          job("3", { step: "video", state: "cancelled" }),
          job("4", { step: "gif", state: "skipped" }),
        ],
      }),
    );
    expect(topic).toBe("error");
    expect(content.failures).toEqual([
      { step: "audio", ...failure, lastLines: ["a", "y: no"] },
      expect.objectContaining({ step: "video", code: "cancelled", lastLines: [] }),
    ]);
  });

  it("orders outputs by key and labels by confidence, and takes at most 12", () => {
    const output = (key: string) => ({ key, contentType: "x/y", sizeBytes: 1 });
    const labels = Array.from({ length: 30 }, (_, n) => ({ name: `l${n}`, confidence: n / 30 }));
    const { content } = outcomeMessage(record({ outputs: [output("b"), output("a")], labels }));
    expect(content.outputs.map(({ key }) => key)).toEqual(["a", "b"]);
    expect(content.labels).toHaveLength(12);
    expect(content.labels?.[0]).toBe("l29");
  });

  it("quotes how a transcript begins, whatever characters it has", () => {
    const beginnings = fc.string({ unit: "binary", maxLength: 1_500, size: "max" });
    fc.assert(
      fc.property(beginnings, fc.boolean(), (beginning, whole) => {
        const spoken = { ...transcript, beginning, whole };
        const quoted = outcomeMessage(record({ transcript: spoken })).content.transcript;
        const characters = Array.from(beginning);
        const text = characters.slice(0, transcriptCharacters).join("");
        const isWhole = whole && characters.length <= transcriptCharacters;
        const shown = quoted?.text ?? "";
        if (isWhole) expect(shown).toBe(text);
        expect(text.startsWith(shown)).toBe(true);
        expect(quoted?.whole).toBe(beginning === "" ? undefined : isWhole);
      }),
    );
  });

  it("quotes whole graphemes of a transcript that goes on", () => {
    const family = "👨‍👩‍👧";
    for (const part of [family, "e\u0301", "कि"]) {
      const beginning = Array.from(`a${part.repeat(700)}`)
        .slice(0, transcriptCharacters)
        .join("");
      const spoken = { ...transcript, beginning, whole: false };
      const quoted = outcomeMessage(record({ transcript: spoken })).content.transcript;
      expect(quoted?.text.slice(1).replaceAll(part, "")).toBe("");
      expect(quoted?.text.length).toBeGreaterThan(500);
    }
  });

  it("is the same run whatever the order of the jobs, and another when one ended otherwise", () => {
    const [one, two] = [job("1"), job("2")];
    const first = outcomeMessage(record({ jobs: [one, two] }));
    expect(outcomeMessage(record({ jobs: [two, one] })).run).toBe(first.run);
    const failed = job("2", { state: "failed", failure });
    expect(outcomeMessage(record({ jobs: [one, failed] })).run).not.toBe(first.run);
  });
});
