import { assemble, give, ifAnyBit, ifAtLeast, ifEqual, load, verdict, word } from "./bpf.ts";
import type { Instruction } from "./bpf.ts";
import {
  absentCalls,
  examinedCalls,
  forkingCalls,
  lastKnownCall,
  refusedCalls,
} from "./system-calls.ts";
import type { Architecture, SystemCall } from "./system-calls.ts";

const notPermitted = verdict.fail(1); // EPERM
const noSuchCall = verdict.fail(38); // ENOSYS

/** AUDIT_ARCH_X86_64 and AUDIT_ARCH_AARCH64. */
const auditName: Record<Architecture, number> = { x64: 0xc000_003e, arm64: 0xc000_00b7 };

/** The calls of x32, a second table on x86-64 kernels that would go around this one. */
const x32Bit = 0x4000_0000;

/** CLONE_NEWNS, NEWCGROUP, NEWUTS, NEWIPC, NEWUSER, NEWPID and NEWNET. */
const newNamespace = 0x7e02_0000;
const cloneThread = 0x0001_0000;
const familyUnix = 1;
/** What `personality` is given to be asked only. */
const askOnly = 0xffff_ffff;
/** TIOCSTI, TIOCLINUX, TIOCCONS and TIOCSETD: typing into a terminal, and taking it over. */
const terminalRequests = [0x5412, 0x541c, 0x541d, 0x5423];
/** `__O_TMPFILE`: a file without a name. */
const withoutName = 0x0040_0000;

/** Every call of a table gets this verdict. */
function answer(
  table: Readonly<Record<string, SystemCall>>,
  architecture: Architecture,
  given: number,
): Instruction[] {
  const numbers = Object.values(table).flatMap((call) => call[architecture] ?? []);
  return numbers.flatMap((number) => [ifEqual(number, 0, 1), give(given)]);
}

/** For one call, a program of its own that ends with a verdict. */
function examine(number: number | undefined, program: readonly Instruction[]): Instruction[] {
  return number === undefined ? [] : [ifEqual(number, 0, program.length), ...program];
}

/** Allows the call when its argument is one of these. */
function onlyWith(argument: number, values: readonly number[]): Instruction[] {
  const tests = values.flatMap((value) => [ifEqual(value, 0, 1), give(verdict.allow)]);
  return [load(word.argument(argument)), ...tests, give(notPermitted)];
}

function neverWithBits(argument: number, bits: number): Instruction[] {
  return [
    load(word.argument(argument)),
    ifAnyBit(bits, 0, 1),
    give(notPermitted),
    give(verdict.allow),
  ];
}

function examineClone(mayFork: boolean): Instruction[] {
  const asThread = [ifAnyBit(cloneThread, 1, 0), give(notPermitted)];
  return [
    load(word.argument(0)),
    ifAnyBit(newNamespace, 0, 1),
    give(notPermitted),
    ...(mayFork ? [] : asThread),
    give(verdict.allow),
  ];
}

function examineIoctl(): Instruction[] {
  const tests = terminalRequests.flatMap((request) => [ifEqual(request, 0, 1), give(notPermitted)]);
  return [load(word.argument(1)), ...tests, give(verdict.allow)];
}

/**
 * The filter of system calls for a decoder, as bubblewrap's `--seccomp` and the kernel take it.
 * It names what is refused (with EPERM), and answers what is newer than it with ENOSYS, as an older
 * kernel would. A call of another architecture ends the process.
 * @param mayFork whether the program may start other processes; threads it always may
 */
export function seccompFilter(
  architecture: Architecture,
  { mayFork }: { readonly mayFork: boolean },
): Uint8Array {
  const { clone, socketpair, personality, ioctl, open, openat }: Record<string, SystemCall> =
    examinedCalls;
  return assemble([
    load(word.architecture),
    ifEqual(auditName[architecture], 1, 0),
    give(verdict.killProcess),
    load(word.number),
    ...(architecture === "x64" ? [ifAtLeast(x32Bit, 0, 1), give(verdict.killProcess)] : []),
    ifAtLeast(lastKnownCall + 1, 0, 1),
    give(noSuchCall),
    ...examine(clone?.[architecture], examineClone(mayFork)),
    ...examine(openat?.[architecture], neverWithBits(2, withoutName)),
    ...examine(open?.[architecture], neverWithBits(1, withoutName)),
    ...examine(ioctl?.[architecture], examineIoctl()),
    ...examine(socketpair?.[architecture], onlyWith(0, [familyUnix])),
    ...examine(personality?.[architecture], onlyWith(0, [0, askOnly])),
    ...(mayFork ? [] : answer(forkingCalls, architecture, notPermitted)),
    ...answer(absentCalls, architecture, noSuchCall),
    ...answer(refusedCalls, architecture, notPermitted),
    give(verdict.allow),
  ]);
}

/** The filter for this process's architecture; undefined where its system calls are not known here. */
export function seccompFilterHere(options: { readonly mayFork: boolean }): Uint8Array | undefined {
  const { arch } = process;
  return arch === "x64" || arch === "arm64" ? seccompFilter(arch, options) : undefined;
}
