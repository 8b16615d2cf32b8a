import type { Catalog, Change } from "../catalog/catalog.ts";
import type { MediaEvent } from "../media/event.ts";
import { sameOptions, type TranscriptionOptions } from "../media/speech.ts";
import { follow, type PipelineSettings } from "../pipeline.ts";
import type { Claim } from "../queue/job-queue.ts";

/** The events that a transcript follows from. Nothing else depends on the media's own wish. */
export function leadsToTranscript(event: MediaEvent): boolean {
  if (event.type === "rendition.created") return event.rendition === "audio";
  return event.type === "media.probed";
}

/**
 * Makes a transcript follow from its audio, or from the probe, as it is wished. The wish is read
 * before the commit that it decides: `settle` looks whether a newer one was said in between, which
 * found nothing to follow from, and asks for that one.
 */
export function createTranscriptionFollowUps(
  catalog: Pick<Catalog, "transcriptionOptions" | "apply">,
  settingsFor: (wish: TranscriptionOptions) => PipelineSettings,
) {
  const begun = new WeakMap<Claim, { event: MediaEvent; wish: TranscriptionOptions }>();
  const optionsOf = async (event: MediaEvent) => (await catalog.transcriptionOptions(event)) ?? {};
  return {
    /** What follows from an event that leads to a transcript. */
    async follow(event: MediaEvent, claim: Claim): Promise<readonly Change[]> {
      const wish = await optionsOf(event);
      begun.set(claim, { event, wish });
      return follow(event, settingsFor(wish), claim.job.request);
    },
    /** To be called when the commit is made. */
    async settle(claim: Claim): Promise<void> {
      const known = begun.get(claim);
      if (known === undefined) return;
      const wish = await optionsOf(known.event);
      if (sameOptions(known.wish, wish)) return;
      const { name, version } = known.event;
      const changes = follow(known.event, settingsFor(wish), claim.job.request);
      await catalog.apply({ expect: { name, version }, changes });
    },
  };
}
