import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { newSession } from "../media/ids.ts";
import type { Sessions } from "./sessions.ts";

/** One library that several sessions of this process share. */
export interface SharedLibrary {
  /** The library as this session sees it. */
  readonly as: (session: string) => Sessions;
  /** Makes it look as if a session's process had been silent, on a machine that is not seen, for so long. */
  readonly silence: (session: string, ms: number) => void;
  readonly close: () => void;
}

/** What every `Sessions` must do. */
export function sessionsContract(name: string, open: () => SharedLibrary): void {
  describe(`sessions: ${name}`, () => {
    let library: SharedLibrary;
    const [one, other] = [newSession(), newSession()];
    beforeEach(() => void (library = open()));
    afterEach(() => library.close());

    it("are seen by the others from when they enter until they leave", async () => {
      expect(library.as(other).living()).toEqual(new Set());
      await library.as(one).enter();
      await library.as(one).enter(); // twice is once
      await library.as(other).enter();
      expect(library.as(other).living()).toEqual(new Set([one, other]));
      await library.as(one).leave();
      await library.as(one).leave();
      expect(library.as(other).living()).toEqual(new Set([other]));
    });

    it("that are disowned count as dead, though their process lives", async () => {
      await library.as(one).enter();
      await library.as(other).enter();
      library.as(one).disown();
      expect(library.as(other).living()).toEqual(new Set([other]));
    });

    it("that nobody knows any more can be entered as dead ones, and only those", async () => {
      await library.as(one).enter();
      const unknown = newSession();
      expect(await library.as(one).enterAsDead([one, unknown])).toEqual([unknown]);
      expect(await library.as(one).enterAsDead([one, unknown])).toEqual([]);
      expect(library.as(one).living()).toEqual(new Set([one]));
    });

    it("on a machine that is not seen live as long as their lease", async () => {
      await library.as(one).enter();
      library.silence(one, 10_000);
      expect(library.as(other).living()).toEqual(new Set([one]));
      library.silence(one, 120_000);
      expect(library.as(other).living()).toEqual(new Set());
    });

    it("are kept until that ends, also when nobody closes anything", async () => {
      await library.as(one).enter();
      const stop = library.as(one).keep();
      stop();
      stop();
      expect(library.as(other).living()).toEqual(new Set([one]));
    });
  });
}
