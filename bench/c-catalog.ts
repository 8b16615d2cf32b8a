import { runEnded } from "../src/pipeline.ts";
import { join } from "node:path";
import type { MediaFilter } from "../src/catalog/catalog.ts";
import { createSqliteCatalog, type SqliteCatalog } from "../src/state/sqlite/catalog/catalog.ts";
import { createReaders } from "../src/state/sqlite/catalog/readers.ts";
import { openDatabase } from "../src/state/sqlite/open.ts";
import { randomFrom } from "../test/support/random.ts";
import { atMost, quantile, spreadOf, type Bench, type Findings, type Row } from "./figure.ts";
import {
  buildLibrary,
  commonWord,
  folderOf,
  labels,
  nameOf,
  rareWord,
  type LibrarySize,
} from "./library.ts";

/** Asks the catalog one question; throws when the answer does not match the library. */
type Ask = (catalog: SqliteCatalog, random: () => number) => Promise<void>;

interface Question {
  readonly what: string;
  readonly ask: Ask;
  /** The target in milliseconds for 99 of 100 answers. */
  readonly p99?: number;
  /** How often it is asked in a round without other questions. */
  readonly times: number;
}

const page = 50;

function list(filter: MediaFilter, size: LibrarySize, expected: number): Ask {
  return async (catalog, random) => {
    const after = nameOf(Math.floor((random() * size.media) / 2));
    const found = await catalog.listMedia({ ...filter, after, limit: page });
    if (found.length < Math.min(expected, page)) throw new Error(`${found.length} were listed`);
  };
}

function search(
  words: string,
  filter: MediaFilter = {},
): (catalog: SqliteCatalog) => Promise<void> {
  return async (catalog) => {
    const { after: _none, ...rest } = filter;
    const found = await catalog.search({ words, limit: 20, ...rest });
    if (found.length === 0) throw new Error(`nothing was found for ${words}`);
  };
}

function get(size: LibrarySize): Ask {
  return async (catalog, random) => {
    const media = await catalog.getMedia(nameOf(Math.floor(random() * size.media)));
    if (media === undefined) throw new Error("a media file was missing");
  };
}

function questionsOn(size: LibrarySize, quick: boolean): Question[] {
  const scale = quick ? 50 : 1;
  const lists = { p99: 10, times: 500 / scale };
  const searches = { p99: 50, times: 200 / scale };
  return [
    { what: "get by name", ask: get(size), p99: 1, times: 20_000 / scale },
    { what: "list after a name, by type", ask: list({ type: "video" }, size, 50), ...lists },
    {
      what: "list after a name, by folder and type",
      ask: async (catalog, random) => {
        const startsWith = `${folderOf(Math.floor(random() * size.media))}/`;
        await catalog.listMedia({ startsWith, type: "image", limit: page });
      },
      ...lists,
    },
    {
      what: "list after a name, by a common label",
      ask: list({ label: labels.common }, size, 50),
      ...lists,
    },
    { what: "list by a rare label", ask: list({ label: labels.rare }, size, 0), ...lists },
    { what: "search, rare word", ask: search(rareWord), ...searches },
    { what: "search, word in half of all transcripts", ask: search(commonWord), ...searches },
    { what: "search, two common words", ask: search(`${commonWord} w1`), ...searches },
    {
      what: "search, common word, in one folder",
      ask: search(commonWord, { startsWith: `${folderOf(0)}/` }),
      ...searches,
    },
  ];
}

async function timed(times: number, ask: () => Promise<void>): Promise<number[]> {
  const taken: number[] = [];
  for (let asked = 0; asked < times; asked += 1) {
    // A server gets a question in a turn of the event loop, after the work that is already waiting.
    const startedAt = performance.now();
    await new Promise((resolve) => setImmediate(resolve));
    await ask();
    taken.push(performance.now() - startedAt);
  }
  return taken.toSorted((a, b) => a - b);
}

function rowsOf({ what, p99 }: Question, rounds: readonly (readonly number[])[]): Row[] {
  const at = (share: number) => spreadOf(rounds.map((taken) => quantile(taken, share)));
  return [
    {
      what: `${what}, p99`,
      unit: "ms",
      measured: at(0.99),
      comparison: { what: "p50", measured: at(0.5) },
      ...(p99 === undefined ? {} : { target: atMost(p99) }),
    },
  ];
}

const readers = 50;
const pauseMs = 20;

/**
 * Runs fifty readers at once. Each pauses 20 ms between questions. Of a hundred questions, 90 are
 * gets, 9 are lists and 1 is a search for the common word.
 */
async function together(
  catalog: SqliteCatalog,
  size: LibrarySize,
  seconds: number,
): Promise<{ get: number[]; list: number[]; search: number[] }> {
  const asks = {
    get: get(size),
    list: list({ type: "video" }, size, 0),
    search: search(commonWord),
  };
  const taken = { get: [] as number[], list: [] as number[], search: [] as number[] };
  const until = performance.now() + seconds * 1000;
  await Promise.all(
    Array.from({ length: readers }, async (_, reader) => {
      const random = randomFrom(reader);
      while (performance.now() < until) {
        await new Promise((paused) => setTimeout(paused, pauseMs * 2 * random()));
        const die = random();
        const kind = die < 0.9 ? "get" : die < 0.99 ? "list" : "search";
        const [ms = NaN] = await timed(1, () => asks[kind](catalog, random));
        taken[kind].push(ms);
      }
    }),
  );
  for (const kind of ["get", "list", "search"] as const) taken[kind].sort((a, b) => a - b);
  return taken;
}

/** Measures gets one after another, while another reader searches for the common word without a pause. */
async function getsDuringSearches(catalog: SqliteCatalog, size: LibrarySize, times: number) {
  const random = randomFrom(7);
  const done = new AbortController();
  const searches = (async () => {
    while (!done.signal.aborted) {
      await new Promise((turned) => setImmediate(turned));
      await search(commonWord)(catalog);
    }
  })();
  const taken = await timed(times, () => get(size)(catalog, random));
  done.abort();
  await searches;
  return taken;
}

/** Builds the library once for all figures that need this size. */
export async function libraryFor(bench: Bench, size: LibrarySize): Promise<string> {
  const dataDir = join(bench.shared, `library-${size.media}-${size.transcripts}`);
  const { existsSync } = await import("node:fs");
  if (existsSync(join(dataDir, "dailies.db"))) return dataDir;
  bench.note(`building a library of ${size.media} media files`);
  await buildLibrary(dataDir, size, bench.note);
  return dataDir;
}

export function largeLibrary({ media }: Bench): LibrarySize {
  return { media, transcripts: Math.ceil(media / 10) };
}

export async function catalogFigure(bench: Bench): Promise<Findings> {
  const size = largeLibrary(bench);
  const dataDir = await libraryFor(bench, size);
  const path = join(dataDir, "dailies.db");
  const database = openDatabase(path);
  const catalog = createSqliteCatalog({
    whenEnded: runEnded,
    database,
    readers: createReaders({ path }),
  });
  // The reader threads start with the first questions.
  await Promise.all([1, 2, 3].map(() => search(commonWord)(catalog)));
  const rounds = Math.min(bench.rounds, 3);
  const rows: Row[] = [];
  try {
    for (const question of questionsOn(size, bench.quick)) {
      bench.note(question.what);
      const random = randomFrom(3);
      const taken: number[][] = [];
      for (let round = 0; round < rounds; round += 1)
        taken.push(await timed(question.times, () => question.ask(catalog, random)));
      rows.push(...rowsOf(question, taken));
    }
    bench.note("fifty readers");
    const seconds = bench.quick ? 1 : 10;
    const mixed = [];
    for (let round = 0; round < rounds; round += 1)
      mixed.push(await together(catalog, size, seconds));
    const mix = { times: 0, ask: get(size) };
    for (const [kind, what, p99] of [
      ["get", "50 readers: get by name", 1],
      ["list", "50 readers: list after a name, by type", 10],
      ["search", "50 readers: search, word in half of all transcripts", 50],
    ] as const)
      rows.push(
        ...rowsOf(
          { ...mix, what, p99 },
          mixed.map((taken) => taken[kind]),
        ),
      );
    bench.note("gets during searches");
    const duringSearches = [];
    for (let round = 0; round < rounds; round += 1)
      duringSearches.push(await getsDuringSearches(catalog, size, bench.quick ? 200 : 5_000));
    rows.push(
      ...rowsOf({ ...mix, what: "get, while a search never ends", p99: 1 }, duringSearches),
    );
  } finally {
    await catalog.close();
  }
  return {
    rows,
    remarks: [
      `${size.media.toLocaleString("en")} media files in folders of a thousand, ` +
        `${size.transcripts.toLocaleString("en")} transcripts of 200 words whose frequencies fall ` +
        "as 1/rank. A page has 50 media files; a search answers with 20.",
      "Each time is from the moment at which a server would get the question (a turn of the event loop) " +
        "to its answer. So other work on the same thread counts, too.",
      "Lists and searches run on two reader threads next to the main thread, as in a server.",
      `The ${readers} readers pause 20 ms between questions. Of a hundred questions, 90 are gets, 9 lists ` +
        "and 1 a search.",
    ],
  };
}
