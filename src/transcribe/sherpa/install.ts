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

/** The package with the library for this platform, which is installed beside it or below it. */
const libraryPackage = `sherpa-onnx-${process.platform === "win32" ? "win" : process.platform}-${process.arch}`;

/** The package and the library for this platform beside it; where that lies elsewhere, all packages. */
function foldersOf(main: string): string[] {
  const library = join(dirname(main), "..", libraryPackage);
  return existsSync(library) ? [dirname(main), library] : [packagesFolder(main)];
}

/**
 * Whether the library lies where the package looks for it. It is an optional package of its own, and
 * there is none for every platform. That it can be loaded as well only loading tells.
 */
export function hasLibrary(main: string): boolean {
  const folder = dirname(main);
  const name = "sherpa-onnx.node";
  return [
    join(folder, "..", libraryPackage, name),
    join(folder, "node_modules", libraryPackage, name),
    join(folder, name),
    join(folder, "..", "build", "Release", name),
  ].some((path) => existsSync(path));
}

let usesGlibc: boolean | undefined;

/** The library is built for glibc; where Linux has another, as Alpine does, it is installed all the same. */
function hasGlibc(): boolean {
  if (process.platform !== "linux") return true;
  if (usesGlibc === undefined) {
    const report: { excludeNetwork?: boolean; getReport(): object } = process.report;
    const { excludeNetwork = false } = report;
    report.excludeNetwork = true; // else it asks name servers
    const { header } = report.getReport() as { header?: { glibcVersionRuntime?: unknown } };
    report.excludeNetwork = excludeNetwork;
    usesGlibc = header?.glibcVersionRuntime !== undefined;
  }
  return usesGlibc;
}

const installCommand = `npm install ${sherpaPackage.name}@${sherpaPackage.version}`;

/** The package is here, but not what it needs, or not for this system. */
export function cannotLoad(version: string, cause?: unknown): MediaError {
  const stderr = cause instanceof MediaError ? cause.details["stderr"] : undefined;
  return new MediaError(
    "engine_missing",
    `the package of the speech engine sherpa, ${sherpaPackage.name} ${version}, cannot be loaded on this machine; reinstall it with its optional packages (${installCommand}), or set engines.speech to pocketsphinx`,
    { cause, details: { install: installCommand, ...(stderr === undefined ? {} : { stderr }) } },
  );
}

/**
 * Finds the package; does not load it, for a library that is broken would take us along.
 * @throws MediaError `engine_missing`: what to install, also when the library for this platform lacks
 */
export function findSherpa(): SherpaInstall {
  let main: string;
  let version: string;
  try {
    main = require.resolve(sherpaPackage.name);
    const described: { version?: unknown } = require(join(dirname(main), "package.json"));
    version = String(described.version);
  } catch (cause) {
    const message = `the speech engine sherpa needs an optional package: ${installCommand}`;
    throw new MediaError("engine_missing", message, {
      cause,
      details: { install: installCommand },
    });
  }
  if (!hasLibrary(main) || !hasGlibc()) throw cannotLoad(version);
  // Not rewritten by the compiler: after a build it is .js, as this file is.
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fileURLToPath(new URL(`./child.${ending}`, import.meta.url));
  const room = dirname(dirname(child)); // it shares the room's own gate
  const spacing = join(dirname(room), "media", `spacing.${ending}`);
  return {
    package: main,
    version,
    child,
    reads: [...foldersOf(main), room, spacing, ...packageJsonOf(room)],
  };
}
