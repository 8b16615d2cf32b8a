import { constants } from "node:fs";
import { open } from "node:fs/promises";
import { isAbsolute } from "node:path";
import { asMediaError, MediaError } from "../media/errors.ts";
import type { Links } from "./links.ts";
import type { Sender } from "./notice.ts";
import { webhookBody } from "./webhook-body.ts";

/** One line of JSON for each message: what a webhook gets, and the message's id. */
export function createLogSender({ links }: { readonly links?: Links | undefined } = {}): Sender {
  return {
    check(address) {
      if (address === "stderr" || (isAbsolute(address) && !address.includes("\0"))) return address;
      throw new MediaError("invalid_argument", "a log is `stderr` or a file's absolute path");
    },
    async send(message) {
      const { id } = message.notification;
      const line = `${JSON.stringify({ id, ...webhookBody(message, links) })}\n`;
      const { address } = message.subscription;
      try {
        if (address === "stderr") process.stderr.write(line);
        else await append(address, line);
        return { state: "delivered" };
      } catch (thrown) {
        return { state: "failed", error: asMediaError(thrown).message };
      }
    },
  };
}

/** A pipe that nobody reads is not waited for: opening it would block for ever. */
const appending =
  constants.O_WRONLY | constants.O_APPEND | constants.O_CREAT | constants.O_NONBLOCK;

/**
 * Appends by one write, so that lines of several processes do not mix; where the disk takes only a part, the
 * rest is written or is an error. The line is on the disk when it returns.
 */
async function append(path: string, line: string): Promise<void> {
  await using file = await open(path, appending, 0o600);
  await file.writeFile(line);
  await file.datasync().catch(() => {}); // a pipe or a terminal has nothing to flush
}
