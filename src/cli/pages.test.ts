import fc from "fast-check";
import { PassThrough } from "node:stream";
import { describe, expect, it } from "vitest";
import { createOutput, type OutputMode } from "./output.ts";
import { eachOf, printPages, printTable } from "./pages.ts";
import { table } from "./table.ts";

async function* inPages<T>(items: readonly T[], size: number): AsyncGenerator<T[]> {
  for (let at = 0; at < items.length; at += size) yield items.slice(at, at + size);
}

/** What is printed, with a reader that takes all at once. */
async function printed(
  mode: OutputMode,
  print: (output: ReturnType<typeof createOutput>) => unknown,
): Promise<string> {
  const stdout = new PassThrough();
  const texts: Buffer[] = [];
  stdout.on("data", (chunk: Buffer) => texts.push(chunk));
  await print(createOutput({ mode, quiet: false, color: false, stdout, stderr: stdout }));
  await new Promise((resolve) => stdout.end(resolve));
  return Buffer.concat(texts).toString();
}

describe("lists that come page by page", () => {
  const anything = fc.array(fc.jsonValue({ maxDepth: 3 }), { maxLength: 12 });
  const rest = fc.dictionary(
    fc.string().filter((key) => key !== "media" && !/^\d+$/.test(key)),
    fc.jsonValue({ maxDepth: 2 }),
    { maxKeys: 2, noNullPrototype: true },
  );

  it("are printed as the whole would be", async () => {
    await fc.assert(
      fc.asyncProperty(anything, rest, fc.integer({ min: 1, max: 5 }), async (list, more, size) => {
        const whole = `${JSON.stringify({ media: list, ...more }, undefined, 2)}\n`;
        const pages = () => inPages(list, size);
        expect(await printed("json", (o) => printPages(o, "media", pages(), more))).toBe(whole);
        const lines = list.map((item) => `${JSON.stringify(item)}\n`).join("");
        expect(await printed("jsonl", (o) => printPages(o, "media", pages(), more))).toBe(lines);
      }),
      { numRuns: 200 },
    );
  });

  it("print nothing when they fail before their first page", async () => {
    // oxlint-disable-next-line require-yield -- it fails first
    async function* failing(): AsyncGenerator<string[]> {
      throw new Error("no such name");
    }
    const text = printed("json", async (output) => {
      await expect(printPages(output, "jobs", failing())).rejects.toThrow("no such name");
    });
    expect(await text).toBe("");
  });

  it("are read no faster than they are taken", async () => {
    const stdout = new PassThrough({ highWaterMark: 100 });
    const output = createOutput({
      mode: "jsonl",
      quiet: false,
      color: false,
      stdout,
      stderr: stdout,
    });
    let asked = 0;
    const items = Array.from({ length: 50 }, (_, index) => `${index}`.padEnd(60));
    const counted = eachOf(inPages(items, 1), (item) => ((asked += 1), item));
    const printing = printPages(output, "media", counted);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(asked).toBeLessThan(10);
    stdout.resume();
    await printing;
    expect(asked).toBe(50);
  });

  it("are tables with one head, in which columns only grow", async () => {
    const columns = [{ title: "NAME" }, { title: "SIZE", align: "right" as const }];
    const rows = [
      ["a", "1 B"],
      ["a long name", "1 B"],
      ["b", "100 kB"],
      ["c", "1 B"],
    ];
    const paged = (size: number) =>
      printed("human", async (output) => {
        expect(await printTable(output, columns, inPages(rows, size))).toBe(true);
      });
    const style = (_format: unknown, text: string) => text;
    expect(await paged(4)).toBe(`${table(columns, rows, { style }).join("\n")}\n`);
    expect(await paged(2)).toBe(
      [
        "NAME         SIZE",
        "a             1 B",
        "a long name   1 B",
        "b            100 kB",
        "c               1 B\n",
      ].join("\n"),
    );
    const empty = await printed("human", async (output) => {
      expect(await printTable(output, columns, inPages([], 2))).toBe(false);
    });
    expect(empty).toBe("");
  });
});
