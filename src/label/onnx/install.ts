import { dirname } from "node:path";
import { fileURLToPath } from "node:url";
import { MediaError } from "../../media/errors.ts";
import { findPackage, packageJsonOf, packagesFolder } from "../packages.ts";
import type { ChildFiles, RuntimeName } from "./protocol.ts";

/** What runs ONNX models here. */
export interface OnnxInstall {
  readonly runtime: ChildFiles["runtime"];
  /** The program of the child process. */
  readonly child: string;
  /** All files and folders that the child must read, besides the models. */
  readonly reads: readonly string[];
}

/** The quicker one first. */
const runtimes: readonly RuntimeName[] = ["onnxruntime-node", "onnxruntime-web"];

/** The release that this was tried with. */
const release = "1.30.0";

/** What to type where neither runtime is installed: the native one, and the one for all platforms. */
export const howToInstallOnnx = `npm install onnxruntime-node@${release}`;

/**
 * Finds a runtime for ONNX models: onnxruntime-node, else onnxruntime-web (WebAssembly, about four
 * times slower, for machines that the first has no binaries for).
 * @param only this one. Default: the quicker of those that are installed
 * @throws MediaError `engine_missing`: what to install
 */
export function findOnnx(only?: RuntimeName): OnnxInstall {
  for (const name of only === undefined ? runtimes : [only]) {
    const path = findPackage(name);
    if (path === undefined) continue;
    // The compiler does not rewrite this name: after a build it ends in .js, as this file does.
    const ending = import.meta.url.endsWith(".ts") ? "ts" : "js";
    const child = fileURLToPath(new URL(`./child.${ending}`, import.meta.url));
    // The child imports rules of the room, too.
    const room = dirname(dirname(child));
    const reads = [packagesFolder(path), room, ...packageJsonOf(room)];
    return { runtime: { name, path }, child, reads: [...new Set(reads)] };
  }
  throw new MediaError(
    "engine_missing",
    `labelling needs an optional package: ${howToInstallOnnx}`,
    {
      details: { missing: only === undefined ? runtimes : [only], install: howToInstallOnnx },
    },
  );
}
