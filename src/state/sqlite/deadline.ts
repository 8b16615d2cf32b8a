import type { DatabaseSync } from "node:sqlite";
import { MediaError } from "../../media/errors.ts";

/**
 * Gives a connection the SQL function `in_time(ends_at)`: nothing else ends a statement that takes too long. It is 1, and
 * after `ends_at`, a time of `performance.now()`, the statement that calls it fails with MediaError `request_timeout`.
 */
export function addDeadlines(database: DatabaseSync): void {
  database.function("in_time", (endsAt) => {
    if (performance.now() < Number(endsAt)) return 1;
    throw new MediaError("request_timeout", "the search took too long", {
      remedy: "Search for fewer words, or for rarer ones.",
    });
  });
}
