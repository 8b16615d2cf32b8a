import { setTimeout as sleep } from "node:timers/promises";
import type { AwsAnswer } from "../answer.ts";
import { wireError } from "../errors.ts";
import { xmlDocument } from "../xml.ts";

/** An answer that takes longer begins after this time. */
const patienceMs = 5_000;
const declaration = '<?xml version="1.0" encoding="UTF-8"?>\n';

interface Document extends AwsAnswer {
  readonly body: string;
}

const patience = (): Promise<undefined> => sleep(patienceMs, undefined, { ref: false });

async function* slowDocument(work: Promise<Document>): AsyncGenerator<Uint8Array, void, void> {
  yield Buffer.from(declaration);
  const done = work.then(
    ({ body }) => body,
    (error: unknown) => {
      const { code, message } = wireError(error);
      return xmlDocument("Error", { Code: code, Message: message });
    },
  );
  for (;;) {
    const text = await Promise.race([done, patience()]);
    if (text !== undefined) return yield Buffer.from(text.slice(declaration.length));
    yield Buffer.from(" ");
  }
}

/**
 * The document that some work ends with. When that takes long, the answer begins and goes on with blanks,
 * as S3's does, so that nobody gives up: its status is 200 by then, and an error stands in the document.
 */
export async function answerPatiently(work: Promise<Document>): Promise<AwsAnswer> {
  const quick = await Promise.race([work, patience()]);
  if (quick !== undefined) return quick;
  const headers = { "content-type": "application/xml" };
  return { status: 200, headers, body: slowDocument(work) };
}
