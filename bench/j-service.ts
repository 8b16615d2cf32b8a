import { createReadStream, createWriteStream } from "node:fs";
import { open, rm, stat } from "node:fs/promises";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { randomFrom } from "../test/support/random.ts";
import { libraryFor } from "./c-catalog.ts";
import {
  atLeast,
  atMost,
  quantile,
  ratios,
  spreadOf,
  type Bench,
  type Findings,
  type Row,
} from "./figure.ts";
import { asFilmed, makeClip } from "./footage.ts";
import { labels, nameOf } from "./library.ts";
import { createClient, memoryOf, startServing, type Serving } from "./serving.ts";

const mega = 1_000_000;
const readers = 50;
/** Each reader pauses for a random time, at most twice as long as this. */
const pauseMs = 50;

/** Runs fifty readers for some time. Returns how long each answer took, from the request to its last byte. */
async function read(port: number, media: number, seconds: number) {
  const taken = { one: [] as number[], list: [] as number[] };
  let errors = 0;
  const until = performance.now() + seconds * 1_000;
  const client = createClient(port, readers);
  const lists = [
    "/api/?media-type=video&limit=50&after=",
    `/api/?label=${labels.common}&limit=50&after=`,
    "/v1/media?type=image&limit=50&startsWith=",
  ];
  await Promise.all(
    Array.from({ length: readers }, async (_, reader) => {
      const random = randomFrom(reader + 1);
      while (performance.now() < until) {
        await new Promise((paused) => setTimeout(paused, pauseMs * 2 * random()));
        const kind = random() < 0.8 ? "one" : "list";
        const name = nameOf(Math.floor(random() * media));
        const list = lists[Math.floor(random() * lists.length)] ?? "";
        const startedAt = performance.now();
        const path = kind === "one" ? `/api/${name}` : list + encodeURIComponent(name.slice(0, 8));
        const { status, body } = await client.get(path).catch(() => ({ status: 0, body: "" }));
        taken[kind].push(performance.now() - startedAt);
        if (status !== 200 || (kind === "one" && !body.includes(name))) errors += 1;
      }
    }),
  );
  client.close();
  for (const kind of ["one", "list"] as const) taken[kind].sort((a, b) => a - b);
  return { ...taken, errors };
}

/** Uploads the clip under new names until it is stopped, so that there is always work. */
async function keepBusy(port: number, clip: string, stop: AbortSignal): Promise<number> {
  const client = createClient(port, 1);
  let count = 0;
  for (; !stop.aborted; count += 1) {
    const name = `busy/${count}.mp4`;
    // other bytes each time: the same bytes would share results and cause no work
    const tail = Buffer.from(`\0\0\0\u0010free${String(count).padStart(8, "0")}`, "latin1");
    const body = async function* () {
      yield* createReadStream(clip);
      yield tail;
    };
    const options = { method: "PUT", path: `/v1/objects/${name}` };
    (await client.ask(options, Readable.from(body(), { objectMode: false }))).resume();
    for (;;) {
      const { body: text } = await client.get(`/v1/media/${encodeURIComponent(name)}`);
      if (stop.aborted || !text.includes('"state":"processing"')) break;
      await new Promise((resolve) => setTimeout(resolve, 250));
    }
  }
  client.close();
  return count;
}

async function readersFigure(bench: Bench, server: Serving, media: number): Promise<Row[]> {
  const clip = join(bench.folder, "clip.mp4");
  const seconds = bench.quick ? 1 : 10;
  await makeClip(clip, { width: 640, height: 360, seconds: 4, encoding: asFilmed });
  const stop = new AbortController();
  const busy = keepBusy(server.port, clip, stop.signal);
  await read(server.port, media, bench.quick ? 0.5 : 3); // starts the reader threads
  const rounds: Awaited<ReturnType<typeof read>>[] = [];
  for (let round = 0; round < Math.min(bench.rounds, 3); round += 1) {
    bench.note(`fifty readers, round ${round + 1}`);
    rounds.push(await read(server.port, media, seconds));
  }
  stop.abort();
  const worked = await busy;
  const errors = rounds.reduce((sum, round) => sum + round.errors, 0);
  if (errors > 0) throw new Error(`${errors} answers were wrong or never came`);
  bench.note(`${worked} media files were uploaded meanwhile`);
  const row = (kind: "one" | "list", what: string): Row => ({
    what: `${readers} readers while jobs run: ${what}, p99`,
    unit: "ms",
    measured: spreadOf(rounds.map((round) => quantile(round[kind], 0.99))),
    comparison: {
      what: "p50",
      measured: spreadOf(rounds.map((round) => quantile(round[kind], 0.5))),
    },
    target: atMost(50),
  });
  const rate = rounds.map((round) => (round.one.length + round.list.length) / seconds);
  return [
    row("one", "GET /api/{name}"),
    row("list", "filtered lists of 50"),
    { what: "answers while jobs run, none wrong", unit: "/s", measured: spreadOf(rate) },
  ];
}

/** A minimal Node server that writes uploads to a file and serves that file; it hashes nothing. */
async function bareServer(folder: string, durable: boolean) {
  const file = join(folder, "bare.bin");
  const server = createServer(async (incoming, outgoing) => {
    if (incoming.method === "PUT") {
      await pipeline(incoming, createWriteStream(file, { flush: durable }));
      outgoing.end();
    } else await pipeline(createReadStream(file), outgoing);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { port, close: () => server.close() };
}

async function upload(port: number, path: string, file: string): Promise<number> {
  const client = createClient(port, 1);
  const { size } = await stat(file);
  const startedAt = performance.now();
  const headers = { "content-length": size };
  const answer = await client.ask({ method: "PUT", path, headers }, createReadStream(file));
  answer.resume();
  await new Promise((resolve) => answer.on("end", resolve));
  client.close();
  if ((answer.statusCode ?? 0) >= 300) throw new Error(`PUT ${path}: ${answer.statusCode}`);
  return size / mega / ((performance.now() - startedAt) / 1_000);
}

async function download(port: number, path: string, to: string): Promise<number> {
  const client = createClient(port, 1);
  const startedAt = performance.now();
  const answer = await client.ask({ path });
  await pipeline(answer, createWriteStream(to));
  client.close();
  const { size } = await stat(to);
  await rm(to);
  if (answer.statusCode !== 200) throw new Error(`GET ${path}: ${answer.statusCode}`);
  return size / mega / ((performance.now() - startedAt) / 1_000);
}

/** Writes bytes of no known format: they are stored, and no step processes them. */
async function makeBytes(path: string, sizeBytes: number): Promise<void> {
  const random = randomFrom(sizeBytes);
  const block = Buffer.from(Array.from({ length: mega }, () => Math.floor(random() * 256)));
  await using file = await open(path, "w");
  for (let written = 0; written < sizeBytes; written += block.length) {
    block.writeUInt32LE(written / mega, 0);
    await file.write(block);
  }
}

async function transferFigure(bench: Bench, server: Serving): Promise<Row[]> {
  const sizeBytes = (bench.quick ? 20 : bench.full ? 10_000 : 500) * mega;
  const file = join(bench.folder, "large.bin");
  await makeBytes(file, sizeBytes);
  const bare = await bareServer(bench.folder, false);
  const durable = await bareServer(bench.folder, true);
  const speeds: Record<"up" | "bareUp" | "durableUp" | "down" | "bareDown", number[]> = {
    up: [],
    bareUp: [],
    durableUp: [],
    down: [],
    bareDown: [],
  };
  const rounds = bench.full ? 1 : Math.min(bench.rounds, 3);
  for (let round = 0; round < rounds; round += 1) {
    bench.note(`${sizeBytes / mega} MB up and down, round ${round + 1}`);
    speeds.durableUp.push(await upload(durable.port, "/", file));
    speeds.bareUp.push(await upload(bare.port, "/", file));
    speeds.up.push(await upload(server.port, `/v1/objects/large-${round}.bin`, file));
    const to = join(bench.folder, "fetched.bin");
    speeds.bareDown.push(await download(bare.port, "/", to));
    speeds.down.push(await download(server.port, `/v1/objects/large-${round}.bin`, to));
    // the next round uses other bytes: the same bytes would be shared
    await using again = await open(file, "r+");
    await again.write(Buffer.from(`round ${round}`), 0, 7, 8);
  }
  bare.close();
  durable.close();
  const { up, bareUp, durableUp, down, bareDown } = speeds;
  const row = (what: string, ours: number[], theirs: number[]): Row => ({
    what: `${what} of ${sizeBytes / mega} MB, share of a bare node server's speed`,
    unit: "×",
    measured: ratios(ours, theirs),
    target: atLeast(0.7),
  });
  return [
    row("upload (hashed, durable)", up, bareUp),
    {
      what: "the same, share of a bare node server that also waits for the disk",
      unit: "×",
      measured: ratios(up, durableUp),
    },
    { what: "upload in megabytes", unit: "/s", measured: spreadOf(up) },
    row("download", down, bareDown),
    {
      what: "peak memory of the server after that",
      unit: "MB",
      measured: spreadOf([memoryOf(server.pid, "VmHWM") / mega]),
      target: atMost(200),
    },
  ];
}

export async function serviceFigure(bench: Bench): Promise<Findings> {
  const media = bench.quick ? 5_000 : 100_000;
  const dataDir = await libraryFor(bench, { media, transcripts: media / 100 });
  const ready: number[] = [];
  const idle: number[] = [];
  for (let round = 0; round < (bench.quick ? 2 : 5); round += 1) {
    bench.note(`start ${round + 1}`);
    const server = await startServing(dataDir);
    await new Promise((resolve) => setTimeout(resolve, bench.quick ? 500 : 3_000));
    idle.push(memoryOf(server.pid, "VmRSS") / mega);
    ready.push(server.readyMs);
    await server.stop();
  }
  const one = await startServing(dataDir);
  const transfers = await transferFigure(bench, one).finally(() => one.stop());
  const other = await startServing(dataDir);
  const reading = await readersFigure(bench, other, media).finally(() => other.stop());
  return {
    rows: [
      { what: "ready", unit: "ms", measured: spreadOf(ready), target: atMost(1_000) },
      { what: "memory, idle", unit: "MB", measured: spreadOf(idle), target: atMost(120) },
      ...transfers,
      ...reading,
    ],
    remarks: [
      `\`bin/dailies serve\` runs on a library of ${media.toLocaleString("en")} media files and is started anew ` +
        "for each part. `ready` is the time from spawn to the line that says that it listens. The first start " +
        "also compiles.",
      `The ${readers} readers are a closed loop: each sends its next request after the answer to its last one, ` +
        `with a pause of ${pauseMs} ms on average. Of ten requests, eight are for one media file and two for a ` +
        "filtered page. Meanwhile a clip of 4 s is uploaded repeatedly, so that transcoding and labelling always " +
        "run. The readers run on the same machine, in one process whose own delays count.",
      "The bare node server, in the readers' process, pipes the request to a file and a file to the " +
        "answer. It neither hashes nor waits for the disk. An upload to Dailies is durable and hashed. Without " +
        "the processor's SHA extensions, hashing 400 MB takes one core about 1 s.",
    ],
  };
}
