import type {
  TranscriptionJob,
  TranscriptionState,
} from "../../../transcriptions/transcriptions.ts";
import { parsed, type Row } from "../statements.ts";

const numberOr = <Key extends string>(key: Key, value: unknown) =>
  value === null ? {} : ({ [key]: Number(value) } as { [Name in Key]: number });

export const jobOf = (row: Row): TranscriptionJob => ({
  id: String(row["id"]),
  owner: String(row["owner"]),
  name: String(row["name"]),
  state: String(row["state"]) as TranscriptionState,
  wasQueued: row["was_queued"] === 1,
  createdAt: Number(row["created_at"]),
  ...numberOr("startedAt", row["started_at"]),
  ...numberOr("endedAt", row["ended_at"]),
  asked: parsed(row["asked"]),
  ...(row["made"] !== null && { made: parsed(row["made"]) }),
  ...(row["failure"] !== null && { failure: String(row["failure"]) }),
});
