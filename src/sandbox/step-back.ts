import { writeFile } from "node:fs/promises";

/** What `nice` gives a child within its session, given to the session as a whole. */
const niceness = 10;
/** The kernel takes one such change in a tenth of a second from all who are not root. */
const pauseMs = 120;
const tries = 20;

/**
 * Lets a child that leads a session of its own step back behind everybody else. Where Linux groups
 * processes by session (its autogroups, on by default on most desktops and many servers), `nice` says
 * only who goes first within a session, and each session gets as much as any other: the service would
 * share the processor with each decoder as with an equal. Where there is no such file (other systems,
 * kernels without it), or the child has gone, there is nothing to do; a service manager's control
 * groups switch the grouping off.
 * @param isGone whether the child has ended: its number may be another's then
 */
export async function stepBack(pid: number, isGone: () => boolean): Promise<void> {
  for (let count = 0; count < tries && !isGone(); count += 1) {
    try {
      // oxlint-disable-next-line no-await-in-loop -- one try after another
      return await writeFile(`/proc/${pid}/autogroup`, String(niceness), { flag: "r+" });
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== "EAGAIN") return;
      // not to be waited for by who wants to end
      // oxlint-disable-next-line no-await-in-loop
      await new Promise((resolve) => setTimeout(resolve, pauseMs).unref());
    }
  }
}
