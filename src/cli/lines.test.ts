import { describe, expect, it } from "vitest";
import type { Attempt } from "../catalog/catalog.ts";
import { MediaError } from "../media/errors.ts";
import { newJob, type Job } from "../media/job.ts";
import type { ProcessedMedia, ProcessReport } from "../app/processing.ts";
import { aboutPath, errorJson, errorText } from "./failure.ts";
import { checkLines } from "./doctor.ts";
import { logLines } from "./logs.ts";
import { createStyle } from "./output.ts";
import { finishedLines, aboutIgnored, refusedLine, stepLine, sumLine } from "./process-lines.ts";
import { markSnippet } from "./search.ts";
import { exitCodeFor } from "./work.ts";

const style = createStyle(false);
const screen = { style, columns: () => undefined };

function job(step: Job["step"], rest: Partial<Job> = {}): Job {
  const made = newJob({ name: "talk.mp4", version: "v1" }, step);
  return { ...made, state: "succeeded", attempts: 1, enqueuedAt: 0, ...rest };
}

const broken = new MediaError("damaged_media", "the video stream ends\nin the middle.");
const failedVideo = job("video", { state: "failed", failure: errorJson(broken) as never });

function media(state: ProcessedMedia["state"], jobs: readonly Job[] = []): ProcessedMedia {
  return { name: "talk.mp4", state, jobs, done: [], notes: [], written: [] };
}

function report(rest: Partial<ProcessReport>): ProcessReport {
  return { finished: [], refused: [], ignored: [], interrupted: false, ...rest };
}

const refused = { path: "empty.mp4", error: new MediaError("empty_file", "it has no bytes") };

describe("a finding of doctor", () => {
  const check = {
    name: "label engine",
    state: "warning",
    found: "CenterNet",
    detail: "80 kinds of things, offline; onnx sees more, but no model for it is here",
    remedy: "dailies models pull labels",
  } as const;

  it("ends its lines between words on a terminal, and is one line elsewhere", () => {
    const lines = checkLines(check, style, 40);
    expect(lines).toEqual([
      "! label engine CenterNet: 80 kinds of",
      "  things, offline; onnx sees more, but",
      "  no model for it is here",
      "    → dailies models pull labels",
    ]);
    const [whole, remedy] = checkLines(check, style);
    expect(whole).toBe(`! label engine CenterNet: ${check.detail}`);
    expect(remedy).toBe("    → dailies models pull labels");
  });
});

describe("errors", () => {
  it("are one line: what and why, the code, what to do", () => {
    expect(errorText(errorJson(broken))).toBe(
      "the video stream ends in the middle (damaged_media). Export or download the file again; part of it is missing or broken.",
    );
  });

  it("name their file once", () => {
    expect(refusedLine("empty.mp4", errorJson(refused.error))).toMatch(
      /^dailies: empty\.mp4: it has no bytes \(empty_file\)\. /,
    );
    const named = { code: "empty_file", message: "empty.mp4 has no bytes", remedy: "" };
    expect(aboutPath("empty.mp4", named)).toBe(named);
  });
});

describe("what is said of a media", () => {
  it("shortens a long name no more than the rest of its line needs", () => {
    const name = "second day/interview with the mayor about the new bridge.wav";
    const at = (columns: number) =>
      finishedLines({ ...media("ready", [job("audio")]), name }, 9_400, {
        style,
        columns: () => columns,
      })[0] ?? "";
    expect(at(80)).toBe(`✓ ${name}: audio in 9.4s`);
    expect(at(70)).toHaveLength(70);
    expect(at(70)).toContain("…");
  });

  it("is what was made of it and how long it took", () => {
    const jobs = [job("probe"), job("audio"), job("video"), job("index")];
    expect(finishedLines(media("ready", jobs), 42_000, screen)).toEqual([
      "✓ talk.mp4: audio, web, phone in 42s",
    ]);
    const redone = { ...media("ready", jobs), done: ["audio" as const] };
    expect(finishedLines(redone, 42_000, screen)).toEqual([
      "✓ talk.mp4: audio in 42s; unchanged: web, phone",
    ]);
    const stopped = [job("audio"), job("video", { state: "cancelled" })];
    expect(finishedLines(media("cancelled", stopped), 42_000, screen)).toEqual([
      "– talk.mp4: cancelled, 1 step in 42s; made: audio",
      "    `dailies retry talk.mp4` does the rest.",
    ]);
    expect(finishedLines(media("unchanged", jobs), undefined, screen)).toEqual([
      "= talk.mp4: already done with these settings",
    ]);
  });

  it("says of each failed step why", () => {
    const lines = finishedLines(media("failed", [job("audio"), failedVideo]), 5_000, screen);
    expect(lines[0]).toBe("✗ talk.mp4: 1 step failed in 5.0s; made: audio");
    expect(lines[1]).toMatch(/^ {4}video: the video stream ends in the middle \(damaged_media\)\./);
  });

  it("leaves the steps that nobody asked for unsaid", () => {
    expect(stepLine("a\n.mp4", job("audio", { startedAt: 0, finishedAt: 1_200 }))).toBe(
      String.raw`a\n.mp4: audio done in 1.2s`,
    );
    expect(stepLine("a.mp4", job("probe"))).toBeUndefined();
    expect(stepLine("a.mp4", job("gif", { state: "skipped", reason: "no_video" }))).toBeUndefined();
  });

  it("sums up files that were passed over", () => {
    const paths = Array.from({ length: 9 }, (_, index) => ({
      path: `${index}.txt`,
      reason: "no media",
    }));
    expect(aboutIgnored([])).toEqual([]);
    const all = [...paths, { path: "a\n/output/web", reason: "results" }];
    expect(aboutIgnored(all)).toEqual([
      "Passed over 10: 9 no media, 1 results. --passed-over lists them.",
    ]);
    expect(aboutIgnored(all, true)).toHaveLength(10);
    expect(aboutIgnored(all, true).at(-1)).toBe(String.raw`- a\n/output/web: passed over, results`);
  });
});

describe("the end", () => {
  it.each([
    [report({}), 0],
    [report({ finished: [media("ready"), media("unchanged")] }), 0],
    [report({ finished: [media("ready"), media("failed")] }), 2],
    [report({ finished: [media("ready"), media("cancelled")] }), 2],
    [report({ finished: [media("ready")], refused: [refused] }), 2],
    [report({ refused: [refused] }), 1],
  ])("has its exit code", (ended, exitCode) => expect(exitCodeFor(ended)).toBe(exitCode));

  it("has its sums", () => {
    const all = report({ finished: [media("ready"), media("failed")], refused: [refused] });
    expect(sumLine(all, 61_000)).toBe("1 done, 1 failed, 1 refused in 1m 01s");
  });
});

describe("logLines", () => {
  it("tells events and attempts in the order of time, with a decoder's last words", () => {
    const attempt: Attempt = {
      id: "a1",
      jobId: "j1",
      step: "video",
      startedAt: 1_000,
      finishedAt: 3_000,
      outcome: "failed",
      failure: errorJson(broken) as never,
      details: { stderr: "frame=1\rmoov atom\u001b[2J not found\n\n" },
      notes: ["took the slow way"],
    };
    const created = { type: "object.created", name: "talk.mp4", version: "v1" } as const;
    const stepFailed = {
      ...created,
      type: "step.failed",
      step: "video",
      code: "damaged_media",
    } as const;
    const events = [
      { sequence: 1, at: 0, event: created },
      { sequence: 2, at: 3_000, event: stepFailed },
    ];
    const lines = logLines({ events, attempts: [attempt] }, style);
    expect(lines.map((line) => line.replace(/^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d/, "AT"))).toEqual([
      "AT  object.created",
      "AT  video, try 1: started",
      "AT  video, try 1: failed after 2.0s",
      "    took the slow way",
      `    ${errorText(errorJson(broken))}`,
      "      | frame=1",
      String.raw`      | moov atom\x1b[2J not found`,
      "AT  step.failed video damaged_media",
    ]);
  });
});

describe("markSnippet", () => {
  it("keeps the brackets where there is no colour", () => {
    expect(markSnippet("the age of [wisdom]\u001b[0m it", style)).toBe(
      String.raw`the age of [wisdom]\x1b[0m it`,
    );
    const colored = markSnippet("of [wisdom] it", createStyle(true));
    expect(colored).toContain("\u001b[33mwisdom");
    expect(colored).not.toContain("[wisdom]");
  });
});
