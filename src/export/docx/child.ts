import { transcriptDocument, type DocumentSubject } from "./document.ts";

/** A process for one long document: its subject as JSON on stdin, the document on stdout. */
const chunks: Buffer[] = [];
for await (const chunk of process.stdin) chunks.push(chunk as Buffer);
const subject = JSON.parse(Buffer.concat(chunks).toString("utf8")) as DocumentSubject;
process.stdout.write(await transcriptDocument(subject));
