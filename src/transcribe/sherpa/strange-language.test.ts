import { execFileSync } from "node:child_process";
import { join } from "node:path";
import { expect, it } from "vitest";
import { describeWithInstalledModels } from "../../../test/support/installed-models.ts";
import { sharedMedia } from "../../../test/support/shared-media.ts";
import {
  describeWithSpeechModels,
  sharedVoice,
  sharedWhisperBase,
  triesAllSpeech,
} from "../../../test/support/shared-models.ts";
import { MediaError } from "../../media/errors.ts";
import type { InstalledModel } from "../../models/model-store.ts";
import { createSandbox } from "../../sandbox/create.ts";
import type { Aligner } from "../align/aligner.ts";
import { createPocketsphinxAligner } from "../align/pocketsphinx.ts";
import { useStudio } from "./transcriber.fixture.ts";

const studio = useStudio();

const said = {
  // What a model writes over another language, and over English by a British synthetic voice, fits the sound as badly.
  es: "El año pasado muchos visitantes vieron el nuevo museo. El gobierno ha decidido gastar más dinero en las escuelas. Mañana hará frío y lloverá en todo el país.",
  cs: "V loňském roce vidělo nové muzeum mnoho návštěvníků. Vláda se rozhodla vydat více peněz na školy. Zítra bude zima a bude pršet v celé zemi.",
  "en-gb":
    "Last year many visitors saw the new museum. The government has decided to spend more money on schools. Tomorrow it will be cold and rainy in the whole country.",
};

function spoken(voice: keyof typeof said): string {
  const path = join(studio.folder, `${voice}.wav`);
  execFileSync("espeak-ng", ["-v", voice, "-s", "150", "-w", path, "--", said[voice]]);
  return path;
}

/** What stands where pocketsphinx is not installed. */
const noAligner: Aligner = {
  id: "none",
  align: async () => {
    throw new MediaError("engine_missing", "pocketsphinx is not installed");
  },
};

async function notesOf(
  path: string,
  model: InstalledModel,
  given?: Aligner,
): Promise<readonly string[]> {
  const aligner = given ?? createPocketsphinxAligner(await createSandbox());
  const by = studio.sherpa({ model, voice: sharedVoice(), aligner });
  const { notes } = await studio.transcribe({ path, by });
  return notes.filter((note) => note.includes("English"));
}

describeWithInstalledModels(
  ["moonshine-tiny-en"],
  "an English model without a detector of languages",
  (modelOf) => {
    it("says that it is another one, and what to do", async () => {
      expect(await notesOf(spoken("cs"), modelOf("moonshine-tiny-en"))).toEqual([
        expect.stringMatching(
          /^this does not sound like English, which moonshine-tiny-en writes whatever is said; for another language: dailies models pull speech-world, then dailies reprocess NAME --language auto$/,
        ),
      ]);
    }, 120_000);

    it.runIf(triesAllSpeech)(
      "says where it is another one",
      async () => {
        const path = join(studio.folder, "changes.wav");
        const graph = "[0]apad=pad_dur=4[a];[1]aresample=16000[b];[a][b]concat=n=2:v=0:a=1";
        const inputs = ["-i", sharedMedia("speech/jfk.wav"), "-i", spoken("es")];
        execFileSync("ffmpeg", [
          ..."-nostdin -v error -y".split(" "),
          ...inputs,
          "-filter_complex",
          graph,
          path,
        ]);
        expect(await notesOf(path, modelOf("moonshine-tiny-en"))).toEqual([
          expect.stringMatching(/^what is said at 0:1[45]–0:2\d does not sound like English/),
        ]);
      },
      120_000,
    );

    it.runIf(triesAllSpeech)(
      "says so without an aligner, too, and nothing of English",
      async () => {
        const model = modelOf("moonshine-tiny-en");
        expect(await notesOf(spoken("cs"), model, noAligner)).toEqual([
          expect.stringMatching(/^this does not sound like English/),
        ]);
        for (const path of [sharedMedia("speech/two_cities.wav"), spoken("en-gb")])
          expect(await notesOf(path, model, noAligner)).toEqual([]);
      },
      120_000,
    );

    it("says nothing of English, by a person or an odd synthetic voice", async () => {
      const person = triesAllSpeech ? [sharedMedia("speech/jfk.wav")] : [];
      for (const path of [...person, spoken("en-gb")])
        expect(await notesOf(path, modelOf("moonshine-tiny-en"))).toEqual([]);
    }, 120_000);
  },
);

describeWithSpeechModels("a model of many languages that is told to write English", () => {
  it.runIf(triesAllSpeech)(
    "says that it is none",
    async () => {
      expect(await notesOf(spoken("es"), sharedWhisperBase())).toEqual([
        expect.stringMatching(
          /^this does not sound like English, which whisper-base was told to write; for another language: dailies reprocess NAME --language auto$/,
        ),
      ]);
    },
    120_000,
  );
});
