import fc from "fast-check";
import { existsSync, readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { verdict } from "./bpf.ts";
import { seccompFilter } from "./seccomp.ts";
import * as calls from "./system-calls.ts";
import type { Architecture, SystemCall } from "./system-calls.ts";

interface Call {
  readonly audit: number;
  readonly number: number;
  readonly args?: readonly number[];
}

/** What the kernel does with a filter, for the operations that ours has. */
function judge(filter: Uint8Array, { audit, number, args = [] }: Call): number {
  const view = new DataView(filter.buffer, filter.byteOffset, filter.byteLength);
  const words = new Map([
    [0, number],
    [4, audit],
    ...args.map((value, index): [number, number] => [16 + 8 * index, value >>> 0]),
  ]);
  let accumulator = 0;
  for (let at = 0; at < filter.byteLength; at += 8) {
    const k = view.getUint32(at + 4, true);
    const jump = (taken: boolean): number => view.getUint8(at + (taken ? 2 : 3)) * 8;
    const code = view.getUint16(at, true);
    if (code === 0x06) return k;
    if (code === 0x20) accumulator = words.get(k) ?? 0;
    else if (code === 0x15) at += jump(accumulator === k);
    else if (code === 0x35) at += jump(accumulator >= k);
    else if (code === 0x45) at += jump((accumulator & k) !== 0);
    else throw new Error(`unknown operation ${code}`);
  }
  throw new Error("the program has no end");
}

const audit: Record<Architecture, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };
const [notPermitted, noSuchCall] = [verdict.fail(1), verdict.fail(38)];
const tables: Readonly<Record<string, SystemCall>>[] = [
  calls.refusedCalls,
  calls.absentCalls,
  calls.forkingCalls,
  calls.examinedCalls,
];

describe.each(["x64", "arm64"] as const)("the filter for %s", (architecture) => {
  const alone = seccompFilter(architecture, { mayFork: false });
  const forking = seccompFilter(architecture, { mayFork: true });
  const ask = (number: number, args: readonly number[] = [], filter = alone): number =>
    judge(filter, { audit: audit[architecture], number, args });
  const numbersOf = (table: Readonly<Record<string, SystemCall>>): number[] =>
    Object.values(table).flatMap((call) => call[architecture] ?? []);
  const named = new Set(tables.flatMap(numbersOf));
  const numberOf = (name: keyof typeof calls.examinedCalls): number =>
    (calls.examinedCalls as Record<string, SystemCall>)[name]?.[architecture] ?? -1;

  it("refuses what is listed, and answers newer calls as an older kernel would", () => {
    for (const number of numbersOf(calls.refusedCalls)) expect(ask(number)).toBe(notPermitted);
    for (const number of numbersOf(calls.absentCalls)) expect(ask(number)).toBe(noSuchCall);
    for (const number of numbersOf(calls.forkingCalls)) {
      expect(ask(number)).toBe(notPermitted);
      expect(ask(number, [], forking)).toBe(verdict.allow);
    }
    expect(ask(calls.lastKnownCall + 1)).toBe(noSuchCall);
    expect(ask(calls.lastKnownCall)).toBe(verdict.allow);
  });

  it("allows everything else", () => {
    const others = Array.from({ length: calls.lastKnownCall + 1 }, (_, number) => number);
    const verdicts = others.filter((number) => !named.has(number)).map((number) => ask(number));
    expect(new Set(verdicts)).toEqual(new Set([verdict.allow]));
  });

  it("ends a process that calls by another table", () => {
    fc.assert(
      fc.property(fc.integer({ min: 0, max: 0xffff_ffff }), fc.nat(1000), (name, number) => {
        fc.pre(name !== audit[architecture]);
        expect(judge(alone, { audit: name, number })).toBe(verdict.killProcess);
      }),
    );
    const x32 = ask(0x4000_0000 | 39);
    expect(x32).toBe(architecture === "x64" ? verdict.killProcess : noSuchCall);
  });

  it("lets threads be started, processes only where it is said, namespaces never", () => {
    const thread = 0x003d_0f00; // as the C library starts one
    const [fork, newUser] = [0x0120_0011, 0x1000_0011];
    expect(ask(numberOf("clone"), [thread])).toBe(verdict.allow);
    expect(ask(numberOf("clone"), [fork])).toBe(notPermitted);
    expect(ask(numberOf("clone"), [fork], forking)).toBe(verdict.allow);
    for (const filter of [alone, forking])
      expect(ask(numberOf("clone"), [newUser], filter)).toBe(notPermitted);
  });

  it("looks at the arguments of some", () => {
    expect(ask(numberOf("socketpair"), [1])).toBe(verdict.allow);
    expect(ask(numberOf("socketpair"), [2])).toBe(notPermitted);
    expect(ask(numberOf("personality"), [0])).toBe(verdict.allow);
    expect(ask(numberOf("personality"), [0xffff_ffff])).toBe(verdict.allow);
    expect(ask(numberOf("personality"), [0x0004_0000])).toBe(notPermitted);
    expect(ask(numberOf("ioctl"), [0, 0x5413])).toBe(verdict.allow); // the size of a window
    expect(ask(numberOf("ioctl"), [0, 0x5412])).toBe(notPermitted); // typing into it
    expect(ask(numberOf("openat"), [0, 0, 0o102])).toBe(verdict.allow);
    expect(ask(numberOf("openat"), [0, 0, 0o20200002])).toBe(notPermitted);
  });
});

const headers = {
  x64: ["/usr/include/x86_64-linux-gnu/asm/unistd_64.h", "/usr/include/asm/unistd_64.h"],
  arm64: ["/usr/include/asm-generic/unistd.h"],
} as const;

describe.each(["x64", "arm64"] as const)("the numbers for %s", (architecture) => {
  const header = headers[architecture].find((path) => existsSync(path));
  it.skipIf(header === undefined)("are those of this machine's headers", () => {
    const text = readFileSync(header ?? "", "utf8");
    const lines = text.matchAll(/^#define __NR(?:3264)?_(\w+)\s+(\d+)/gm);
    const known = new Map([...lines].map(([, name = "", number]) => [name, Number(number)]));
    const entries = tables.flatMap((table) => Object.entries(table));
    const ours = entries.flatMap(([name, call]) =>
      call[architecture] === undefined ? [] : [[name, call[architecture]] as const],
    );
    expect(ours.length).toBeGreaterThan(80);
    for (const [name, number] of ours)
      if (known.has(name)) expect([name, number]).toEqual([name, known.get(name)]);
  });
});
