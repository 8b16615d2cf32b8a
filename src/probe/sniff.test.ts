import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { sniff } from "./sniff.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

describe("what first bytes say", () => {
  test.each([
    ["\xff\xd8\xff\xe0\0\x10JFIF", "picture", "JPEG"],
    ["RIFF\x10\0\0\0WEBPVP8 ", "picture", "WebP"],
    ["RIFF\x10\0\0\0WAVEfmt ", "container", "WAV"],
    ["\0\0\0\x18ftypisom\0\0\x02\0isomavc1", "container", "MP4 or QuickTime"],
    ["\0\0\0\x1cftypmif1\0\0\0\0mif1avifmiaf", "picture", "AVIF"],
    ["\0\0\0\x18ftypheic\0\0\0\0mif1heic", "refused", "a HEIC picture, which ffmpeg cannot read"],
    ["#EXTM3U\n#EXT-X-VERSION:3\n", "refused", "an HLS playlist"],
    ["\xef\xbb\xbf#EXTM3U\n", "refused", "an HLS playlist"],
    ["\n\n<?xml version='1.0'?><MPD type='static'>", "refused", "a DASH manifest"],
    ["<!DOCTYPE html><title>x</title>", "refused", "a web page"],
    ["ffconcat version 1.0\n", "refused", "a list of files for ffmpeg"],
    ["caf\xc3\xa9 au lait\n", "refused", "text"],
    ["#!AMR\n\x3c\x91\x17", "container", "AMR"],
    ["BMW and Audi\n", "refused", "text"],
    ["The free software\n", "refused", "text"],
    ["ID3 tags in music\n", "refused", "text"],
    ["%PDF-1.7\n", "refused", "a PDF document"],
  ])("%j is a %s: %s", (text, kind, name) => {
    expect(sniff(bytes(text))).toMatchObject({ kind, name });
  });

  test("a transport stream is told by its rhythm", () => {
    const packets = Buffer.concat(
      Array.from({ length: 5 }, () => Buffer.alloc(188, "G\xff", "latin1")),
    );
    expect(sniff(packets)).toMatchObject({ kind: "container", name: "MPEG transport stream" });
  });

  test("text is cut in the middle of a character without harm", () => {
    const text = Buffer.from("é".repeat(3000)).subarray(0, 4095);
    expect(sniff(text)).toMatchObject({ kind: "refused", name: "text" });
  });

  test("any bytes get an answer", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (head) => {
        expect(["picture", "container", "refused", "unknown"]).toContain(
          sniff(Buffer.from(head)).kind,
        );
      }),
    );
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 60 }), (rest) => {
        const head = Buffer.concat([bytes("\xff\xff\xff\xffftyp"), rest]);
        expect(["picture", "container", "refused"]).toContain(sniff(head).kind);
      }),
    );
  });
});
