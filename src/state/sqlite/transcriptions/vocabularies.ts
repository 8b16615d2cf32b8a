import type { NamedVocabulary, Transcriptions } from "../../../transcriptions/transcriptions.ts";
import type { Commit } from "../group-commit.ts";
import { parsed, type Sql } from "../statements.ts";

type Vocabularies = Pick<
  Transcriptions,
  "addVocabulary" | "replaceVocabulary" | "getVocabulary" | "listVocabularies" | "removeVocabulary"
>;

/** Vocabularies in the library's database. */
export function createVocabularies({
  sql,
  commit,
}: {
  readonly sql: Sql;
  readonly commit: Commit;
}): Vocabularies {
  return {
    addVocabulary: (vocabulary) =>
      commit(() => {
        const { changes } = sql(
          "INSERT OR IGNORE INTO vocabularies (owner, name, entry) VALUES (?, ?, ?)",
        ).run(vocabulary.owner, vocabulary.name, JSON.stringify(vocabulary));
        return changes > 0;
      }),
    replaceVocabulary: (vocabulary) =>
      commit(() => {
        const { changes } = sql(
          "UPDATE vocabularies SET entry = ? WHERE owner = ? AND name = ?",
        ).run(JSON.stringify(vocabulary), vocabulary.owner, vocabulary.name);
        return changes > 0;
      }),
    async getVocabulary(owner, name) {
      const row = sql("SELECT entry FROM vocabularies WHERE owner = ? AND name = ?").get(
        owner,
        name,
      );
      return row === undefined ? undefined : parsed<NamedVocabulary>(row["entry"]);
    },
    listVocabularies: async (owner) =>
      sql("SELECT entry FROM vocabularies WHERE owner = ? ORDER BY name")
        .all(owner)
        .map((row) => parsed<NamedVocabulary>(row["entry"])),
    removeVocabulary: (owner, name) =>
      commit(() => {
        const { changes } = sql("DELETE FROM vocabularies WHERE owner = ? AND name = ?").run(
          owner,
          name,
        );
        return changes > 0;
      }),
  };
}
