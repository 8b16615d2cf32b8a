import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { isWanted, pictureAnswer, videoAnswer, wantedOf, type VideoLabels } from "./labels.ts";

const label = (Name: string, Confidence: number, ...parents: string[]) => ({
  Name,
  Confidence,
  Instances: [{ BoundingBox: { Width: 1, Height: 1, Left: 0, Top: 0 }, Confidence, TrackId: 1 }],
  Parents: parents.map((one) => ({ Name: one })),
});
const times = (from: number, to: number) => ({
  StartTimestampMillis: from,
  EndTimestampMillis: to,
  DurationMillis: to - from,
});

describe("the labels of a picture", () => {
  const stored = {
    Labels: [label("Dog", 90, "Animal"), label("Cat", 80, "Animal"), label("Bed", 40)],
    LabelModelVersion: "m",
  };
  const names = (wanted: Parameters<typeof pictureAnswer>[1], most = 9) =>
    pictureAnswer(stored, wanted, most).Labels.map(({ Name }) => Name);

  it("are the surest ones that the client wants", () => {
    expect(names({ minConfidence: 55 })).toEqual(["Dog", "Cat"]);
    expect(names({ minConfidence: 0 }, 1)).toEqual(["Dog"]);
    expect(names({ minConfidence: 0, include: ["Dog", "Bed"] })).toEqual(["Dog", "Bed"]);
    expect(names({ minConfidence: 0, include: [] })).toHaveLength(3);
    expect(names({ minConfidence: 0, include: ["Dog", "Cat"], exclude: ["Dog"] })).toEqual(["Cat"]);
  });

  it("have the members that Rekognition gives, and no other", () => {
    const [dog] = pictureAnswer(stored, { minConfidence: 0 }, 1).Labels;
    expect(dog).toEqual({
      Name: "Dog",
      Confidence: 90,
      Instances: [{ BoundingBox: { Width: 1, Height: 1, Left: 0, Top: 0 }, Confidence: 90 }],
      Parents: [{ Name: "Animal" }],
      Aliases: [],
      Categories: [],
    });
  });
});

describe("the labels of a video", () => {
  const stored: VideoLabels = {
    VideoMetadata: { Format: "f" },
    LabelModelVersion: "m",
    Labels: [
      { Timestamp: 0, Label: label("Cat", 70, "Animal") },
      { Timestamp: 0, Label: label("Animal", 90) },
      { Timestamp: 500, Label: label("Cat", 95, "Animal") },
    ],
    LabelSegments: [
      { ...times(0, 1_000), Label: { Name: "Cat", Confidence: 95 } },
      { ...times(0, 500), Label: { Name: "Animal", Confidence: 90 } },
    ],
  };
  const shown = (...how: [Parameters<typeof videoAnswer>[1], Parameters<typeof videoAnswer>[2]]) =>
    videoAnswer(stored, ...how).map(
      ({ Timestamp, Label: { Name, Confidence } }) => `${Timestamp} ${Name} ${Confidence}`,
    );

  it("come by time, or by name and then sureness", () => {
    expect(shown("TIMESTAMP", "TIMESTAMPS")).toEqual(["0 Animal 90", "0 Cat 70", "500 Cat 95"]);
    expect(shown("NAME", "TIMESTAMPS")).toEqual(["0 Animal 90", "500 Cat 95", "0 Cat 70"]);
    expect(shown("TIMESTAMP", "SEGMENTS")).toEqual(["0 Cat 95", "0 Animal 90"]);
    expect(shown("NAME", "SEGMENTS")).toEqual(["0 Animal 90", "0 Cat 95"]);
    expect(videoAnswer(stored, "TIMESTAMP", "SEGMENTS")[0]).toEqual({
      Timestamp: 0,
      ...times(0, 1_000),
      Label: {
        Name: "Cat",
        Confidence: 95,
        Instances: [],
        Parents: [{ Name: "Animal" }],
        Aliases: [],
        Categories: [],
      },
    });
  });

  it("that a client wants are those that hold, each time and each segment", () => {
    const percent = fc.integer({ min: 0, max: 100 });
    const some = fc.option(fc.subarray(["Cat", "Animal", "Dog"]), { nil: undefined });
    fc.assert(
      fc.property(percent, some, some, (minConfidence, include, exclude) => {
        const wanted = { minConfidence, ...(include && { include }), ...(exclude && { exclude }) };
        const found = wantedOf(stored, wanted);
        expect(found.Labels).toEqual(stored.Labels.filter((one) => isWanted(one.Label, wanted)));
        for (const { Label } of [...found.Labels, ...found.LabelSegments]) {
          expect(Label.Confidence).toBeGreaterThanOrEqual(minConfidence);
          expect(exclude ?? []).not.toContain(Label.Name);
        }
      }),
    );
  });
});
