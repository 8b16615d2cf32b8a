import { MediaError } from "../../media/errors.ts";
import { fromTranscribeJson, undetermined } from "../../media/transcribe-json.ts";
import type { EngineInfo, Word } from "../../media/transcript.ts";
import type { ReadPassage, ReadTranscript } from "./passage.ts";
import { checkedMs, refuse } from "./refuse.ts";
import { readSrt } from "./srt.ts";
import { readVtt } from "./vtt.ts";
import { isWhisper, readWhisper } from "./whisper.ts";

/** The text of a file: UTF-8, or UTF-16 that says so. @throws MediaError `invalid_argument` that names the line */
function decoded(bytes: Uint8Array): string {
  const [first, second] = bytes;
  const isUtf16 = (first === 0xff && second === 0xfe) || (first === 0xfe && second === 0xff);
  const encoding = isUtf16 ? (first === 0xff ? "utf-16le" : "utf-16be") : "utf-8";
  try {
    return new TextDecoder(encoding, { fatal: true }).decode(bytes);
  } catch {
    return refuse(`line ${firstBadLine(bytes)}`, `it is not ${encoding.toUpperCase()}`);
  }
}

/** The number of the first line that is not UTF-8; lines end at the same bytes whatever stands in them. */
function firstBadLine(bytes: Uint8Array): number {
  let [from, line] = [0, 1];
  for (let at = 0; at <= bytes.length; at += 1) {
    if (at < bytes.length && bytes[at] !== 0x0a) continue;
    try {
      new TextDecoder("utf-8", { fatal: true }).decode(bytes.subarray(from, at));
    } catch {
      return line;
    }
    from = at + 1;
    line += 1;
  }
  return 1;
}

function parsedJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    const [, position] = /position (\d+)/.exec(why) ?? [];
    const before = text.slice(0, position === undefined ? text.length : Number(position));
    return refuse(`line ${before.split("\n").length}`, `it is not JSON (${why.slice(0, 120)})`);
  }
}

/** Every word has its times there. */
function passageOf(word: Word, index: number): ReadPassage {
  const { startMs, endMs, speaker, ...rest } = word;
  checkedMs(endMs, `word ${index + 1}`);
  const words = [{ ...rest, startMs, endMs }];
  return { startMs, endMs, words, ...(speaker !== undefined && { speaker }) };
}

function readTranscribe(json: unknown): ReadTranscript & { engine?: EngineInfo } {
  try {
    const { words, languageCode, engine } = fromTranscribeJson(json);
    return {
      format: "transcribe",
      ...(languageCode !== undetermined && { languageCode }),
      engine,
      passages: words.map(passageOf),
    };
  } catch (error) {
    if (!(error instanceof MediaError) || error.code === "invalid_argument") throw error;
    throw new MediaError("invalid_argument", error.message, { cause: error });
  }
}

/**
 * Reads a transcript of another program, by its content: Amazon Transcribe's JSON, Whisper's, WebVTT or SRT.
 * @throws MediaError `invalid_argument` that names the place
 */
export function readTranscriptFile(
  bytes: Uint8Array,
): ReadTranscript & { readonly engine?: EngineInfo } {
  const text = decoded(bytes);
  const start = text.trimStart();
  if (start === "") refuse("line 1", "it is empty");
  if (start.startsWith("{") || start.startsWith("[")) {
    const json = parsedJson(text);
    return isWhisper(json) ? readWhisper(json) : readTranscribe(json);
  }
  return text.startsWith("WEBVTT") ? readVtt(text) : readSrt(text);
}
