import type { ChildProcess } from "node:child_process";

/** Ends what is left of the process group that a child leads; with bubblewrap all of its namespace goes with it. */
export function killGroup(child: ChildProcess): void {
  if (child.pid === undefined) return;
  try {
    process.kill(-child.pid, "SIGKILL");
  } catch {
    // It has gone already.
  }
}
