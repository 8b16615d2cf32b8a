import { spawn } from "node:child_process";
import { extname } from "node:path";
import { fileURLToPath } from "node:url";
import { asMediaError, MediaError } from "../../media/errors.ts";
import { transcriptDocument, type DocumentSubject } from "./document.ts";

/** A document of this many words takes 60 ms and 20 MB. A longer one is made in a process of its own. */
const shortWords = 2_000;

const child = fileURLToPath(new URL(`./child${extname(import.meta.url)}`, import.meta.url));

/**
 * Like `transcriptDocument`, but makes a long document in a child process. Its memory ends with the child,
 * and this process stays responsive.
 * @throws MediaError `engine_missing` without the package docx, `engine_failed` when it cannot be
 * made, `cancelled` after the signal
 */
export async function transcriptDocumentApart(
  subject: DocumentSubject,
  signal: AbortSignal,
): Promise<Uint8Array> {
  if (subject.transcript.words.length <= shortWords) return transcriptDocument(subject);
  const running = spawn(process.execPath, ["--disable-warning=ExperimentalWarning", child], {
    stdio: ["pipe", "pipe", "pipe"],
    env: {},
    signal,
    killSignal: "SIGKILL",
  });
  const ended = new Promise<number | null>((resolve, reject) => {
    running.once("error", reject);
    running.once("close", resolve);
  });
  // Without a free file descriptor there are no pipes, although the types say so.
  if ((running.stdin as typeof running.stdin | undefined) === undefined) {
    ended.catch(() => {});
    throw new MediaError("storage_failed", "the Word document cannot be made: too many open files");
  }
  const chunks: Buffer[] = [];
  let stderr = "";
  running.stdout.on("data", (chunk: Buffer) => chunks.push(chunk));
  running.stderr
    .setEncoding("utf8")
    .on("data", (text: string) => (stderr = (stderr + text).slice(-4_000)));
  running.stdin.on("error", () => {}); // it has ended: its exit tells why
  running.stdin.end(JSON.stringify(subject));
  // A Ctrl-C reaches the child too, and may end it first.
  const exitCode = await ended.catch((error: unknown) => {
    throw asMediaError(error);
  });
  if (signal.aborted)
    throw new MediaError("cancelled", "the Word document was stopped before it was made");
  if (exitCode === 0) return Buffer.concat(chunks);
  throw new MediaError("engine_failed", "the Word document could not be made", {
    details: { stderr },
  });
}
