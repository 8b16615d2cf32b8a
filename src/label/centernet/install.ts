import { accessSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MediaError } from "../../media/errors.ts";
import { findPackage, packageJsonOf, packagesFolder } from "../packages.ts";
import type { ChildFiles } from "./protocol.ts";

/** What CenterNet needs, as found on this machine. */
export interface CenternetInstall {
  readonly files: ChildFiles;
  /** The program of the child process. */
  readonly child: string;
  /** All files and folders that the child must read. */
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

/** @throws MediaError `engine_missing` */
function findPackages(): Omit<ChildFiles, "model"> {
  const missing: string[] = [];
  const find = (name: string): string => {
    const path = findPackage(name);
    if (path === undefined) missing.push(name);
    return path ?? "";
  };
  const { core, converter, cpu, wasm } = packages;
  const found = { core: find(core), converter: find(converter), cpu: find(cpu), wasm: find(wasm) };
  if (missing.length === 0) return found;
  const wanted = missing.map((name) => `${name}@${tfjsVersion}`);
  // One error for both, rather than model_missing after this one.
  if (findPackage(modelPackage.name) === undefined)
    wanted.push(`${modelPackage.name}@${modelPackage.version}`);
  const install = `npm install ${wanted.join(" ")}`;
  throw new MediaError("engine_missing", `labelling needs optional packages: ${install}`, {
    details: { missing, install },
  });
}

/** @throws MediaError `model_missing` */
function findModel(modelDir: string | undefined): string {
  const { name, version } = modelPackage;
  try {
    const dir = modelDir ?? join(dirname(findPackage(name) ?? ""), "..", "models");
    for (const ending of ["json", "bin"]) accessSync(join(dir, `centernet.${ending}`));
    return join(dir, "centernet.json");
  } catch (cause) {
    const remedy =
      modelDir === undefined ? `npm install ${name}@${version}` : `look in ${modelDir}`;
    const message = `labelling needs the model centernet.json and centernet.bin: ${remedy}`;
    throw new MediaError("model_missing", message, { cause, details: { name, version } });
  }
}

/**
 * Finds tfjs and the model.
 * @param modelDir folder with centernet.json and centernet.bin; default: the package's own
 * @throws MediaError `engine_missing`, `model_missing`: what to install
 */
export function findCenternet(modelDir?: string): CenternetInstall {
  const found = findPackages();
  const files = { ...found, model: findModel(modelDir) };
  // The compiler does not rewrite this name: after a build it ends in .js, as this file does.
  const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
  const child = fileURLToPath(new URL(`./child.${ending}`, import.meta.url));
  const folders = [
    ...Object.values(found).map(packagesFolder),
    dirname(files.model),
    dirname(child),
  ];
  return { files, child, reads: [...new Set([...folders, ...packageJsonOf(dirname(child))])] };
}
