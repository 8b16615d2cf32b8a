import type { InstalledModel } from "../../models/model-store.ts";
import type { TranscribeRequest } from "../transcriber.ts";
import { commonCode, languageScores } from "./languages.ts";
import { requireLanguage } from "./models.ts";
import type { LanguageVote, RecognizedPiece } from "./protocol.ts";

/** The languages that a model found itself, piece by piece. */
export function votesOf(pieces: readonly RecognizedPiece[]): LanguageVote[] {
  return pieces.flatMap(({ text, language, lengthMs }) =>
    text === "" ? [] : [{ code: language.replaceAll(/[<|>]/g, ""), lengthMs }],
  );
}

/** What is spoken: as asked for, or as it was found out. @throws MediaError `unsupported_language` */
export function identification(
  model: InstalledModel,
  { languageCode, identifyLanguage }: TranscribeRequest,
  votes: readonly LanguageVote[],
) {
  if (identifyLanguage === undefined) return { languageCode };
  const languageIdentification = languageScores(votes, identifyLanguage.candidates);
  const [best] = languageIdentification;
  if (best === undefined) return { languageCode, languageIdentification };
  requireLanguage(model, best.code);
  return { languageCode: best.code, languageIdentification };
}

/** A second language counts from this share of the sound on. */
const secondShare = 0.15;

const percent = (share: number): string => `${Math.round(share * 100)} %`;

/**
 * What a person should know of the languages: that there are several; or that it is another one than the model
 * knows, which writes its own whatever is said.
 */
export function languageNotes(
  { manifest }: InstalledModel,
  { languageCode, identifyLanguage }: TranscribeRequest,
  votes: readonly LanguageVote[],
): string[] {
  const scores = languageScores(votes);
  const [first, second] = scores;
  if (first === undefined) return [];
  if (identifyLanguage !== undefined) {
    if (second === undefined || second.score < secondShare) return [];
    const all = scores.filter(({ score }) => score >= secondShare);
    return [
      `several languages: ${all.map(({ code, score }) => `${code} ${percent(score)}`).join(", ")}`,
    ];
  }
  if (manifest.languages?.length !== 1 || first.code === commonCode(languageCode)) return [];
  if (first.score <= 0.5) return [];
  return [
    `this sounds like ${first.code} (${percent(first.score)} of what was looked at), and ${manifest.id} ` +
      `writes ${manifest.languages[0]} whatever is said: dailies reprocess NAME --language ${first.code}; ` +
      "a model for 99 languages: dailies models pull speech-world",
  ];
}
