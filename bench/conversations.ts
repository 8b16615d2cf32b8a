import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { speechPassages } from "../src/transcribe/passages.ts";
import { sampleRateHz } from "../src/transcribe/sound-features.ts";
import { turnsOfRttm } from "../src/transcribe/speakers/diarization-error.ts";
import type { Turn } from "../src/transcribe/speakers/turn.ts";
import { randomFrom } from "../test/support/random.ts";
import { sharedMedia } from "../test/support/shared-media.ts";

/** The conversations with a known truth: people put together, and real meetings. */
export const conversations = {
  joined: ["l1-alone.ogg", "l2-clean.ogg", "l3-clean.ogg", "l3-overlap.ogg", "l4-mp3.mp3"],
  meetings: [
    "r2-ami-dev.flac",
    "r3-ami-trn04.flac",
    "r3-ami-trn09.flac",
    "r4-ami-trnB.flac",
    "r5-ami-trnA.flac",
  ],
} as const;

export const conversationPath = (name: string): string => sharedMedia(`conversations/${name}`);

const rttmOf = (name: string): string =>
  readFileSync(conversationPath(`${name.replace(/\.\w+$/, "")}.rttm`), "utf8");

export const truthOf = (name: string): Turn[] => turnsOfRttm(rttmOf(name));

/** A recording's sound: 16 kHz mono. */
export function soundOf(path: string): Int16Array {
  const raw = ["-ac", "1", "-ar", String(sampleRateHz), "-f", "s16le", "pipe:1"];
  const options = { maxBuffer: 2 ** 30 };
  const bytes = execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-i", path, ...raw], options);
  return new Int16Array(new Uint8Array(bytes).buffer, 0, bytes.length >> 1);
}

/** What one person says, in pieces. */
type Voice = readonly Int16Array[];

const perMs = sampleRateHz / 1000;

/** Everybody's turns in the conversations that were put together, but for those into which others speak. */
function joinedVoices(): Voice[] {
  const voices = new Map<string, Int16Array[]>();
  for (const name of conversations.joined) {
    const sound = soundOf(conversationPath(name));
    const people = rttmOf(name)
      .split("\n")
      .flatMap((line) => line.split(/\s+/)[7] ?? []);
    const turns = truthOf(name);
    for (const [index, { startMs, endMs }] of turns.entries()) {
      const others = turns.filter((_turn, other) => other !== index);
      if (others.some((other) => other.startMs < endMs && other.endMs > startMs)) continue;
      const who = people[index] ?? "";
      const own = voices.get(who) ?? [];
      voices.set(who, own);
      own.push(sound.slice(Math.round(startMs * perMs), Math.round(endMs * perMs)));
    }
  }
  return [...voices.values()];
}

/** A clip's passages of speech. */
async function clipVoice(name: string): Promise<Voice> {
  const sound = soundOf(sharedMedia(`speech/${name}`));
  const bytes = (async function* () {
    yield new Uint8Array(sound.buffer, sound.byteOffset, sound.byteLength);
  })();
  const pieces: Int16Array[] = [];
  for await (const { samples } of speechPassages(bytes, { longestMs: 8_000 })) pieces.push(samples);
  return pieces;
}

const frameSamples = perMs * 10;
/** What is this much quieter than the loud parts of a piece, for this long, is a pause in it. */
const pauseBelowDb = 20;
const pauseFrames = 30;

/** Loudness of each 10 ms, by the 30 ms around it; dB. */
function loudnessOf(piece: Int16Array): number[] {
  const energies = Array.from({ length: Math.floor(piece.length / frameSamples) }, (_, frame) =>
    piece
      .subarray(frame * frameSamples, (frame + 1) * frameSamples)
      .reduce((sum, sample) => sum + sample ** 2, 0),
  );
  return energies.map((own, frame) => {
    const around = (energies[frame - 1] ?? own) + own + (energies[frame + 1] ?? own);
    return 10 * Math.log10(around + 1);
  });
}

/**
 * Where a piece's speech lies, by its loudness, in samples: the truth of the shared conversations is found so, too.
 * The gate leaves up to a second of silence around a clip's passages, and up to two within.
 */
function spokenIn(piece: Int16Array): { from: number; to: number }[] {
  const levels = loudnessOf(piece);
  const loud = levels.toSorted((a, b) => a - b)[Math.floor(levels.length * 0.9)] ?? 0;
  const spoken: { from: number; to: number }[] = [];
  for (const [frame, level] of levels.entries()) {
    if (level < loud - pauseBelowDb) continue;
    const last = spoken.at(-1);
    if (last !== undefined && frame - last.to < pauseFrames) last.to = frame + 1;
    else spoken.push({ from: frame, to: frame + 1 });
  }
  return spoken.map(({ from, to }) => ({ from: from * frameSamples, to: to * frameSamples }));
}

/** Ten people's voices. */
async function allVoices(): Promise<Voice[]> {
  return [...joinedVoices(), await clipVoice("two_cities.wav"), await clipVoice("jfk.wav")];
}

/**
 * A conversation of some of the ten, made of what they say elsewhere: turns of one to three pieces, with
 * pauses of 0.2 to 1 s, the next speaker always another one.
 */
export async function makeConversation(options: {
  readonly people: number;
  readonly minutes: number;
  readonly seed: number;
}): Promise<{ samples: Int16Array; turns: Turn[] }> {
  const random = randomFrom(options.seed);
  const voices = (await allVoices()).slice(0, options.people);
  const samples = new Int16Array(options.minutes * 60 * sampleRateHz);
  const turns: Turn[] = [];
  let place = 0;
  let speaker = -1;
  for (;;) {
    const step = 1 + Math.floor(random() * (voices.length - 1));
    speaker = speaker < 0 ? 0 : (speaker + step) % voices.length;
    const voice = voices[speaker] ?? [];
    for (let left = 1 + Math.floor(random() * 3); left > 0; left -= 1) {
      place += Math.round((0.2 + 0.8 * random()) * sampleRateHz);
      const piece = voice[Math.floor(random() * voice.length)];
      if (piece === undefined || place + piece.length > samples.length) return { samples, turns };
      samples.set(piece, place);
      for (const { from, to } of spokenIn(piece))
        turns.push({ startMs: (place + from) / perMs, endMs: (place + to) / perMs, speaker });
      place += piece.length;
    }
  }
}
