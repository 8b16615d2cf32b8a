import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { describe } from "vitest";

/** Real media files and models for tests. They lie beside the checkout and are not part of the repository. */
const shared = fileURLToPath(new URL("../../../shared/", import.meta.url));

export function sharedMedia(path: string): string {
  return `${shared}media/${path}`;
}

export function sharedModel(path: string): string {
  return `${shared}models/${path}`;
}

export function sharedSample(path: string): string {
  return `${shared}aws-samples/${path}`;
}

export const hasSharedMedia: boolean = existsSync(`${shared}media/README.md`);

/** A suite that needs the shared media files. Without them it is skipped visibly; in CI it fails. */
export function describeWithSharedMedia(name: string, body: () => void): void {
  if (hasSharedMedia || process.env["CI"]) describe(name, body);
  else describe.skip(`${name} (needs the shared test media)`, body);
}
