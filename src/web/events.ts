import { signal } from "@preact/signals";
import { isConnected } from "./server.ts";

/** What happened to a media file. */
export interface MediaHappening {
  readonly type: string;
  readonly name: string;
}

const types = [
  "object.created",
  "object.removed",
  "media.probed",
  "rendition.created",
  "transcript.created",
  "labels.created",
  "step.failed",
  "media.ready",
  "media.failed",
  "media.removed",
];

/** The last thing that happened; screens watch it. */
export const happening = signal<MediaHappening | undefined>(undefined);

/** Follows the library's events. The browser connects again by itself, with the last id. */
export function followEvents(): () => void {
  const source = new EventSource("/v1/events");
  source.addEventListener("open", () => (isConnected.value = true));
  source.addEventListener("error", () => (isConnected.value = false));
  for (const type of types)
    source.addEventListener(type, (event) => {
      const { name } = JSON.parse(event.data as string) as { name: string };
      happening.value = { type, name };
    });
  return () => source.close();
}
