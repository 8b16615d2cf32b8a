import type { Logger } from "../log/log.ts";
import type { WatchEvent } from "./watched.ts";

/** Says what a watched folder has to say as lines of the log. */
export function logWatch(log: Logger): (event: WatchEvent) => void {
  return (event) => {
    switch (event.type) {
      case "taken":
        return log.info({ media: event.name, path: event.path, change: event.change }, "taken in");
      case "removed":
        return log.info({ media: event.name, path: event.path }, "removed with its file");
      case "refused": {
        const { path, error } = event;
        return log.warn({ path, code: error.code, remedy: error.remedy }, error.message);
      }
      case "watching":
        return log.info({ folder: event.folder }, "watching");
      case "away":
        return log.warn(
          { folder: event.folder },
          "the watched folder is not there, or another is in its place: nothing is removed for that, what is in it is taken in",
        );
    }
  };
}
