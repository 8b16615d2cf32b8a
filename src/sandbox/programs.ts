import { accessSync, constants, statSync } from "node:fs";
import { isAbsolute, join } from "node:path";

/** Where programs are looked for unless told otherwise: the usual folders of Linux and macOS. */
export const systemPath =
  "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin:/opt/homebrew/bin:/opt/local/bin";

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return statSync(path).isFile();
  } catch {
    return false;
  }
}

/** The absolute path of a program, by name on the search path or by its own absolute path; undefined when there is none. */
export function findProgram(command: string, searchPath: string): string | undefined {
  if (command.includes("/"))
    return isExecutable(command) && isAbsolute(command) ? command : undefined;
  const folders = searchPath.split(":").filter((folder) => isAbsolute(folder));
  return folders.map((folder) => join(folder, command)).find(isExecutable);
}
