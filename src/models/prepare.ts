import { open, readFile, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { MediaError } from "../media/errors.ts";
import { sha256Of } from "../files/sha256.ts";
import type { ModelManifest } from "./model-store.ts";

/**
 * sherpa-onnx 1.13.8 hands Moonshine's decoder a mask as long as the encoder's frames, where the graph expects
 * one as long as the samples and takes every 384th of it (k2-fsa/sherpa-onnx#3975): above 9.2 s the text is
 * empty. The mask is all ones, so that a step of 1 is right for both. To be dropped with a fixed package.
 */
const moonshineDecoder = {
  published: "cf524c4862d36e9e5ab032eddc73637efd822d70e868ac575cf1a46e1e4708a0",
  /** The int64 constant in both branches. */
  places: [592_716, 1_401_644],
  step: 384n,
};

async function mendDecoder(path: string): Promise<void> {
  if ((await sha256Of(path)) !== moonshineDecoder.published) return;
  await using file = await open(path, "r+");
  const one = Buffer.alloc(8);
  one.writeBigInt64LE(1n);
  for (const place of moonshineDecoder.places) {
    const { buffer } = await file.read(Buffer.alloc(8), 0, 8, place);
    if (buffer.readBigInt64LE() !== moonshineDecoder.step)
      throw new MediaError("internal", "the decoder of Moonshine is not as it was");
    await file.write(one, 0, 8, place);
  }
  await file.sync();
}

/**
 * The tokens that sherpa wants, `<base64 of its bytes> <id>` a line, of the makers' table: for each token its
 * length (one byte, or two from 128 on) and its bytes; the id is the place in the file.
 */
export function moonshineTokens(table: Buffer): string {
  const lines: string[] = [];
  for (let at = 0; at < table.length;) {
    let length = table[at] ?? 0;
    at += 1;
    if (length >= 128) {
      length = (table[at] ?? 0) * 128 + length - 128;
      at += 1;
    }
    if (at + length > table.length)
      throw new MediaError("model_invalid", "the table of tokens is cut off");
    lines.push(`${table.subarray(at, at + length).toString("base64")} ${lines.length}\n`);
    at += length;
  }
  return lines.join("");
}

/**
 * Makes the files of a model what its engine needs, where that is not what is published. Other bytes than the
 * ones known are left as they are.
 * @param names of the files in the folder
 * @returns their names afterwards
 */
export async function prepare(
  { kind, files }: ModelManifest,
  dir: string,
  names: readonly string[],
): Promise<string[]> {
  if (kind !== "moonshine") return [...names];
  const { decoder, tokens } = files;
  if (decoder !== undefined && names.includes(decoder)) await mendDecoder(join(dir, decoder));
  const table = "tokenizer.bin";
  if (tokens === undefined || names.includes(tokens) || !names.includes(table)) return [...names];
  await writeFile(join(dir, tokens), moonshineTokens(await readFile(join(dir, table))), {
    flush: true,
  });
  await rm(join(dir, table));
  return [...names.filter((name) => name !== table), tokens];
}
