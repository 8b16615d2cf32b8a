import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { filesBelow, lookAt, withCatalog } from "../test/support/library.ts";

/** The folders of a library and its results. */
export interface Place {
  readonly dataDir: string;
  readonly out: string;
}

/** A file's content as a hash, without the job's name and its speed. */
function digest(path: string): string {
  const bytes = readFileSync(path);
  const same = path.endsWith(".json")
    ? bytes.toString().replace(/-[0-9a-f]{16}"|"realTimeFactor":[\d.]+/g, "")
    : bytes;
  return createHash("sha256").update(same).digest("hex").slice(0, 16);
}

/** Everything that a run leaves, without the parts that differ from run to run. */
export function leftBy({ dataDir, out }: Place): object {
  const kept = withCatalog(dataDir, (all) => ({
    facts: all("SELECT name || ' ' || sha256 || ' ' || facts FROM media ORDER BY name"),
    objects: all("SELECT bucket || ' ' || key || ' ' || content_type FROM objects ORDER BY 1"),
    renditions: all(
      `SELECT key || ' ' || coalesce(width, '') || ' ' || coalesce(duration_ms, '')
       FROM renditions ORDER BY 1`,
    ),
    labels: all("SELECT name || ' ' || label FROM labels ORDER BY 1"),
    transcripts: all("SELECT text FROM transcripts ORDER BY 1"),
    found: all("SELECT name || ' ' || labels || ' ' || transcript FROM search ORDER BY 1"),
    ends: all(
      `SELECT name || ' ' || (event ->> 'type') FROM events
       WHERE event ->> 'type' LIKE 'media.%' ORDER BY 1`,
    ),
    skipped: all(
      "SELECT name || ' ' || part || ' ' || reason FROM jobs WHERE reason > '' ORDER BY 1",
    ),
    trash: all("SELECT version FROM trash"),
    doneTwice: all(
      "SELECT step FROM attempts WHERE outcome = 'succeeded' GROUP BY job_id HAVING count(*) > 1",
    ),
    twoJobs: all("SELECT part FROM jobs GROUP BY version, part HAVING count(*) > 1"),
  }));
  const results = filesBelow(out).map((path) => `${path} ${digest(join(out, path))}`);
  return { ...lookAt(dataDir), ...kept, results };
}

/** The differences between found and expected state: each entry that only one of them has. */
export function differences(found: object, wanted: object): string[] {
  const other = new Map(Object.entries(wanted));
  return Object.entries(found).flatMap(([what, is]) => {
    const should: unknown = other.get(what);
    if (!Array.isArray(is) || !Array.isArray(should))
      return is === should ? [] : [`${what}: ${String(is)}, not ${String(should)}`];
    const more = is.filter((entry) => !should.includes(entry)).map((entry) => `+ ${entry}`);
    const less = should.filter((entry) => !is.includes(entry)).map((entry) => `- ${entry}`);
    const wrong = is.length === should.length ? [...more, ...less] : [...more, ...less, is.length];
    return wrong.length === 0 ? [] : [`${what}: ${wrong.join(", ")}`];
  });
}
