import type { InstalledModel, ModelStore } from "../../models/model-store.ts";
import { somePlaces, strangeStretches } from "../align/resemblance.ts";
import type { Resemblance, WrittenPassage } from "../align/resemblance.ts";
import type { TranscribeRequest } from "../transcriber.ts";
import { commonCode } from "./languages.ts";
import { saysLanguage, writesEnglishOnly } from "./models.ts";
import { placesText } from "./notes.ts";
import type { LanguageVote } from "./protocol.ts";

/** From so much on it is said of the whole recording. */
const nearlyAll = 0.8;

/** What to do for a recording in another language. */
function advice(models: ModelStore): string {
  const again = "dailies reprocess NAME --language auto";
  const isHere = models.installed("speech").some(saysLanguage);
  return isHere ? again : `dailies models pull speech-world, then ${again}`;
}

interface Written {
  readonly models: ModelStore;
  readonly model: InstalledModel;
  readonly request: Pick<TranscribeRequest, "languageCode" | "identifyLanguage">;
  readonly votes: readonly LanguageVote[];
  /** Of the recording's passages, by the aligner. Absent: nothing here aligns, and some places are heard again. */
  readonly resemblances?: readonly Resemblance[];
  readonly passages: readonly WrittenPassage[];
}

/**
 * What is said where English was written and the sound does not fit it: a model that knows nothing else, or is
 * told to, writes English over any language. Nothing where a detector has looked, or the language was found out.
 * @param unconfirmed those of some stretches that are as strange when they are heard again
 */
export async function strangeNotes(
  { models, model, request, votes, resemblances, passages }: Written,
  unconfirmed: (stretches: readonly Resemblance[]) => Promise<readonly Resemblance[]>,
): Promise<string[]> {
  const { languageCode, identifyLanguage } = request;
  const isAsked = identifyLanguage === undefined && commonCode(languageCode) === "en";
  const isOnly = writesEnglishOnly(model);
  if (!isAsked || (isOnly && votes.length > 0)) return [];
  const suspected =
    resemblances === undefined ? somePlaces(passages) : strangeStretches(resemblances);
  const stretches = suspected.length === 0 ? [] : await unconfirmed(suspected);
  if (stretches.length === 0) return [];
  const wordsIn = (some: readonly WrittenPassage[]): number =>
    some.reduce((sum, { words }) => sum + words, 0);
  const judged = resemblances === undefined ? suspected : passages;
  const isAll = wordsIn(stretches) >= nearlyAll * wordsIn(judged);
  const what = isAll ? "this" : `what is said at ${placesText(stretches)}`;
  const why = isOnly ? "writes whatever is said" : "was told to write";
  return [
    `${what} does not sound like English, which ${model.manifest.id} ${why}; ` +
      `for another language: ${advice(models)}`,
  ];
}
