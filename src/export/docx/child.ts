import { transcriptDocument, type DocumentSubject } from "./document.ts";

/** A child process for one long document: reads its subject as JSON on stdin, writes the document to stdout. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const subject = JSON.parse(Buffer.concat(chunks).toString("utf8")) as DocumentSubject;
process.stdout.write(await transcriptDocument(subject));
