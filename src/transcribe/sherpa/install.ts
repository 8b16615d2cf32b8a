import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { MediaError } from "../../media/errors.ts";

/** The release that this was written for and tried with. */
export const sherpaPackage = { name: "sherpa-onnx-node", version: "1.13.8" };

/** The package, found on this machine. */
export interface SherpaInstall {
  /** Its main file. */
  readonly package: string;
  readonly version: string;
  /** The child's own program text. */
  readonly child: string;
  /** All that the child has to read, besides models. */
  readonly reads: readonly string[];
}

const require = createRequire(import.meta.url);

/** The nearest package.json, by which node tells in which language a file is written. */
function packageJsonOf(dir: string): string[] {
  const path = join(dir, "package.json");
  if (existsSync(path)) return [path];
  return dirname(dir) === dir ? [] : packageJsonOf(dirname(dir));
}

/** The outermost folder of packages that a file lies in. */
function packagesFolder(file: string): string {
  const parts = file.split(sep);
  const outermost = parts.indexOf("node_modules");
  return outermost < 0 ? dirname(file) : parts.slice(0, outermost + 1).join(sep);
}

/** The package and the library for this platform beside it; where that lies elsewhere, all packages. */
function foldersOf(main: string): string[] {
  const platform = process.platform === "win32" ? "win" : process.platform;
  const library = join(dirname(main), "..", `sherpa-onnx-${platform}-${process.arch}`);
  return existsSync(library) ? [dirname(main), library] : [packagesFolder(main)];
}

/**
 * Finds the package; does not load it, for a library that is broken would take us along.
 * @throws MediaError `engine_missing`: what to install
 */
export function findSherpa(): SherpaInstall {
  const install = `npm install ${sherpaPackage.name}@${sherpaPackage.version}`;
  let main: string;
  let version: string;
  try {
    main = require.resolve(sherpaPackage.name);
    const described: { version?: unknown } = require(join(dirname(main), "package.json"));
    version = String(described.version);
  } catch (cause) {
    const message = `the speech engine sherpa needs an optional package: ${install}`;
    throw new MediaError("engine_missing", message, { cause, details: { install } });
  }
  // Not rewritten by the compiler: after a build it is .js, as this file is.
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fileURLToPath(new URL(`./child.${ending}`, import.meta.url));
  const room = dirname(dirname(child)); // it shares the room's own gate
  return {
    package: main,
    version,
    child,
    reads: [...foldersOf(main), room, ...packageJsonOf(room)],
  };
}
