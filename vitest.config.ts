import { tmpdir } from "node:os";
import { join } from "node:path";
import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["src/**/*.test.ts", "test/**/*.test.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    pool: "forks",
    // Tests say which models there are; what this user has pulled changes nothing.
    env: { DAILIES_MODELS_DIR: join(tmpdir(), "dailies-no-models") },
    maxWorkers: 2,
  },
});
