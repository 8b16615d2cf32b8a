import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { errorOf, wasKilled } from "./endings.ts";
import type { Ending } from "./endings.ts";
import { versionIn } from "./run.ts";

const limits = { wallMs: 60_000, cpuSeconds: 30, memoryBytes: 2 ** 30, fileSizeBytes: 1000 };
const ending: Ending = {
  command: "ffmpeg",
  level: "bubblewrap",
  exitCode: 0,
  signal: null,
  stderr: "",
  elapsedMs: 1000,
  limits,
  processors: 2,
};

describe("how a child's end is read", () => {
  const cases: readonly [string, Partial<Ending>, string | undefined][] = [
    ["a good end", {}, undefined],
    ["a bad end of its own", { exitCode: 1, stderr: "Invalid data found" }, undefined],
    ["ffmpeg's 255 is no signal", { exitCode: 255 }, undefined],
    ["SIGXCPU through bubblewrap", { exitCode: 128 + 24 }, "limit_time"],
    ["SIGXFSZ through bubblewrap", { exitCode: 128 + 25 }, "limit_size"],
    ["the same number elsewhere", { level: "kernel", exitCode: 128 + 25 }, undefined],
    ["SIGXFSZ", { level: "kernel", exitCode: null, signal: "SIGXFSZ" }, "limit_size"],
    ["SIGKILL after all the time", { exitCode: 137, elapsedMs: 15_000 }, "limit_time"],
    ["SIGKILL long before", { exitCode: 137, elapsedMs: 14_000 }, "engine_failed"],
    ["SIGSEGV", { level: "limits", exitCode: null, signal: "SIGSEGV" }, "engine_failed"],
    [
      "an abort of C++ for memory",
      { exitCode: 134, stderr: "terminate called after throwing 'std::bad_alloc'" },
      "limit_memory",
    ],
    ["ffmpeg out of memory", { exitCode: 69, stderr: "Cannot allocate memory" }, "limit_memory"],
    ["x264 out of memory", { exitCode: 1, stderr: "malloc of size 5 failed" }, "limit_memory"],
    ["a frame without room", { exitCode: 1, stderr: "get_buffer() failed" }, "limit_memory"],
    [
      "a frame that is none",
      { exitCode: 1, stderr: "video_get_buffer: image parameters invalid\nget_buffer() failed" },
      undefined,
    ],
    ["the words alone", { exitCode: 0, stderr: "Cannot allocate memory" }, undefined],
    ["a file too large, ignored signal", { exitCode: 1, stderr: "File too large" }, "limit_size"],
    [
      "bubblewrap itself",
      { exitCode: 1, stderr: "bwrap: Can't find source path /x: No such file or directory" },
      "storage_failed",
    ],
  ];
  test.each(cases)("%s", (_what, given, code) => {
    expect(errorOf({ ...ending, ...given })?.code).toBe(code);
  });

  const seenAs: readonly [string, Partial<Ending>, string | null, boolean][] = [
    ["killed", { level: "kernel", exitCode: null, signal: "SIGKILL" }, "SIGKILL", true],
    ["killed inside bubblewrap", { exitCode: 128 + 9 }, "SIGKILL", true],
    ["asked to stop inside bubblewrap", { exitCode: 128 + 15 }, "SIGTERM", true],
    ["crashed inside bubblewrap", { exitCode: 128 + 11 }, "SIGSEGV", false],
    ["aborted inside bubblewrap", { exitCode: 128 + 6 }, "SIGABRT", false],
    ["used a forbidden system call", { exitCode: 128 + 31 }, "SIGSYS", false],
    ["killed for its time", { exitCode: 128 + 9, elapsedMs: 15_000 }, "SIGKILL", false],
    ["without memory", { exitCode: 69, stderr: "Cannot allocate memory" }, null, false],
  ];
  test.each(seenAs)("%s: by which signal, and from outside or not", (_what, given, signal, is) => {
    const error = errorOf({ ...ending, ...given });
    expect(error?.details["signal"]).toBe(signal);
    expect(wasKilled(error)).toBe(is);
  });

  test("exit 0 is never an error, whatever was printed", () => {
    fc.assert(
      fc.property(
        fc.string(),
        fc.constantFrom("bubblewrap", "kernel", "limits"),
        (stderr, level) => {
          expect(errorOf({ ...ending, stderr, level })).toBeUndefined();
        },
      ),
    );
  });
});

describe("the version in what a program prints", () => {
  test.each([
    ["ffmpeg version 5.1.9-0+deb12u1 Copyright (c) 2000-2026", "5.1.9-0+deb12u1"],
    ["ffmpeg version n7.1 Copyright (c)\nbuilt with gcc 14.2.0", "n7.1"],
    ["bubblewrap 0.8.0", "0.8.0"],
    ["v24.21.0", "24.21.0"],
    ["usage: tool [options]", undefined],
  ])("%j: %s", (text, version) => {
    expect(versionIn(text)).toBe(version);
  });
});
