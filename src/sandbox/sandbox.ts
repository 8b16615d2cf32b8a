import type { Readable, Writable } from "node:stream";

/** What a child may use up. Hitting one ends it with the code named. */
export interface ProcessLimits {
  /** Wall time. `limit_time` */
  readonly wallMs: number;
  /** Processor time over all its threads, rounded up. `limit_time` */
  readonly cpuSeconds: number;
  /** Address space; without effect where `residentBytes` is given. `limit_memory` */
  readonly memoryBytes: number;
  /**
   * Memory that it and its children really use (private and shared pages, not files that are mapped), looked
   * at four times a second. For runtimes that reserve far more address space than they use. Where the
   * system does not tell (no /proc), nothing is limited. `limit_memory`
   */
  readonly residentBytes?: number;
  /** The largest file that it may write, and the most that its folders may hold. `limit_size` */
  readonly fileSizeBytes: number;
}

/** A program to run on bytes that nobody vouches for. */
export interface SandboxedCommand {
  /** Name on the PATH, or a path. */
  readonly command: string;
  /** Handed over as they are; no shell ever reads them. */
  readonly args: readonly string[];
  /** Files and folders that it may read, besides the system's own. Absolute. */
  readonly reads: readonly string[];
  /** Folders that it may write to. Absolute; the first is its working folder and TMPDIR. */
  readonly writes: readonly string[];
  readonly limits: ProcessLimits;
  readonly signal: AbortSignal;
  /** All of its environment, besides PATH, HOME, LANG and a TMPDIR. */
  readonly env?: Readonly<Record<string, string>>;
  /**
   * Whether it may start other processes, as a shell does. Default: no; threads it always may. It holds
   * where system calls are filtered.
   */
  readonly mayFork?: boolean;
  /** Default: it gets no input. */
  readonly stdin?: "ignore" | "pipe";
  /** `background`: it gives way to everything else on the machine (nice 10). Default: `normal`. */
  readonly priority?: "normal" | "background";
}

/** How a child ended by itself. */
export interface Exit {
  readonly exitCode: number;
  /** The last 16 KiB that it wrote to stderr. */
  readonly stderr: string;
}

/** A running child. The caller that spawned it reads `stdout` to its end, or destroys it. */
export interface SandboxedProcess {
  /** Absent when it could not be started. */
  readonly pid?: number;
  /** Fails with the error of `exited` when a limit, the signal or `kill` ended the child. */
  readonly stdout: Readable;
  /** Only with `stdin: "pipe"`. A child that stops reading is no error here; `exited` tells. */
  readonly stdin?: Writable;
  /** Calls back for each line of stderr, from now on. Lines are cut at 4,096 characters. */
  onStderrLine(listener: (line: string) => void): void;
  /** Ends the child and all that it started. `exited` then fails with `cancelled`. */
  kill(): void;
  /**
   * Settles when the child, its pipes and what it started are gone (at the latest 2 s after it was
   * killed); may be left unawaited.
   * @throws MediaError `cancelled` after the signal or `kill`, `limit_*` after a limit,
   * `engine_missing` when there is no such program, `engine_failed` when a signal ended it,
   * `storage_failed` when a file that it was to read is not there.
   */
  readonly exited: Promise<Exit>;
}

/** How far a child is shut in: all of it; what the kernel gives without bubblewrap; the limits alone. */
export type SandboxLevel = "bubblewrap" | "kernel" | "limits";

export interface Sandbox {
  readonly level: SandboxLevel;
  /** Whether system calls are filtered: only at `bubblewrap`, on x86-64 and arm64. */
  readonly filtersCalls: boolean;
  /** Whether a child of ours, when we are root, runs as another user of the kernel's than 0. */
  readonly dropsRoot: boolean;
  /** Whether a child reaches no network. */
  readonly cutsNetwork: boolean;
  /** What is not given here, for people; empty at `bubblewrap` where everything works. */
  readonly lacks: readonly string[];
  /** Never throws: what goes wrong is in `exited`. From the main thread only. */
  spawn(command: SandboxedCommand): SandboxedProcess;
}
