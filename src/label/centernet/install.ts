import { accessSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { MediaError } from "../../media/errors.ts";
import { findPackage, packageJsonOf, packagesFolder } from "../packages.ts";
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
  // Both in one go, rather than this error first and model_missing after it.
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
