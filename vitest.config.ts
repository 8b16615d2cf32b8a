import { mkdirSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

// The many processes that the tests start find their code compiled: a command of 0.4 s takes 0.1 s.
const compiled = fileURLToPath(new URL("node_modules/.cache/dailies-tests", import.meta.url));
mkdirSync(compiled, { recursive: true });

/** Rooms of pure rules: nothing outlives a file of theirs, so they share a process, which saves each its start. */
const pure = ["media", "captions", "cli", "batch", "access"].map(
  (room) => `src/${room}/**/*.test.ts`,
);

export default defineConfig({
  test: {
    projects: [
      { extends: true, test: { name: "pure", include: pure, isolate: false } },
      {
        extends: true,
        test: { name: "parts", include: ["src/**/*.test.ts", "test/**/*.test.ts"], exclude: pure },
      },
    ],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    env: {
      // Tests say which models there are; what this user has pulled changes nothing.
      DAILIES_MODELS_DIR: join(tmpdir(), "dailies-no-models"),
      NODE_COMPILE_CACHE: compiled,
    },
    // One more than the least machine has cores: files that wait leave room for one that works.
    maxWorkers: 3,
  },
});
