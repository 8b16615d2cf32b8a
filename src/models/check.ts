import { open, type FileHandle } from "node:fs/promises";
import { basename } from "node:path";
import { MediaError } from "../media/errors.ts";

const headBytes = 512;

async function read(file: FileHandle, at: number, length: number): Promise<Buffer> {
  const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, at);
  return buffer.subarray(0, bytesRead);
}

/** Why bytes that came instead of a file are not that file; undefined when nothing speaks against them. */
export function whatElse(head: Buffer): string | undefined {
  const text = head.toString("latin1").trimStart();
  if (/^(<!doctype html|<html|<head|<\?xml)/i.test(text))
    return "it is a web page; a proxy or a login page may stand between";
  if (text.startsWith("version https://git-lfs.github.com/spec/"))
    return "it is a pointer of git LFS, not the file that it stands for";
  return undefined;
}

/**
 * Whether a file can be what its name says: no web page, no pointer, and an ONNX model whole to its
 * last byte, which shows even where no hash was published.
 * @throws MediaError `model_invalid`
 */
export async function checkContent(path: string, name = basename(path)): Promise<void> {
  await using file = await open(path);
  const { size } = await file.stat();
  const refuse = (why: string): never => {
    throw new MediaError("model_invalid", `${name} is no model: ${why}`);
  };
  if (size === 0) refuse("it is empty");
  const head = await read(file, 0, headBytes);
  const other = whatElse(head);
  if (other !== undefined) refuse(other);
  if (name.endsWith(".tar.bz2") && !head.toString("latin1").startsWith("BZh"))
    refuse("it is no bzip2 archive");
  if (name.endsWith(".onnx") && !(await isWholeProtobuf(file, size)))
    refuse("it is damaged or cut short");
}

const mostFields = 100_000;

/**
 * Whether a file is a protocol buffer whose outermost fields end where it ends.
 * https://protobuf.dev/programming-guides/encoding/
 */
async function isWholeProtobuf(file: FileHandle, size: number): Promise<boolean> {
  let at = 0;
  for (let fields = 0; at < size; fields += 1) {
    const head = await read(file, at, 20);
    const tag = takeVarint(head, 0);
    if (tag === undefined || fields >= mostFields) return false;
    const length = fieldBytes(head, tag.value % 8, tag.next);
    if (tag.value < 8 || length === undefined) return false;
    at += length;
  }
  return at === size;
}

/** How long a field is, with its tag; undefined when there is no such field. */
function fieldBytes(head: Buffer, wireType: number, at: number): number | undefined {
  if (wireType === 1) return at + 8;
  if (wireType === 5) return at + 4;
  const varint = takeVarint(head, at);
  if (wireType === 0) return varint?.next;
  return wireType === 2 && varint !== undefined ? varint.next + varint.value : undefined;
}

function takeVarint(bytes: Buffer, at: number): { value: number; next: number } | undefined {
  let value = 0;
  for (let index = 0; index < 10; index += 1) {
    const byte = bytes[at + index];
    if (byte === undefined) return undefined;
    value += (byte & 0x7f) * 2 ** (7 * index);
    if (byte < 0x80) return { value, next: at + index + 1 };
  }
  return undefined;
}
