import type { Config } from "../config/config.ts";
import type { LocalLibrary } from "../local/library.ts";
import { createOutput, type Output } from "./output.ts";

/** The options that every command takes. */
export interface GlobalOptions {
  readonly dataDir?: string;
  readonly json?: boolean;
  readonly jsonl?: boolean;
  readonly quiet?: boolean;
  readonly verbose?: boolean;
  readonly color: boolean;
}

/** The context of every command. */
export interface Context {
  readonly output: Output;
  readonly config: Config;
  /**
   * Opens the library, and closes it when `use` is done. Only commands that accept media files create one:
   * a mistyped --data-dir is an error, not an empty library.
   * @throws MediaError `no_library` when there is none, without `create`
   */
  readonly withDailies: <T>(
    use: (dailies: LocalLibrary) => Promise<T>,
    options?: { readonly create: boolean },
  ) => Promise<T>;
}

export function outputFor(options: GlobalOptions): Output {
  return createOutput({
    mode: options.jsonl ? "jsonl" : options.json ? "json" : "human",
    quiet: options.quiet ?? false,
    color: options.color,
    stdout: process.stdout,
    stderr: process.stderr,
  });
}

/** @throws MediaError `invalid_config` */
export async function createContext(options: GlobalOptions): Promise<Context> {
  const { readConfig } = await import("../config/config.ts");
  const config = readConfig(options.dataDir === undefined ? {} : { dataDir: options.dataDir });
  const output = outputFor(options);
  return {
    output,
    config,
    withDailies: async (use, { create } = { create: false }) => {
      const { openDailies } = await import("../runtime/local.ts");
      const dailies = await openDailies(config, { create, tell: output.note });
      try {
        return await use(dailies);
      } finally {
        await dailies.close();
      }
    },
  };
}
