import { type Command } from "commander";
import { examples, type Go } from "./command.ts";

/** What is said of a model that Dailies does not know. */
export interface OwnOptions {
  readonly task?: string;
  readonly kind?: string;
  readonly languages?: readonly string[];
}

const splitCodes = (value: string): readonly string[] =>
  value.split(",").map((code) => code.trim());

const modelExamples = (...lines: readonly string[]): string =>
  examples(...lines.map((line) => `models ${line}`));

const setsHelp =
  "\nSets: speech-small (English: Moonshine), speech-world (99 languages: Whisper base), speech (the best in" +
  "\n25 languages: Parakeet), each with voice detection; speakers, languages, labels (the small pair)." +
  "\nA model whose publisher cannot be reached comes through the package index that pip is set to, if its" +
  "\nmakers publish it there; it is checked against a known hash, and nothing of the package is run." +
  "\nModels lie in $DAILIES_MODELS_DIR, else modelsDir of config.json, else this user's data folder;" +
  "\n$DAILIES_MODELS_MIRROR, else modelsMirror, is a folder on the network to fetch them from." +
  "\nBehind a proxy, set HTTPS_PROXY and NODE_USE_ENV_PROXY=1.";

/** `dailies models …`: the commands for the models of better engines. */
export function addModels(program: Command, go: Go): void {
  const models = program
    .command("models")
    .description("fetch, check and remove models for better engines");
  models
    .command("list", { isDefault: true })
    .description("list models with size and licence, and which are installed")
    .addHelpText("after", modelExamples("list", "list --json"))
    .action((_options: object, command: Command) =>
      go(command, async (context) => (await import("./models.ts")).listModels(context)),
    );
  models
    .command("pull")
    .description("fetch models; an interrupted download resumes")
    .argument("<ids...>", "models or sets of them")
    .addHelpText("after", modelExamples("pull speech", "pull yolox-nano mobilenet-v2") + setsHelp)
    .action((ids: string[], _options: object, command: Command) =>
      go(command, async (context) => (await import("./models.ts")).pullModels(context, ids)),
    );
  models
    .command("import")
    .description("import a model that was fetched elsewhere: a file, archive or folder")
    .usage("[options] [id] <path>")
    .argument("<id-or-path>", "the model's id (default: found by its hash or name)")
    .argument("[path]", "the file, archive or folder")
    .option("--task <task>", "a model of your own: speech, language, voice, speaker-embedding …")
    .option("--kind <kind>", "… how it is loaded: whisper, moonshine, nemo_transducer, pyannote …")
    .option("--languages <codes>", "… which languages it knows: en,de", splitCodes)
    .addHelpText(
      "after",
      modelExamples(
        "import silero_vad.onnx",
        "import yolox-nano ~/model.onnx",
        "import my-whisper folder/ --task speech --kind whisper --languages de,en",
      ),
    )
    .action((first: string, second: string | undefined, options: OwnOptions, command: Command) =>
      go(command, async (context) => {
        const [id, path] = second === undefined ? [undefined, first] : [first, second];
        return (await import("./models.ts")).importModels(context, id, path, options);
      }),
    );
  models
    .command("verify")
    .description("hash every file again; a changed model is no longer used")
    .argument("[ids...]", "models (default: all installed ones)")
    .addHelpText("after", modelExamples("verify", "verify parakeet-tdt-0.6b-v3"))
    .action((ids: string[], _options: object, command: Command) =>
      go(command, async (context) => (await import("./models.ts")).verifyModels(context, ids)),
    );
  models
    .command("rm")
    .description("remove models and their unfinished downloads")
    .argument("<ids...>", "models or sets of them")
    .addHelpText("after", modelExamples("rm ram-plus-plus"))
    .action((ids: string[], _options: object, command: Command) =>
      go(command, async (context) => (await import("./models.ts")).removeModels(context, ids)),
    );
}
