import type { SQLInputValue } from "node:sqlite";
import type { TranscriptFilter, MediaFilter } from "../../../catalog/catalog.ts";

/** Where the media that pass a filter are found: `FROM from WHERE where`, one `?` a value. */
interface Source {
  readonly from: string;
  readonly where: string;
  readonly values: readonly SQLInputValue[];
  /** The column to order by: by name, as the index has them. */
  readonly order: string;
}

/** The index that holds the media of a filter side by side, in the order of their names. */
function indexFor(filter: MediaFilter): string {
  const { type, owner } = filter;
  if (type !== undefined && owner !== undefined) return " INDEXED BY media_by_owner_and_type";
  if (type !== undefined) return " INDEXED BY media_by_type";
  return owner === undefined ? "" : " INDEXED BY media_by_owner";
}

const hasJob = `EXISTS (SELECT 1 FROM jobs WHERE jobs.version = media.version
  AND jobs.part = 'transcribe' AND jobs.current = 1
  AND instr((jobs.settings ->> '$.engine') || '/', ? || '/') = 1)`;
const hasTranscript = (condition: string): string =>
  `EXISTS (SELECT 1 FROM transcripts WHERE transcripts.media_version = media.version AND ${condition})`;

/** Conditions on the transcript: each looks at one row of a media file that passes the others. */
function transcriptConditions({ engine, languageCode, draft }: TranscriptFilter) {
  const isLanguage = "instr(lower(transcripts.language_code) || '-', lower(?) || '-') = 1";
  return [
    [hasJob, engine],
    [hasTranscript(isLanguage), languageCode],
    [hasTranscript("transcripts.draft = ?"), draft === undefined ? undefined : Number(draft)],
  ] satisfies [string, SQLInputValue | undefined][];
}

/**
 * Whether a name is behind where a prefix begins. Of two lower (or two upper) bounds SQLite seeks by
 * the first alone, and would walk from the prefix's beginning to each page.
 */
export function isBehind(name: string | undefined, prefix: string | undefined): boolean {
  return name?.startsWith(prefix ?? "") ?? false;
}

/**
 * SQLite has no figures about our data and would choose among indexes blindly; a filter that few of
 * a million media pass must not be answered by looking at all of them. An owner's media with a label
 * are found by the label.
 */
export function mediaSource(filter: TranscriptFilter): Source {
  const { label, type, owner, startsWith, after } = filter;
  const byLabel = label !== undefined;
  const order = byLabel ? "labels.name" : "media.name";
  const conditions: [string, SQLInputValue | undefined][] = [
    ["labels.label = ?", label],
    [`${byLabel ? "labels" : "media"}.type = ?`, type],
    ["media.owner = ?", owner],
    [`${order} >= ?`, isBehind(after, startsWith) ? undefined : startsWith || undefined],
    [`${order} < ?`, startsWith ? `${startsWith}\u{10ffff}` : undefined],
    [`${order} > ?`, after],
    ...transcriptConditions(filter),
  ];
  const given = conditions.flatMap(([condition, value]) =>
    value === undefined ? [] : [{ condition, value }],
  );
  const labels = type === undefined ? "labels" : "labels INDEXED BY labels_by_type";
  return {
    from: byLabel
      ? `${labels} CROSS JOIN media ON media.name = labels.name`
      : `media${indexFor(filter)}`,
    where: given.length === 0 ? "TRUE" : given.map(({ condition }) => condition).join(" AND "),
    values: given.map(({ value }) => value),
    order,
  };
}
