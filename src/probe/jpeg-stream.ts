import { open } from "node:fs/promises";

/** How much of a file is searched for a second picture. */
const searchedBytes = 8 * 1024 ** 2;

/** The end of one JPEG and the beginning of the next, with nothing between them. */
const seam = /\xff\xd9\xff\xd8\xff/g;

/**
 * Whether a file that begins as a JPEG is a film: one JPEG after the other, as cameras send them. A photograph with
 * a second picture beside it (a depth or gain map, the other eye) says so in a Multi-Picture header, and has
 * one seam at most.
 */
export async function isJpegStream(path: string): Promise<boolean> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(searchedBytes), 0, searchedBytes, 0);
    const text = buffer.toString("latin1", 0, bytesRead);
    const seams = text.match(seam)?.length ?? 0;
    return !text.slice(0, 65_536).includes("MPF\0") && seams >= (bytesRead < searchedBytes ? 2 : 1);
  } finally {
    await file.close();
  }
}
