import fc from "fast-check";
import { expect, it } from "vitest";
import type { KeyPage } from "../../buckets/buckets.ts";
import { listKeys } from "./listing.ts";

const bytes = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Pages of these keys as a store gives them, and how many keys were read. */
function storeOf(keys: readonly string[]) {
  const sorted = [...new Set(keys)].toSorted(bytes).map((key) => ({ key }));
  const count = { read: 0 };
  const read = async ({ startsWith = "", after, limit }: KeyPage) => {
    const page = sorted
      .filter(
        ({ key }) => key.startsWith(startsWith) && (after === undefined || bytes(key, after) > 0),
      )
      .slice(0, limit);
    count.read += page.length;
    return page;
  };
  return { sorted, count, read };
}

/** What one list of everything shows, by S3's rule. */
function wholeList(keys: readonly { key: string }[], prefix: string, delimiter: string): string[] {
  const shown = keys
    .filter(({ key }) => key.startsWith(prefix))
    .map(({ key }) => {
      const end = delimiter === "" ? -1 : key.indexOf(delimiter, prefix.length);
      return end === -1 ? key : key.slice(0, end + delimiter.length);
    });
  return [...new Set(shown)].toSorted(bytes);
}

const key = fc.string({
  unit: fc.constantFrom("a", "b", "/", "ä", "\u{1f600}", " "),
  minLength: 1,
  maxLength: 6,
});

it("pages of any size show what one list of everything shows, each key and common prefix once", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(key, { maxLength: 30 }),
      fc.constantFrom("", "a", "a/", "/", "ä"),
      fc.constantFrom("", "/", "a", "/a"),
      fc.integer({ min: 1, max: 5 }),
      async (keys, prefix, delimiter, limit) => {
        const { sorted, read } = storeOf(keys);
        const shown: string[] = [];
        for (let after = ""; ;) {
          const page = await listKeys({ prefix, delimiter, after, limit }, read);
          const found = [...page.objects.map((one) => one.key), ...page.prefixes].toSorted(bytes);
          expect(found.length).toBeLessThanOrEqual(limit);
          shown.push(...found);
          if (page.next === undefined) break;
          expect(found.at(-1)).toBe(page.next);
          after = page.next;
        }
        expect(shown).toEqual(wholeList(sorted, prefix, delimiter));
      },
    ),
    { numRuns: 500 },
  );
});

it("keys below a common prefix are passed over, not read", async () => {
  const many = Array.from({ length: 5_000 }, (_, at) => `a/${String(at).padStart(5, "0")}`);
  const { count, read } = storeOf([...many, "b/1", "c"]);
  const page = await listKeys({ prefix: "", delimiter: "/", after: "", limit: 10 }, read);
  expect([page.prefixes, page.objects]).toEqual([["a/", "b/"], [{ key: "c" }]]);
  expect(count.read).toBeLessThan(50);
});
