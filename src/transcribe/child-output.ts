import type { Exit, SandboxedProcess } from "../sandbox/sandbox.ts";

/**
 * What a child writes to stdout, as it comes; the generator's return value is how it ended.
 * A caller that stops reading ends the child. Throws what the child's `exited` throws. `onBytes` sees each
 * piece before the reader does.
 */
export async function* outputOf(
  child: SandboxedProcess,
  onBytes: (bytes: Uint8Array) => void = () => {},
): AsyncGenerator<Uint8Array, Exit> {
  let complete = false;
  try {
    for await (const bytes of child.stdout as AsyncIterable<Uint8Array>) {
      onBytes(bytes);
      yield bytes;
    }
    complete = true;
  } catch {
    complete = true; // the pipe broke because of how the child ended, which `exited` tells
  } finally {
    if (!complete) child.kill();
  }
  return child.exited;
}

/** A text stream's lines without their ends, as they come. A last line needs no end. */
export async function* linesOf<End>(
  output: AsyncGenerator<Uint8Array, End>,
): AsyncGenerator<string, End> {
  const decoder = new TextDecoder();
  let rest = "";
  try {
    for (;;) {
      const next = await output.next();
      if (next.done === true) {
        if (rest !== "") yield rest;
        return next.value;
      }
      const lines = (rest + decoder.decode(next.value, { stream: true })).split("\n");
      rest = lines.pop() ?? "";
      yield* lines;
    }
  } finally {
    // Hands an early end on to the source; it has no effect after the last line.
    await output.return(undefined as End);
  }
}
