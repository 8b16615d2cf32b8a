import { execFileSync } from "node:child_process";

/**
 * Makes a media file for a test.
 * @throws what ffmpeg says when it cannot
 */
export function ffmpeg(...args: readonly string[]): void {
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}
