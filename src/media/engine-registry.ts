import type { Begun } from "./engine.ts";
import { MediaError } from "./errors.ts";

/** What a room says about one of its engines. A registry is a list of these, the preferred first. */
export interface EngineEntry<E> {
  /** As configuration and options name it: `sherpa`. */
  readonly name: string;
  /** The ids that its engines have had, in this release or an earlier one. */
  readonly ids: RegExp;
  /** Why it cannot work here: what to install or to fetch. Undefined when it can work. */
  missing(): MediaError | undefined;
  /** The engine for new jobs. When something is missing, its `begin` throws what `missing` says. */
  best(): E;
  /** The engine with one of `ids`. @throws MediaError `model_missing` when its model is not here any more */
  named(id: string): E;
  /** Ends what runs between jobs. Work under way fails with `cancelled`. */
  close(): Promise<void>;
}

type Named = Pick<EngineEntry<unknown>, "name" | "missing">;

/**
 * The entry for new jobs: the one of that name; for `auto` the first that can work here, else the last,
 * whose jobs then fail and say what is missing.
 * @throws MediaError `invalid_config` when no entry has the name
 */
export function chooseEntry<Entry extends Named>(
  registry: readonly Entry[],
  wanted: string,
  canWork: (entry: Entry) => boolean = (entry) => entry.missing() === undefined,
): Entry {
  const chosen =
    wanted === "auto"
      ? (registry.find(canWork) ?? registry.at(-1))
      : registry.find(({ name }) => name === wanted);
  if (chosen !== undefined) return chosen;
  const names = registry.map(({ name }) => name).join(", ");
  throw new MediaError("invalid_config", `there is no engine ${wanted}; there are: ${names}`);
}

/**
 * The engine with an id, as a job's settings have it; undefined when no entry knows the id.
 * @throws MediaError `model_missing` when its model is not here any more
 */
export function engineNamed<E>(registry: readonly EngineEntry<E>[], id: unknown): E | undefined {
  if (typeof id !== "string") return undefined;
  return registry.find(({ ids }) => ids.test(id))?.named(id);
}

/** Takes the place of an engine that is wanted and not here: its jobs fail, and say what to do. */
export function unavailableEngine(
  id: string,
  why: () => MediaError,
): { readonly id: string; begin(): Promise<Begun<never>> } {
  return {
    id,
    async begin() {
      throw why();
    },
  };
}
