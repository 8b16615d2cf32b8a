import { MediaError } from "../../media/errors.ts";
import { runToEnd } from "../../sandbox/run.ts";
import type { Sandbox } from "../../sandbox/sandbox.ts";
import { type Profile } from "../profile.ts";
import { audioEncoders, videoEncoders } from "./encoders.ts";

/** What every ffmpeg that Dailies is set up with has: it is not asked for these. */
const usual: ReadonlySet<string> = new Set([
  videoEncoders.h264,
  audioEncoders.aac,
  audioEncoders.mp3,
]);

/** The encoders that a profile needs beside the usual ones, each with the field that asks for it. */
function neededBy({ web, phone }: Partial<Profile>): Map<string, string> {
  const needed = new Map<string, string>();
  for (const [name, spec] of Object.entries({ web, phone })) {
    if (spec === undefined) continue;
    needed.set(videoEncoders[spec.codec], `renditions.${name}.codec ${spec.codec}`);
    const { codec } = spec.audio;
    needed.set(audioEncoders[codec], `renditions.${name}.sound.codec ${codec}`);
  }
  for (const encoder of usual) needed.delete(encoder);
  return needed;
}

/**
 * Refuses a profile that needs an encoder which this ffmpeg was built without.
 * @throws MediaError `engine_missing` with the field that asks for it
 */
export async function checkEncoders(
  { sandbox, ffmpeg = "ffmpeg" }: { readonly sandbox: Sandbox; readonly ffmpeg?: string },
  profile: Partial<Profile>,
): Promise<void> {
  const needed = neededBy(profile);
  if (needed.size === 0) return;
  const limits = { wallMs: 20_000, cpuSeconds: 20, memoryBytes: 4 * 1024 ** 3, fileSizeBytes: 0 };
  const signal = new AbortController().signal;
  const args = ["-hide_banner", "-encoders"];
  const command = { command: ffmpeg, args, reads: [], writes: [], limits, signal };
  const { stdout } = await runToEnd(sandbox, command);
  const here = new Set(stdout.split("\n").map((line) => line.trim().split(/\s+/)[1]));
  for (const [encoder, field] of needed)
    if (!here.has(encoder))
      throw new MediaError("engine_missing", `${field}: this ffmpeg has no encoder ${encoder}`, {
        remedy: "Take another codec in the profile (h264, aac), or an ffmpeg that has it.",
      });
}
