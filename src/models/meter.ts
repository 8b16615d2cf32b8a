import type { PullOptions } from "./pull-options.ts";

const tellEveryMs = 100;

/** Turns bytes into progress with speed and time left, ten times a second at most. */
export function createMeter(id: string, tell: PullOptions["onProgress"]) {
  let begun: { at: number; bytes: number } | undefined;
  let toldAt = 0;
  return {
    downloading: (doneBytes: number, totalBytes: number | undefined): void => {
      const now = performance.now();
      begun ??= { at: now, bytes: doneBytes };
      if (tell === undefined || (now - toldAt < tellEveryMs && doneBytes !== totalBytes)) return;
      toldAt = now;
      const seconds = (now - begun.at) / 1000;
      const speed = seconds > 0.5 ? (doneBytes - begun.bytes) / seconds : undefined;
      const left = totalBytes === undefined ? undefined : totalBytes - doneBytes;
      tell({
        id,
        phase: "downloading",
        doneBytes,
        ...(totalBytes !== undefined && { totalBytes }),
        ...(speed !== undefined && { bytesPerSecond: speed }),
        ...(speed && left !== undefined && { remainingMs: (left / speed) * 1000 }),
      });
    },
    unpacking: (doneBytes: number): void => {
      const now = performance.now();
      if (now - toldAt < tellEveryMs) return;
      toldAt = now;
      tell?.({ id, phase: "unpacking", doneBytes });
    },
  };
}
