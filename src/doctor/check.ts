/** One thing that was looked at. */
export interface Check {
  /** `Node.js`, `ffmpeg` … */
  readonly name: string;
  /** `missing`: nothing can be done without it. `warning`: something is left out or weaker. */
  readonly state: "ok" | "warning" | "missing";
  /** Version, path, level: what is there. */
  readonly found?: string;
  /** What it is good for, or what is wrong, for people. */
  readonly detail: string;
  /** What to do about it; absent when all is well. */
  readonly remedy?: string;
}

/** What a check finds out; its name is given where it is called. */
export type Finding = Omit<Check, "name">;
