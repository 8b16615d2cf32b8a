import { spawn } from "node:child_process";
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  renameSync,
  writeFileSync,
} from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { readLedger, rowsIn } from "./ledger-state.ts";
import { openLedger } from "./ledger.ts";
import type { BatchRow } from "./summary.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-ledger-"));
afterAll(() => rm(folder, { recursive: true }));

const row: BatchRow = { job: "talk", input: "a", createdAt: 0, finishedAt: 5, files: ["talk.txt"] };
const failure = { code: "damaged_media", message: "it is" };
const failed: BatchRow = { ...row, job: "bad", input: "b", files: [], failure };

describe("the ledger", () => {
  it("remembers, and forgets only a line that was not written whole", async () => {
    const path = join(folder, "ledger.jsonl");
    const ledger = await openLedger(path);
    const common = { type: "ended", stamp: "S", mark: "1", sha256: "x", settings: "h" } as const;
    await ledger.add(
      { type: "began", stamp: "S", at: 1 },
      { type: "named", path: "/a", job: "talk" },
    );
    await Promise.all([
      ledger.add({ ...common, path: "/a", row }),
      ledger.add({ ...common, path: "/b", row: failed }),
    ]);
    await ledger.close();
    appendFileSync(path, 'null\n7\n[]\n{"type":"ended","stamp":"S","pa');
    const again = await openLedger(path);
    expect(again.state.open).toBe("S");
    expect(again.state.names.get("/a")).toBe("talk");
    expect(again.state.ended.get("/a")).toMatchObject({ sha256: "x" });
    // A file that is renamed takes its end along, and leaves none behind.
    await again.add({ type: "named", path: "/c", job: "talk", was: "a", from: "/a" });
    expect([...again.state.moving]).toEqual([["/a", "/c"]]);
    expect(again.state.ended.get("/c")).toEqual(again.state.ended.get("/a"));
    await again.add({ type: "left", path: "/a" });
    expect([...again.state.moving, ...again.state.names]).toEqual([["/c", "talk"]]);
    expect([...again.state.ended.keys()]).toEqual(["/b", "/c"]);
    await again.add({ type: "finished", stamp: "S" });
    await again.close();
    const state = await readLedger(path);
    expect([state.open, state.finished, state.ended.size]).toEqual([undefined, "S", 2]);
    expect(state.ended.get("/b")).toMatchObject({ failure: "damaged_media", formats: [] });
    expect(await rowsIn(path, "S")).toEqual([failed, row]);
    expect((await readLedger(join(folder, "none"))).ended.size).toBe(0);
  });

  it("means its paths from the folder of the results, and reads older lines with whole ones", async () => {
    const ledgerIn = (root: string) => join(folder, root, "out/.dailies-batch/ledger.jsonl");
    const inputIn = (root: string, name: string) => join(folder, root, "in", name);
    mkdirSync(dirname(ledgerIn("before")), { recursive: true });
    writeFileSync(ledgerIn("before"), '{"type":"named","path":"/old/b.wav","job":"b"}\n');
    const ledger = await openLedger(ledgerIn("before"));
    const [path, from] = [inputIn("before", "a_1.wav"), inputIn("before", "a 1.wav")];
    await ledger.add({ type: "named", path, job: "a_1", was: "a 1.wav", from });
    await ledger.close();
    renameSync(join(folder, "before"), join(folder, "after"));
    const again = await openLedger(ledgerIn("after"));
    const { names, moving, renamed } = again.state;
    const [newPath, newFrom] = [inputIn("after", "a_1.wav"), inputIn("after", "a 1.wav")];
    expect(Object.fromEntries(names)).toEqual({ "/old/b.wav": "b", [newPath]: "a_1" });
    expect([...moving]).toEqual([[newFrom, newPath]]);
    // It was not renamed after all.
    await again.add({ type: "left", path: newPath, from: newFrom });
    expect([...names.values(), ...moving, ...renamed]).toEqual(["b"]);
    await again.close();
  });

  it("knows what it has taken into the library, and what a file is like that was moved", async () => {
    const path = join(folder, "marks/.dailies-batch/ledger.jsonl");
    mkdirSync(dirname(path), { recursive: true });
    const ledger = await openLedger(path);
    const ended = { type: "ended", stamp: "S", mark: "1", sha256: "x", settings: "h" } as const;
    await ledger.add(
      { type: "taken", name: "batch/a.mp3", version: "v1" },
      { ...ended, path: "/a", row, stem: "talk" },
      { type: "marked", path: "/a", mark: "2" },
      { type: "marked", path: "/b", mark: "3" }, // of nothing that has ended
    );
    await ledger.close();
    const state = await readLedger(path);
    expect([...state.taken]).toEqual([["v1", "batch/a.mp3"]]);
    expect([...state.ended.keys()]).toEqual(["/a"]);
    expect(state.ended.get("/a")).toMatchObject({ mark: "2", sha256: "x", stem: "talk" });
  });

  it.runIf(process.platform !== "win32")(
    "begins a line of its own after one that was not written whole",
    async () => {
      const path = join(folder, "short/.dailies-batch/ledger.jsonl");
      mkdirSync(dirname(path), { recursive: true });
      // A file may have a block here: what is longer is written in part, as on a full disk.
      const module = JSON.stringify(fileURLToPath(new URL("ledger.ts", import.meta.url)));
      const script = `
        const { truncateSync } = await import("node:fs");
        const { openLedger } = await import(${module});
        const ledger = await openLedger(${JSON.stringify(path)});
        const add = (path, job) => ledger.add({ type: "named", path, job });
        const long = add("/long", "x".repeat(5_000)).catch(() => console.log("failed"));
        await null; // the first is being written
        const waiting = add("/waiting", "w").catch(() => console.log("failed"));
        await Promise.all([long, waiting]);
        truncateSync(${JSON.stringify(path)}, 300);
        await add("/next", "n");
        await add("/last", "l");`;
      const args = ["-c", 'ulimit -f 1; exec "$0" "$@"', process.execPath];
      const child = spawn("sh", [...args, "--input-type=module", "-e", script]);
      expect((await child.stdout.setEncoding("utf8").toArray()).join("")).toBe("failed\nfailed\n");
      expect(readFileSync(path, "utf8").split("\n")[0]).toHaveLength(300);
      expect([...(await readLedger(path)).names.values()]).toEqual(["n", "l"]);
    },
  );
});
