/**
 * A small assembler for the kernel's classic BPF programs, as seccomp runs them: each looks at one
 * system call (its number, architecture and arguments) and returns what is to become of it.
 */

/** One instruction: operation, steps to skip when true, steps to skip when false, operand. */
export type Instruction = readonly [code: number, jumpTrue: number, jumpFalse: number, k: number];

/** Loads a 32-bit word of the call's description. */
export const load = (offset: number): Instruction => [0x20, 0, 0, offset];
/** Compares the loaded word with a figure. */
export const ifEqual = (k: number, jumpTrue: number, jumpFalse: number): Instruction => [
  0x15,
  jumpTrue,
  jumpFalse,
  k,
];
/** Whether the loaded word is at least this, unsigned. */
export const ifAtLeast = (k: number, jumpTrue: number, jumpFalse: number): Instruction => [
  0x35,
  jumpTrue,
  jumpFalse,
  k,
];
/** Whether the loaded word has any of these bits. */
export const ifAnyBit = (k: number, jumpTrue: number, jumpFalse: number): Instruction => [
  0x45,
  jumpTrue,
  jumpFalse,
  k,
];
/** Ends the program with a verdict. */
export const give = (verdict: number): Instruction => [0x06, 0, 0, verdict];

/** Where the words lie in `struct seccomp_data`; arguments are 64 bits, of which this is the low half. */
export const word = {
  number: 0,
  architecture: 4,
  /** Little-endian machines alone, as x86-64 and arm64 are. */
  argument: (index: number): number => 16 + 8 * index,
} as const;

/** What may become of a system call. */
export const verdict = {
  allow: 0x7fff_0000,
  killProcess: 0x8000_0000,
  /** It fails with this error number. */
  fail: (errno: number): number => 0x0005_0000 + errno,
} as const;

/** The program as the kernel reads it: 8 bytes an instruction, little-endian. */
export function assemble(program: readonly Instruction[]): Uint8Array {
  const bytes = Buffer.alloc(program.length * 8);
  for (const [index, [code, jumpTrue, jumpFalse, k]] of program.entries()) {
    bytes.writeUInt16LE(code, index * 8);
    bytes.writeUInt8(jumpTrue, index * 8 + 2);
    bytes.writeUInt8(jumpFalse, index * 8 + 3);
    bytes.writeUInt32LE(k, index * 8 + 4);
  }
  return bytes;
}
