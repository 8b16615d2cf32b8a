import { MediaError } from "../../media/errors.ts";
import { runToEnd } from "../../sandbox/run.ts";
import type { Sandbox, SandboxedCommand } from "../../sandbox/sandbox.ts";
import type { PlannedAudio } from "../plan.ts";
import { audioGraph } from "./graph.ts";
import { type Loudness, loudnorm } from "./loudness.ts";

/** Sounds that are measured as one: all but their encoders' figures are the same. */
const keyOf = (audio: PlannedAudio): string => {
  const { bitRate: _, codec: __, copy: ___, ...heard } = audio;
  return JSON.stringify(heard);
};

function measuredIn(stderr: string): Loudness | undefined {
  const text = /\{[^{}]*"input_i"[^{}]*\}/.exec(stderr)?.[0];
  if (text === undefined)
    throw new MediaError("engine_failed", "ffmpeg did not say how loud it is", {
      details: { stderr },
    });
  const said: Record<string, unknown> = JSON.parse(text);
  const loudness = {
    integrated: Number(said["input_i"]),
    truePeak: Number(said["input_tp"]),
    range: Number(said["input_lra"]),
    threshold: Number(said["input_thresh"]),
    offset: Number(said["target_offset"]),
  };
  // Silence has a loudness of -inf.
  return Object.values(loudness).every(Number.isFinite) ? loudness : undefined;
}

/**
 * The first of two passes: measures every sound that is to be brought to a loudness, the same one once.
 * @param reading the arguments by which ffmpeg reads the source
 * @returns what was measured of a sound; undefined of one that is silent
 */
export async function measureLoudness(
  sandbox: Sandbox,
  command: Omit<SandboxedCommand, "args">,
  reading: readonly string[],
  sounds: readonly PlannedAudio[],
): Promise<(audio: PlannedAudio) => Loudness | undefined> {
  const found = new Map<string, Loudness | undefined>();
  for (const audio of sounds) {
    const { loudness } = audio;
    if (loudness === undefined || found.has(keyOf(audio))) continue;
    const graph = audioGraph(audio, "a").replace(
      /\[a\]$/,
      `,${loudnorm(loudness)}:print_format=json[a]`,
    );
    const args = [
      ..."-nostdin -hide_banner -loglevel info -nostats".split(" "),
      ...reading,
      "-filter_complex",
      graph,
      ..."-map [a] -vn -sn -dn -f null -".split(" "),
    ];
    const { stderr } = await runToEnd(sandbox, { ...command, args });
    found.set(keyOf(audio), measuredIn(stderr));
  }
  return (audio) => found.get(keyOf(audio));
}
