// Builds dist/ for the package: JavaScript and types from src/, the page, and the SQL migrations.
import { execFileSync } from "node:child_process";
import { cpSync, rmSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../", import.meta.url));
rmSync(`${root}dist`, { recursive: true, force: true });
execFileSync(`${root}node_modules/.bin/tsc`, ["-p", `${root}tsconfig.build.json`], {
  stdio: "inherit",
});
await import("./build-page.ts");
cpSync(`${root}src/state/sqlite/migrations`, `${root}dist/state/sqlite/migrations`, {
  recursive: true,
});
