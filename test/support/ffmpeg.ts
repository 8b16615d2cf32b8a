import { execFileSync } from "node:child_process";

/**
 * Makes a media file for a test.
 * @throws Error with ffmpeg's message when ffmpeg fails
 */
export function ffmpeg(...args: readonly string[]): void {
  execFileSync("ffmpeg", ["-nostdin", "-v", "error", "-y", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
}
