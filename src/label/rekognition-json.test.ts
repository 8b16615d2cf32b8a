import { describe, expect, it } from "vitest";
import type { MediaFacts } from "../media/facts.ts";
import type { Label } from "../media/label.ts";
import { rekognitionJson } from "./rekognition-json.ts";

const engine = { name: "test", version: "1", model: "model-1" };

const facts = {
  type: "video",
  container: "mov,mp4,m4a,3gp,3g2,mj2",
  containerLongName: "QuickTime / MOV",
  durationMs: 45_000,
  audioTracks: 0,
  warnings: [],
  video: {
    streamIndex: 0,
    codec: "h264",
    width: 960,
    height: 540,
    displayWidth: 540,
    displayHeight: 960,
    rotation: 90,
    sampleAspectRatio: { num: 1, den: 1 },
    averageFrameRate: { num: 30_000, den: 1001 },
    variableFrameRate: false,
    interlaced: false,
    transfer: "sdr",
  },
} as const satisfies MediaFacts;

const dog: Label = {
  name: "Dog",
  confidence: 0.767123456,
  parents: ["Mammal", "Animal"],
  instances: [{ box: { left: 0.1, top: 0.2, width: 0.3, height: 1 / 3 }, confidence: 0.767123456 }],
};
const animal: Label = { name: "Animal", confidence: 0.767123456, parents: [], instances: [] };

const dogJson = {
  Name: "Dog",
  Confidence: 76.7123,
  Instances: [
    { BoundingBox: { Width: 0.3, Height: 0.333333, Left: 0.1, Top: 0.2 }, Confidence: 76.7123 },
  ],
  Parents: [{ Name: "Mammal" }, { Name: "Animal" }],
};
const animalJson = { Name: "Animal", Confidence: 76.7123, Instances: [], Parents: [] };

describe("Rekognition's shapes", () => {
  it("writes an image as DetectLabels does", () => {
    const labeling = { frames: [{ labels: [dog, animal] }], segments: [], engine };
    expect(rekognitionJson(labeling, { ...facts, type: "image" })).toEqual({
      Labels: [animalJson, dogJson],
      LabelModelVersion: "model-1",
      engine,
    });
  });

  it("writes a video as GetLabelDetection does, in order of time, as displayed", () => {
    const frames = [
      { timestampMs: 500, labels: [dog] },
      { timestampMs: 0, labels: [animal] },
      { timestampMs: 1000, labels: [] },
    ];
    const segments = [{ name: "Dog", startMs: 500, endMs: 1500, confidence: 0.8 }];
    const shots = [{ startMs: 0, endMs: 45_000, confidence: 1 }];
    expect(rekognitionJson({ frames, segments, shots, engine }, facts)).toEqual({
      JobStatus: "SUCCEEDED",
      VideoMetadata: {
        Codec: "h264",
        DurationMillis: 45_000,
        Format: "QuickTime / MOV",
        FrameRate: 29.97003,
        FrameHeight: 960,
        FrameWidth: 540,
      },
      Labels: [
        { Timestamp: 0, Label: animalJson },
        { Timestamp: 500, Label: dogJson },
      ],
      LabelSegments: [
        {
          StartTimestampMillis: 500,
          EndTimestampMillis: 1500,
          DurationMillis: 1000,
          Label: { Name: "Dog", Confidence: 80 },
        },
      ],
      Segments: [
        {
          Type: "SHOT",
          StartTimestampMillis: 0,
          EndTimestampMillis: 45_000,
          DurationMillis: 45_000,
          ShotSegment: { Index: 0, Confidence: 100 },
        },
      ],
      LabelModelVersion: "model-1",
      engine,
    });
  });

  it("numbers the things of a video, beside what Rekognition has", () => {
    const instances = dog.instances.map((instance) => ({ ...instance, track: 3 }));
    const frames = [{ timestampMs: 0, labels: [{ ...dog, instances }] }];
    const json = rekognitionJson({ frames, segments: [], engine }, facts);
    expect(JSON.parse(JSON.stringify(json)).Labels[0].Label.Instances[0].TrackId).toBe(3);
  });

  it("leaves out what is not known", () => {
    const { durationMs: _unknown, video, ...rest } = facts;
    const { averageFrameRate: _rate, ...still } = video;
    const json = rekognitionJson({ frames: [], segments: [], engine }, { ...rest, video: still });
    expect(json).toMatchObject({ Labels: [] });
    const known = ["Codec", "Format", "FrameHeight", "FrameWidth"];
    expect("VideoMetadata" in json && Object.keys(json.VideoMetadata)).toEqual(known);
  });
});
