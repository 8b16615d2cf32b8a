import type { MediaError } from "../../../media/errors.ts";
import { nextOwner } from "../../../queue/owner-turns.ts";
import type { SlowReads } from "./slow-reads.ts";

/** What a reader thread is asked. */
export interface Question {
  readonly method: keyof SlowReads;
  readonly argument: unknown;
}

/** A question that waits for a thread, or is with one. */
export interface Asked {
  readonly question: Question;
  readonly resolve: (result: unknown) => void;
  readonly reject: (error: MediaError) => void;
}

export const isSearch = ({ question }: Asked): boolean => question.method === "search";

/** Who asks; for what asks for all owners together, undefined. */
function ownerOf({ question: { argument } }: Asked): string | undefined {
  const given = typeof argument === "object" && argument !== null && "owner" in argument;
  return given && typeof argument.owner === "string" ? argument.owner : undefined;
}

/** What waits for a reader thread. */
export interface ReaderLine {
  push(asked: Asked): void;
  /** Takes out what comes next, given what the threads are at; undefined when that must wait. */
  take(busy: readonly Asked[]): Asked | undefined;
  /** Takes out everything. */
  drain(): Asked[];
}

/**
 * Lists do not wait for searches: one of several threads is kept free of them. Searches of several owners
 * take turns.
 */
export function createReaderLine(threads: number): ReaderLine {
  const line: Asked[] = [];
  /** When a search of each owner was last begun; of those that wait or search now. */
  const searchedAt = new Map<string | undefined, number>();

  /** Of the searches that wait, the first of the owner whose turn it is. */
  function nextSearch(busy: readonly Asked[]): Asked | undefined {
    const waiting = [...new Set(line.filter(isSearch).map(ownerOf))];
    const running = busy.filter(isSearch).map(ownerOf);
    const owners = waiting.map((owner) => {
      const lastServedAt = searchedAt.get(owner);
      const count = running.filter((one) => one === owner).length;
      return { owner, running: count, ...(lastServedAt !== undefined && { lastServedAt }) };
    });
    const owner = nextOwner(owners);
    for (const one of searchedAt.keys())
      if (!waiting.includes(one) && !running.includes(one)) searchedAt.delete(one);
    searchedAt.set(owner, performance.now());
    return line.find((asked) => isSearch(asked) && ownerOf(asked) === owner);
  }

  return {
    push: (asked) => void line.push(asked),
    take(busy) {
      const full = busy.filter(isSearch).length >= Math.max(1, threads - 1);
      const first = full ? line.find((asked) => !isSearch(asked)) : line[0];
      const asked = first !== undefined && isSearch(first) ? nextSearch(busy) : first;
      if (asked !== undefined) line.splice(line.indexOf(asked), 1);
      return asked;
    },
    drain: () => line.splice(0),
  };
}
