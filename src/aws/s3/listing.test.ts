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

it("what shares a key is told apart by id, and shown once, by pages of any size", async () => {
  const upload = fc.tuple(key, fc.constantFrom("1", "2", "3", "4"));
  await fc.assert(
    fc.asyncProperty(
      fc.uniqueArray(upload, { maxLength: 30, selector: (one) => one.join("\0") }),
      fc.constantFrom("", "a", "/"),
      fc.constantFrom("", "/", "a"),
      fc.integer({ min: 1, max: 5 }),
      async (given, prefix, delimiter, limit) => {
        const all = given
          .map(([one, id]) => ({ key: one, id }))
          .toSorted((a, b) => bytes(a.key, b.key) || bytes(a.id, b.id));
        const read = async (page: KeyPage & { afterId?: string }) =>
          all
            .filter((one) => one.key.startsWith(page.startsWith ?? ""))
            .filter((one) => {
              const order = page.after === undefined ? 1 : bytes(one.key, page.after);
              const isBehind = page.afterId !== undefined && bytes(one.id, page.afterId) > 0;
              return order > 0 || (order === 0 && isBehind);
            })
            .slice(0, page.limit);
        const objects: { key: string; id: string }[] = [];
        const prefixes: string[] = [];
        let at: { after: string; afterId?: string } = { after: "" };
        for (;;) {
          const page = await listKeys({ prefix, delimiter, limit, ...at }, read);
          expect(page.objects.length + page.prefixes.length).toBeLessThanOrEqual(limit);
          objects.push(...page.objects);
          prefixes.push(...page.prefixes);
          if (page.next === undefined) break;
          at = { after: page.next, ...(page.nextId !== undefined && { afterId: page.nextId }) };
        }
        const isBelow = (one: string) => delimiter !== "" && one.includes(delimiter, prefix.length);
        const within = all.filter((one) => one.key.startsWith(prefix));
        expect(objects).toEqual(within.filter((one) => !isBelow(one.key)));
        const below = within.filter((one) => isBelow(one.key));
        expect(prefixes).toEqual(wholeList(below, prefix, delimiter));
      },
    ),
    { numRuns: 300 },
  );
});

it("keys below a common prefix are passed over, not read", async () => {
  const many = Array.from({ length: 5_000 }, (_, at) => `a/${String(at).padStart(5, "0")}`);
  const { count, read } = storeOf([...many, "b/1", "c"]);
  const page = await listKeys({ prefix: "", delimiter: "/", after: "", limit: 10 }, read);
  expect([page.prefixes, page.objects]).toEqual([["a/", "b/"], [{ key: "c" }]]);
  expect(count.read).toBeLessThan(50);
});
