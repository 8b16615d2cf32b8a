import { DatabaseSync } from "node:sqlite";
import type { Collected, Engine } from "../../src/media/engine.ts";
import { MediaError } from "../../src/media/errors.ts";

/** How the fake provider treats one piece of work. */
export interface Behaviour {
  /**
   * `throttles` and `refuses` begin nothing. `loses the answer` begins the work, and the caller gets an
   * error instead of its id.
   */
  readonly begin: "accepts" | "throttles" | "refuses" | "loses the answer";
  /** How long the work takes, in ms; absent: it never ends. */
  readonly takesMs?: number;
  readonly ends: "done" | "fails" | "is cancelled there";
  /** When its events come, in ms after its end. None: silent; two: doubled. */
  readonly eventsAfterMs: readonly number[];
  /** So many questions and cancellations fail first. */
  readonly brokenCalls: number;
}

export const prompt: Behaviour = {
  begin: "accepts",
  takesMs: 0,
  ends: "done",
  eventsAfterMs: [0],
  brokenCalls: 0,
};

export interface FakeRequest {
  readonly subject: string;
}

export interface FakeResult {
  readonly subject: string;
  readonly externalId: string;
}

/** A piece of work as the provider knows it. */
export interface FakeWork {
  readonly externalId: string;
  readonly token: string;
  readonly subject: string;
  readonly state: "running" | "done" | "failed" | "cancelled";
}

/** A provider that outlives the processes that use it. */
export interface FakeProvider {
  readonly engine: Engine<FakeRequest, FakeResult>;
  /** Everything that was ever begun. */
  works(): readonly FakeWork[];
  /** How often `begin` was called with each token. */
  calls(): ReadonlyMap<string, number>;
  /** The external ids of the events that are due and were not taken, oldest first. */
  takeEvents(): readonly string[];
  close(): void;
}

interface Options {
  /** Where it is kept. Default: in memory, for one process. */
  readonly path?: string;
  /** How it treats the nth call of `begin`, from 0. Default: `prompt`. */
  readonly behaviour?: (call: number) => Behaviour;
  readonly now?: () => number;
  readonly times?: {
    readonly firstAskMs: number;
    readonly longestAskMs: number;
    readonly maxMs: number;
  };
}

const schema = `
  CREATE TABLE IF NOT EXISTS calls (token TEXT NOT NULL) STRICT;
  CREATE TABLE IF NOT EXISTS works (
    id INTEGER PRIMARY KEY, token TEXT NOT NULL UNIQUE, subject TEXT NOT NULL, ends TEXT NOT NULL,
    ends_at INTEGER, broken INTEGER NOT NULL, cancelled INTEGER NOT NULL DEFAULT 0) STRICT;
  CREATE TABLE IF NOT EXISTS events (at INTEGER NOT NULL, work INTEGER NOT NULL) STRICT;
`;

const day = 86_400_000;

/**
 * A remote engine for tests: it accepts work under its own id and removes duplicates by the token. Its
 * behaviour makes it slow, silent, doubled, throttled or broken.
 */
export function createFakeProvider(options: Options = {}): FakeProvider {
  const { path = ":memory:", behaviour = () => prompt, now = Date.now } = options;
  const times = options.times ?? { firstAskMs: 1_000, longestAskMs: 60_000, maxMs: day };
  const database = new DatabaseSync(path);
  database.exec(`PRAGMA journal_mode = WAL; PRAGMA busy_timeout = 10000; ${schema}`);
  const sql = (text: string) => database.prepare(text);

  function stateOf(row: Record<string, unknown>): FakeWork["state"] {
    if (row["cancelled"] === 1) return "cancelled";
    const endsAt = row["ends_at"];
    if (typeof endsAt !== "number" || endsAt > now()) return "running";
    if (row["ends"] === "done") return "done";
    return row["ends"] === "fails" ? "failed" : "cancelled";
  }
  const idOf = (row: Record<string, unknown>) => `fake-${String(row["id"])}`;
  const rowOf = (externalId: string) =>
    sql("SELECT * FROM works WHERE id = ?").get(Number(externalId.replace("fake-", "")) || 0);

  /** @throws MediaError while the provider is broken for this work */
  function reach(externalId: string): Record<string, unknown> | undefined {
    const row = rowOf(externalId);
    if (row === undefined || Number(row["broken"]) === 0) return row;
    sql("UPDATE works SET broken = broken - 1 WHERE id = ?").run(Number(row["id"]));
    throw new MediaError("engine_failed", "the provider answers 500");
  }

  function begin(subject: string, token: string): string {
    const known = sql("SELECT * FROM works WHERE token = ?").get(token);
    const { count } = sql("SELECT count(*) AS count FROM calls").get() ?? {};
    sql("INSERT INTO calls VALUES (?)").run(token);
    if (known !== undefined) return idOf(known);
    const how = behaviour(Number(count));
    if (how.begin === "throttles") throw new MediaError("throttled", "too many jobs");
    if (how.begin === "refuses") throw new MediaError("unsupported_media", "not a format of ours");
    const endsAt = how.takesMs === undefined ? null : now() + how.takesMs;
    const { lastInsertRowid: id } = sql(
      "INSERT INTO works (token, subject, ends, ends_at, broken) VALUES (?, ?, ?, ?, ?)",
    ).run(token, subject, how.ends, endsAt, how.brokenCalls);
    if (endsAt !== null)
      for (const after of how.eventsAfterMs)
        sql("INSERT INTO events VALUES (?, ?)").run(endsAt + after, id);
    if (how.begin === "accepts") return `fake-${id}`;
    throw new MediaError("engine_failed", "the connection broke off");
  }

  const engine: Engine<FakeRequest, FakeResult> = {
    id: "fake/1",
    begin: async ({ subject }, { token }) => ({
      state: "accepted",
      externalId: begin(subject, token),
    }),
    remote: {
      ...times,
      async collect(externalId): Promise<Collected<FakeResult>> {
        const row = reach(externalId);
        if (row === undefined) return failed("engine_failed", "no such work");
        const state = stateOf(row);
        switch (state) {
          case "running":
            return { state, progress: { fraction: 0.5 } };
          case "done":
            return { state, result: { subject: String(row["subject"]), externalId } };
          case "failed":
            return failed("engine_failed", "the provider could not do it");
          case "cancelled":
            return failed("cancelled", "it was cancelled at the provider");
        }
      },
      async cancel(externalId) {
        const row = reach(externalId);
        if (row === undefined || stateOf(row) !== "running") return;
        sql("UPDATE works SET cancelled = 1 WHERE id = ?").run(Number(row["id"]));
      },
    },
  };
  return {
    engine,
    works: () =>
      sql("SELECT * FROM works ORDER BY id")
        .all()
        .map((row) => ({
          externalId: idOf(row),
          token: String(row["token"]),
          subject: String(row["subject"]),
          state: stateOf(row),
        })),
    calls() {
      const rows = sql("SELECT token, count(*) AS count FROM calls GROUP BY token").all();
      return new Map(rows.map((row) => [String(row["token"]), Number(row["count"])]));
    },
    takeEvents() {
      const rows = sql("DELETE FROM events WHERE at <= ? RETURNING at, work").all(now());
      const sorted = rows.toSorted((a, b) => Number(a["at"]) - Number(b["at"]));
      return sorted.map((row) => `fake-${String(row["work"])}`);
    },
    close: () => database.close(),
  };
}

function failed(code: "engine_failed" | "cancelled", message: string): Collected<never> {
  return { state: "failed", error: new MediaError(code, message) };
}
