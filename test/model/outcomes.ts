import type { Change } from "../../src/catalog/catalog.ts";
import type { MediaEvent } from "../../src/media/event.ts";
import type { MediaFacts } from "../../src/media/facts.ts";
import type { NewJob } from "../../src/media/job.ts";
import { outputKey, type OutputKind } from "../../src/media/keys.ts";
import type { RenditionName } from "../../src/media/media.ts";
import { audioFacts, imageFacts, videoFacts } from "../../src/transcode/facts.fixture.ts";

/** What kinds of media there are; which one a source is, its bytes decide. */
const kinds: readonly MediaFacts[] = [
  videoFacts(),
  videoFacts({}, "none"),
  audioFacts(),
  imageFacts("jpeg_pipe", {}),
];

/** What a step hands back when it has succeeded, as far as the catalog is concerned. */
export function outcomeOf(
  job: NewJob,
  { sha256, newId }: { sha256: string; newId: () => string },
): { changes: Change[]; events: MediaEvent[] } {
  const { name, version } = job;
  const subject = { name, version };
  const object = (kind: OutputKind) => ({
    bucket: "outputs" as const,
    key: outputKey(kind, name),
    version: newId(),
    sha256: "0",
    sizeBytes: 1,
    contentType: "",
  });
  const output = (kind: OutputKind): Change => ({
    type: "putOutput",
    version,
    object: object(kind),
  });
  const rendition = (made: RenditionName): Change => ({
    type: "putRendition",
    version,
    rendition: { rendition: made, object: object(made), engine: "e", copied: false },
  });
  const engine = { name: "e", version: "1", model: "m" };
  switch (job.step) {
    case "probe": {
      const facts = kinds[Number(sha256) % kinds.length] ?? videoFacts();
      return {
        changes: [{ type: "setFacts", version, facts }],
        events: [{ type: "media.probed", facts, ...subject }],
      };
    }
    case "audio":
      return {
        changes: [rendition("audio")],
        events: [{ type: "rendition.created", rendition: "audio", ...subject }],
      };
    case "video":
      return { changes: [rendition("web"), rendition("phone")], events: [] };
    case "gif":
    case "poster":
      return { changes: [rendition(job.step)], events: [] };
    case "stream":
      return { changes: [output("stream")], events: [] };
    case "transcribe": {
      const change = output("transcribe");
      const transcript = change.type === "putOutput" ? change.object.version : "";
      return {
        changes: [change],
        events: [{ type: "transcript.created", transcript, ...subject }],
      };
    }
    case "label": {
      const change = output("labels");
      const labels = [
        { name: `Thing ${String(job.settings["engine"])}`, confidence: 1, parents: [] },
        { name: "dog", confidence: 0.4, parents: ["Animal"] },
        { name: "Dog", confidence: 0.6, parents: [] },
      ];
      const made = change.type === "putOutput" ? change.object.version : "";
      return {
        changes: [change, { type: "putLabels", version, labels }],
        events: [{ type: "labels.created", labels: made, ...subject }],
      };
    }
    case "index": {
      if (job.settings["of"] === "labels")
        return { changes: [{ type: "index", version }], events: [] };
      const metadata = { JsonFile: outputKey("transcribe", name), transcript: "said" };
      const words = [{ text: "said", startMs: 0, endMs: 1 }];
      const transcript = { languageCode: "en-US", words, engine };
      return {
        changes: [
          output("captions-vtt"),
          output("captions-srt"),
          { type: "putTranscript", version, transcript, metadata },
          { type: "index", version },
        ],
        events: [],
      };
    }
  }
}
