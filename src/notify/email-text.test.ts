import fc from "fast-check";
import { describe, expect, it } from "vitest";
import type { NoticeContent } from "../media/notice.ts";
import { emailText } from "./email-text.ts";
import { anyText, message } from "./outgoing-mail.fixture.ts";

describe("the words of a message", () => {
  it("call a recording incomplete that was cut off", () => {
    const whole = message("a.mp4", "words");
    const incomplete = { decodedMs: 3100, expectedMs: 12_000 };
    const about = { name: "a.mp4", version: "v", owner: "local", sizeBytes: 1, outputs: [] };
    const content: NoticeContent = { ...about, incomplete };
    const mail = emailText(
      { ...whole, notification: { ...whole.notification, content } },
      undefined,
    );
    expect(mail.subject).toBe("Incomplete: a.mp4");
    expect(mail.text).toContain("a.mp4 is incomplete");
    expect(mail.html).toContain("3.1 of 12.0 s could be decoded");
    expect(emailText(whole, undefined).subject).toBe("Ready: a.mp4");
  });

  it("have a subject that is cut between graphemes", () => {
    const family = "👨‍👩‍👧";
    for (const part of [family, "e\u0301", "कि", "🇩🇪"])
      for (const before of ["", "a", "ab", "abc"]) {
        const { subject } = emailText(message(before + part.repeat(100), ""), undefined);
        expect(subject.length).toBeLessThanOrEqual(150);
        expect(subject).toMatch(/…$/);
        expect(subject.slice(`Ready: ${before}`.length, -1).replaceAll(part, "")).toBe("");
      }
  });

  it("are only shown, whatever names and transcripts hold", () => {
    const nasty = fc.oneof(anyText, fc.constant(`<img src=x onerror="a">'&\u202e\r\n`));
    fc.assert(
      fc.property(nasty, nasty, (name, text) => {
        const { subject, text: plain, html } = emailText(message(name, text), undefined);
        expect(subject).not.toMatch(/[\p{Cc}\u202a-\u202e\u2066-\u2069]/u);
        expect(subject.length).toBeLessThanOrEqual(150);
        expect(plain).not.toMatch(/[^\P{Cc}\n\t]/u);
        const tags = [...html.matchAll(/<\/?([^\s>]*)/g)].map(([, tag]) => tag);
        const ours = ["!doctype", "html", "body", "h2", "p", "pre", "ul", "li", "a"];
        expect(tags.filter((tag) => !ours.includes(tag ?? ""))).toEqual([]);
      }),
    );
  });
});
