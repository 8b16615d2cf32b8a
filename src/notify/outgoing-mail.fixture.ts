import fc from "fast-check";
import type { Outgoing } from "./notice.ts";

/** Any characters, controls and direction marks among them; fast-check's own "binary" takes seconds. */
export const anyText = fc.string({
  unit: fc.integer({ min: 0, max: 0xd7ff }).map((code) => String.fromCodePoint(code)),
});

/** A mail about a media file that is ready. */
export const message = (name: string, text: string): Outgoing => ({
  notification: {
    sequence: 1,
    id: "msg_1",
    at: 0,
    topic: "completed",
    owner: "local",
    content: {
      name,
      version: "v",
      owner: "local",
      sizeBytes: 1,
      outputs: [{ key: `output/web/${name}`, contentType: "video/mp4", sizeBytes: 1 }],
      transcript: { text, whole: true, languageCode: "en", draft: false },
      labels: [text],
    },
  },
  subscription: {
    id: "s",
    topic: "completed",
    kind: "email",
    address: "a@b.c",
    owner: "*",
    state: "confirmed",
    createdAt: 0,
  },
  secrets: ["whsec_x"],
});
