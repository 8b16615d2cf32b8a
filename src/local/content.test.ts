import { describe, expect, it } from "vitest";
import { contentOf } from "./content.ts";

const bytes = (text: string): Buffer => Buffer.from(text, "latin1");

/** Two MPEG audio frames of 128 kbit/s at 44.1 kHz: 417 bytes each, without padding. */
const mp3 = Buffer.concat(
  [0, 1].map(() => Buffer.concat([bytes("\xff\xfb\x90\x00"), Buffer.alloc(413)])),
);
const adts = Buffer.concat(
  [0, 1].map(() => Buffer.concat([bytes("\xff\xf1\x50\x80\x06\x5f\xfc"), Buffer.alloc(43)])),
);
const ac3 = Buffer.concat(
  [0, 1].map(() => Buffer.concat([bytes("\x0b\x77\x12\x34"), Buffer.alloc(764)])),
);
const matroska = bytes("\x1aE\xdf\xa3\x9fB\x86\x81\x01");
const mp4 = bytes("\0\0\0\x18ftypM4B \0\0\x02\0isomM4B ");
const binary = bytes("\x07\x13\xfe\0\x99\0\xff\x10");

describe("what a file in a folder is", () => {
  it.each([
    ["talk.mka", matroska],
    ["talk.weba", matroska],
    ["talk", matroska],
    ["book.m4b", mp4],
    ["clip.qt", bytes("\0\0\0\x14ftypqt  \0\0\0\0qt  ")],
    ["voice.awb", bytes("#!AMR-WB\n\x24\x91\xf0")],
    ["disc.vob", bytes("\0\0\x01\xba\x44\0\x04\0")],
    ["tape.dv", bytes("\x1f\x07\0\x3f\xf8\xff\xff\xff")],
    ["sound.bin", mp3],
    ["sound.mp2", mp3],
    ["radio", adts],
    ["film.ac3", ac3],
    ["no-ending", ac3],
    ["film.mp4", bytes("<!doctype html><title>not found</title>")],
    ["film.mp4", Buffer.alloc(0)],
    ["film.avi", binary],
  ])("%s is media", (name, head) =>
    expect(contentOf(head, name)).toEqual({ isMedia: true, isPicture: false }),
  );

  it.each([
    ["a.jpg", bytes("\xff\xd8\xff\xe0\0\x10JFIF")],
    ["a.dat", bytes("\x89PNG\r\n\x1a\n\0\0")],
    ["a", bytes("GIF89a\x10\0\x10\0\xf0")],
    ["a.heic", bytes("\0\0\0\x18ftypheic\0\0\0\0mif1heic")],
    ["a.png", bytes("text")],
  ])("%s is a picture", (name, head) =>
    expect(contentOf(head, name)).toEqual({ isMedia: true, isPicture: true }),
  );

  it.each([
    ["index.ts", bytes("import x from 'y';\n"), "not a media file"],
    ["page.mts", bytes("const t = '<html>';\n"), "a web page"],
    ["report.pdf", bytes("%PDF-1.7\n\xff"), "a PDF document"],
    ["notes.txt", bytes("BMW is a maker of cars\n"), "not a media file"],
    ["README", bytes("The free software\n"), "not a media file"],
    ["data.db", binary, "not a media file"],
    ["empty", Buffer.alloc(0), "empty"],
  ])("%s is none", (name, head, reason) =>
    expect(contentOf(head, name)).toEqual({ isMedia: false, reason }),
  );
});
