import { type Damage, isShort, type Shortfall } from "../../media/damage.ts";
import type { MediaFacts } from "../../media/facts.ts";
import type { PlannedRendition } from "../plan.ts";
import type { OutputFacts, Track } from "./inspect.ts";

/** How long each kind of stream is, as the source states it. */
function expected(facts: MediaFacts, kind: Track["kind"], errors: number): number | undefined {
  const own = facts[kind]?.durationMs;
  // A container is as long as its longest stream, so it only counts against a stream
  // when something went wrong besides.
  return own ?? (errors > 0 ? facts.durationMs : undefined);
}

function heldMs(plan: PlannedRendition): number {
  if ("video" in plan) return plan.video.copy ? 0 : (plan.video.holdMs ?? 0);
  return 0;
}

/** What is missing in an output compared to its source, the worst first. */
function shortfalls(
  plan: PlannedRendition,
  facts: MediaFacts,
  output: OutputFacts,
  errors: number,
): Shortfall[] {
  const compare = (kind: Track["kind"], lengthMs: number, atMostMs = Infinity): Shortfall[] => {
    const expectedMs = expected(facts, kind, errors);
    if (expectedMs === undefined) return [];
    // A picture that was only held was not decoded.
    const decodedMs = Math.max(0, lengthMs - (kind === "video" ? heldMs(plan) : 0));
    const fall = { decodedMs, expectedMs: Math.min(expectedMs, atMostMs) };
    return isShort(fall) ? [fall] : [];
  };
  switch (plan.rendition) {
    case "web":
    case "phone": {
      const kinds = plan.audio === undefined ? (["video"] as const) : (["video", "audio"] as const);
      const length = (kind: Track["kind"]) =>
        output.tracks?.find((track) => track.kind === kind)?.durationMs ?? 0;
      return kinds.flatMap((kind) => compare(kind, length(kind)));
    }
    case "audio":
      return compare("audio", output.durationMs ?? 0);
    case "gif":
      return compare("video", output.durationMs ?? 0, plan.durationMs);
    case "poster":
      return [];
  }
}

/** The damage of the source, by the outputs of one run; undefined when there is none. */
export function damageOf(
  facts: MediaFacts,
  outputs: readonly { readonly plan: PlannedRendition; readonly facts: OutputFacts }[],
  errors: number,
): Damage | undefined {
  const falls = outputs.flatMap((output) => shortfalls(output.plan, facts, output.facts, errors));
  const [short] = falls.toSorted((a, b) => a.decodedMs - b.decodedMs);
  if (errors === 0 && short === undefined) return undefined;
  return { errors, ...(short === undefined ? {} : { short }) };
}
