import type { Rule } from "../test/conformance/ask.ts";
import { httpRules } from "../test/conformance/http.table.ts";
import { tusRules } from "../test/conformance/tus.table.ts";

/** The pages that say what this server does about each sentence of a specification, made from the tests. */

const cell = (text: string): string => text.replaceAll("|", String.raw`\|`);

function page(title: string, introduction: string, rules: readonly Rule[]): string {
  const rows = rules.map(
    ({ section, says, does }) => `| ${cell(section)} | ${cell(says)} | ${cell(does)} |`,
  );
  return [
    `# ${title}`,
    "",
    introduction,
    "",
    `Each row is a test (\`test/conformance\`); \`npm run conformance\` writes this page from the tests, and`,
    "`npm run docs` fails when the two differ.",
    "",
    "| section | the specification | this server |",
    "|---|---|---|",
    ...rows,
    "",
  ].join("\n");
}

export const conformancePages: Readonly<Record<string, string>> = {
  "docs/http.md": page(
    "HTTP, sentence by sentence",
    "What [RFC 9110](https://www.rfc-editor.org/rfc/rfc9110) and the specifications around it ask of a server " +
      "that offers\nwhat this one does: objects, conditions, ranges, digests. [api.md](api.md) describes the interface.",
    httpRules,
  ),
  "docs/tus.md": page(
    "tus, sentence by sentence",
    "What [tus 1.0.0](https://tus.io/protocols/resumable-upload) asks of a server, for the core and for the " +
      "extensions that\n`/v1/uploads` offers. [api.md](api.md#uploads) says how to use it.",
    tusRules,
  ),
};
