import type { Word } from "../../media/transcript.ts";
import type { RecognizedPiece } from "./protocol.ts";

/** `0:07`, `1:02:03`: where in a recording. */
function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const [hours, minutes, rest] = [seconds / 3600, (seconds / 60) % 60, seconds % 60].map(
    Math.floor,
  );
  const short = `${minutes}:${String(rest).padStart(2, "0")}`;
  return hours === 0 ? short : `${hours}:${short.padStart(5, "0")}`;
}

/** More places than people read through. */
const mostPlaces = 10;

/** `0:07–0:12, 1:02–1:30 and 3 more`: stretches of a recording. */
export function placesText(
  stretches: readonly { readonly startMs: number; readonly endMs: number }[],
): string {
  const places = stretches
    .slice(0, mostPlaces)
    .map(({ startMs, endMs }) => `${clock(startMs)}–${clock(endMs)}`);
  const more = stretches.length - places.length;
  return places.join(", ") + (more > 0 ? ` and ${more} more` : "");
}

const reasons = {
  repeats: "the model repeated itself",
  "too fast": "the model wrote more than anybody can say",
  invented: "the model wrote what it writes where nobody speaks",
} as const;

/** What was left out, and why. */
function refusalNotes(pieces: readonly RecognizedPiece[]): string[] {
  return Object.entries(reasons).flatMap(([reason, why]) => {
    const refused = pieces.filter((piece) => piece.refused === reason);
    if (refused.length === 0) return [];
    const places = placesText(
      refused.map(({ startMs, lengthMs }) => ({ startMs, endMs: startMs + lengthMs })),
    );
    return [`left out at ${places}: ${why}`];
  });
}

/** What a person should know of a transcript. */
export function notesOf(words: readonly Word[], pieces: readonly RecognizedPiece[]): string[] {
  const refused = refusalNotes(pieces);
  if (words.length === 0) return [...refused, "no speech found"];
  return refused;
}
