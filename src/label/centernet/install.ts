import { accessSync, existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { MediaError } from "../../media/errors.ts";
import type { ChildFiles } from "./protocol.ts";

/** What it takes to run CenterNet, found on this machine. */
export interface CenternetInstall {
  readonly files: ChildFiles;
  /** The child's own program text. */
  readonly child: string;
  /** All that the child has to read. */
  readonly reads: readonly string[];
}

const packages = {
  core: "@tensorflow/tfjs-core",
  converter: "@tensorflow/tfjs-converter",
  cpu: "@tensorflow/tfjs-backend-cpu",
  wasm: "@tensorflow/tfjs-backend-wasm",
} as const;

/** The release of tfjs that this was tried with, and of the package that carries the model. */
const tfjsVersion = "4.22.0";
export const modelPackage = { name: "@vladmandic/human", version: "3.3.6" };

const require = createRequire(import.meta.url);

function isInstalled(name: string): boolean {
  try {
    return require.resolve(name) !== "";
  } catch {
    return false;
  }
}

/** @throws MediaError `engine_missing` */
function findPackages(): Omit<ChildFiles, "model"> {
  const missing: string[] = [];
  const find = (name: string): string => {
    if (isInstalled(name)) return require.resolve(name);
    missing.push(name);
    return "";
  };
  const { core, converter, cpu, wasm } = packages;
  const found = { core: find(core), converter: find(converter), cpu: find(cpu), wasm: find(wasm) };
  if (missing.length === 0) return found;
  const wanted = missing.map((name) => `${name}@${tfjsVersion}`);
  // Both in one go, rather than this error first and model_missing after it.
  if (!isInstalled(modelPackage.name)) wanted.push(`${modelPackage.name}@${modelPackage.version}`);
  const install = `npm install ${wanted.join(" ")}`;
  throw new MediaError("engine_missing", `labelling needs optional packages: ${install}`, {
    details: { missing, install },
  });
}

/** @throws MediaError `model_missing` */
function findModel(modelDir: string | undefined): string {
  const { name, version } = modelPackage;
  try {
    const dir = modelDir ?? join(dirname(require.resolve(name)), "..", "models");
    for (const ending of ["json", "bin"]) accessSync(join(dir, `centernet.${ending}`));
    return join(dir, "centernet.json");
  } catch (cause) {
    const remedy =
      modelDir === undefined ? `npm install ${name}@${version}` : `look in ${modelDir}`;
    const message = `labelling needs the model centernet.json and centernet.bin: ${remedy}`;
    throw new MediaError("model_missing", message, { cause, details: { name, version } });
  }
}

/** The outermost folder of packages that a file lies in: its dependencies are found below it. */
function packagesFolder(file: string): string {
  const parts = file.split(sep);
  const outermost = parts.indexOf("node_modules");
  return outermost < 0 ? dirname(file) : parts.slice(0, outermost + 1).join(sep);
}

/** The nearest package.json, by which node tells in which language a file is written. */
function packageJsonOf(dir: string): string[] {
  const path = join(dir, "package.json");
  if (existsSync(path)) return [path];
  return dirname(dir) === dir ? [] : packageJsonOf(dirname(dir));
}

/**
 * Finds tfjs and the model.
 * @param modelDir folder with centernet.json and centernet.bin; default: the package's own
 * @throws MediaError `engine_missing`, `model_missing`: what to install
 */
export function findCenternet(modelDir?: string): CenternetInstall {
  const found = findPackages();
  const files = { ...found, model: findModel(modelDir) };
  // Not rewritten by the compiler: after a build it is .js, as this file is.
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fileURLToPath(new URL(`./child.${ending}`, import.meta.url));
  const folders = [
    ...Object.values(found).map(packagesFolder),
    dirname(files.model),
    dirname(child),
  ];
  return { files, child, reads: [...new Set([...folders, ...packageJsonOf(dirname(child))])] };
}
