import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";

const require = createRequire(import.meta.url);

/** Where an optional package's main file is; undefined when it is not installed. */
export function findPackage(name: string): string | undefined {
  try {
    return require.resolve(name);
  } catch {
    return undefined;
  }
}

/** The outermost node_modules folder around a file: its dependencies are below it. */
export function packagesFolder(file: string): string {
  const parts = file.split(sep);
  const outermost = parts.indexOf("node_modules");
  return outermost < 0 ? dirname(file) : parts.slice(0, outermost + 1).join(sep);
}

/** The nearest package.json, by which node decides how to read a module. */
export function packageJsonOf(dir: string): string[] {
  const path = join(dir, "package.json");
  if (existsSync(path)) return [path];
  return dirname(dir) === dir ? [] : packageJsonOf(dirname(dir));
}
