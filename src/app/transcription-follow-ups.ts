import type { Catalog, Change } from "../catalog/catalog.ts";
import type { MediaEvent } from "../media/event.ts";
import { sameOptions, type TranscriptionOptions } from "../media/speech.ts";
import { follow } from "../pipeline.ts";
import type { Claim } from "../queue/job-queue.ts";
import type { Engines } from "./ports.ts";

/** The events that a transcript follows from: only there do the media file's own options count. */
export function leadsToTranscript(event: MediaEvent): boolean {
  if (event.type === "rendition.created") return event.rendition === "audio";
  return event.type === "media.probed";
}

/**
 * Makes a transcript follow from its audio, or from the probe, under the media file's own options. They
 * are read before the commit that they decide. `checkAgain` looks whether newer ones came in between:
 * those found no event to follow from, so it enqueues their job.
 */
export function createTranscriptionFollowUps(
  catalog: Pick<Catalog, "transcriptionOptions" | "apply">,
  settingsFor: Engines["settingsFor"],
) {
  const followed = new WeakMap<Claim, { event: MediaEvent; options: TranscriptionOptions }>();
  const following = (event: MediaEvent, options: TranscriptionOptions, { job, media }: Claim) => {
    const facts = event.type === "media.probed" ? event.facts : media.facts;
    return follow(event, settingsFor(options, facts), job.request);
  };
  const optionsOf = async (event: MediaEvent) => (await catalog.transcriptionOptions(event)) ?? {};
  return {
    /** What follows from an event that leads to a transcript. */
    async follow(event: MediaEvent, claim: Claim): Promise<readonly Change[]> {
      const options = await optionsOf(event);
      followed.set(claim, { event, options });
      return following(event, options, claim);
    },
    /** Call it after the commit. */
    async checkAgain(claim: Claim): Promise<void> {
      const known = followed.get(claim);
      if (known === undefined) return;
      const options = await optionsOf(known.event);
      if (sameOptions(known.options, options)) return;
      const { name, version } = known.event;
      const changes = following(known.event, options, claim);
      await catalog.apply({ expect: { name, version }, changes });
    },
  };
}
