import { layerRules } from "./scripts/layer-rules.ts";

/** What the linter holds: the layers (scripts/layer-rules.ts), sizes, and the rules below. */
export default {
  plugins: ["typescript", "import", "unicorn", "oxc", "vitest"],
  categories: { correctness: "error", suspicious: "error", perf: "warn" },
  env: { node: true },
  options: { typeAware: true },
  ignorePatterns: ["dist", "node_modules", "coverage"],
  rules: {
    "no-await-in-loop": "off",
    "no-underscore-dangle": "off",
    "unicorn/no-array-sort": "off",
    "typescript/no-explicit-any": "error",
    "typescript/no-floating-promises": "error",
    "typescript/consistent-type-imports": "error",
    "typescript/switch-exhaustiveness-check": "error",
    "import/no-cycle": "error",
    "no-restricted-properties": [
      "error",
      {
        object: "process",
        property: "env",
        message: "Only src/config/config.ts reads the environment.",
      },
    ],
    "typescript/no-unsafe-type-assertion": "off",
    "typescript/require-array-sort-compare": "off",
    "import/no-named-as-default-member": "off",
    "unicorn/consistent-function-scoping": "off",
    "typescript/consistent-return": "off",
    "vitest/no-conditional-expect": "off",
    "vitest/valid-title": "off",
    "vitest/valid-expect": "off",
    "vitest/require-to-throw-message": "off",
    "vitest/valid-describe-callback": "off",
    "vitest/no-conditional-tests": "off",
    "typescript/no-unnecessary-type-parameters": "off",
    "unicorn/prefer-set-has": "off",
    "oxc/no-map-spread": "off",
    "vitest/no-standalone-expect": "off",
    "typescript/no-misused-spread": "off",
  },
  overrides: [
    ...layerRules,
    {
      files: ["src/**/*.{ts,tsx}"],
      rules: {
        "max-lines": ["error", { max: 250 }],
        "max-lines-per-function": ["error", { max: 80 }],
        "import/no-cycle": ["error", { ignoreTypes: false }],
      },
    },
    // One table of Huffman codes and blocks, read top to bottom.
    { files: ["src/models/bunzip2.ts"], rules: { "max-lines": "off" } },
    // The page sees the types of the API's answers, and no other room.
    {
      files: ["src/web/**"],
      env: { node: false, browser: true },
      rules: {
        "no-restricted-imports": [
          "error",
          {
            paths: [
              {
                name: "../api/types.ts",
                allowTypeImports: true,
                message: "web/ sees types of the API's answers, no values.",
              },
            ],
            patterns: [
              {
                group: ["../*/**", "../*.ts", "!../api/types.ts", "node:*"],
                message: "web/ sees the types of the API's answers, and no other room.",
              },
            ],
          },
        ],
      },
    },
    {
      files: ["src/web/main.tsx"],
      rules: { "import/no-unassigned-import": ["error", { allow: ["**/*.css"] }] },
    },
    { files: ["src/web/vite.config.ts"], rules: { "no-restricted-imports": "off" } },
    // SQLite serves as the lock of a folder that several processes share.
    { files: ["src/models/lock.ts"], rules: { "no-restricted-imports": "off" } },
    {
      files: ["**/*.test.ts", "**/*.contract.ts", "**/*.fixture.ts"],
      rules: {
        "no-restricted-imports": "off",
        "max-lines": "off",
        "max-lines-per-function": "off",
      },
    },
    {
      files: ["src/config/config.ts", "test/**", "scripts/**", "**/*.test.ts", "vitest.config.ts"],
      rules: { "no-restricted-properties": "off" },
    },
    {
      files: [
        "test/support/installed-models.ts",
        "test/support/shared-media.ts",
        "test/support/shared-models.ts",
      ],
      rules: { "vitest/no-disabled-tests": "off" },
    },
  ],
};
