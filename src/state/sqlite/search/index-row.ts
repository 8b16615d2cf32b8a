import { wordsOfStored } from "../../../media/stored-words.ts";
import { indexedNames, indexedText } from "../../../search/indexed-text.ts";
import type { Sql } from "../statements.ts";

/** What search finds a media file by. */
export interface Findable {
  /** The number of its row. */
  readonly id: number;
  readonly name: string;
  readonly version: string;
  readonly labels: readonly string[];
}

/** Makes a media file findable by its name, labels and transcript as they are now. */
export function indexRow(sql: Sql, { id, name, version, labels }: Findable): void {
  const row = sql("SELECT text FROM transcripts WHERE media_version = ?").get(version);
  const { words } = wordsOfStored(String(row?.["text"] ?? ""));
  const { text, compounds } = indexedText(words);
  sql("DELETE FROM search WHERE rowid = ?").run(id);
  sql("INSERT INTO search (rowid, name, labels, transcript, compounds) VALUES (?, ?, ?, ?, ?)").run(
    id,
    indexedNames([name]),
    indexedNames(labels),
    text,
    compounds,
  );
}
