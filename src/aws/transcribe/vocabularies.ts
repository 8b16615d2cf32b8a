import { vocabularyOfFile, vocabularyOfPhrases } from "../../app/named-vocabulary.ts";
import { MediaError } from "../../media/errors.ts";
import type { VocabularyPhrase } from "../../media/speech.ts";
import type { NamedVocabulary } from "../../transcriptions/transcriptions.ts";
import { accountOf } from "../account.ts";
import { awsError } from "../errors.ts";
import type { JsonOperation } from "../json-service.ts";
import { serviceBucket } from "../s3/service-bucket.ts";
import { seconds } from "./answers.ts";
import { badRequest } from "./check-request.ts";
import type { TranscribeParts } from "./jobs.ts";
import { objectOfUri } from "./media-uri.ts";
import { bucketFor, findObjectOf, putTextFor, readObject } from "./text-objects.ts";
import { urisFor } from "./uris.ts";

interface VocabularyRequest {
  readonly VocabularyName: string;
  readonly LanguageCode: string;
  readonly Phrases?: readonly string[];
  readonly VocabularyFileUri?: string;
  readonly EncryptionConfiguration?: object;
}

const notFound = () =>
  badRequest(
    "The requested vocabulary couldn't be found. Check the vocabulary name and try your request again.",
  );

const stateOf = ({ failure }: NamedVocabulary): string =>
  failure === undefined ? "READY" : "FAILED";

const infoOf = (vocabulary: NamedVocabulary) => ({
  VocabularyName: vocabulary.name,
  LanguageCode: vocabulary.languageCode,
  VocabularyState: stateOf(vocabulary),
  LastModifiedTime: seconds(vocabulary.changedAt),
});

const detailsOf = (vocabulary: NamedVocabulary) => ({
  ...infoOf(vocabulary),
  ...(vocabulary.failure !== undefined && { FailureReason: vocabulary.failure }),
});

/** Where a vocabulary can be downloaded: a table as Amazon Transcribe takes it. */
const tablePlace = ({ owner, name }: Pick<NamedVocabulary, "owner" | "name">) => ({
  bucket: serviceBucket,
  key: `${accountOf(owner)}/vocabularies/${name}.txt`,
});

const tableOf = (phrases: readonly VocabularyPhrase[]): string =>
  [
    "Phrase\tSoundsLike\tIPA\tDisplayAs",
    ...phrases.map(({ phrase, soundsLike = "", displayAs = "" }) =>
      [phrase.replaceAll(" ", "-"), soundsLike, "", displayAs].join("\t"),
    ),
    "",
  ].join("\n");

/** The largest file of phrases; Amazon Transcribe has the same limit. */
const maxFileBytes = 50 * 1024;

async function phrasesAt(parts: TranscribeParts, owner: string, uri: string) {
  const place = objectOfUri(uri);
  const object = place && (await findObjectOf(parts, owner, place));
  if (object === undefined)
    throw badRequest(
      "The S3 URI that you provided can't be accessed. Make sure that you have read permission and try your request again.",
    );
  if (object.sizeBytes > maxFileBytes)
    throw badRequest(
      "The vocabulary file is larger than 50 KB, which is the most that it may have.",
    );
  return vocabularyOfFile(await readObject(parts.dailies, object), uri).phrases;
}

/** What a request makes of a vocabulary. What cannot be read makes one that failed. */
async function vocabularyFor(
  parts: TranscribeParts,
  owner: string,
  request: VocabularyRequest,
): Promise<NamedVocabulary> {
  const { VocabularyName: name, LanguageCode: languageCode, Phrases, VocabularyFileUri } = request;
  if (request.EncryptionConfiguration !== undefined)
    throw badRequest("EncryptionConfiguration isn't offered here.");
  if ((Phrases === undefined || Phrases.length === 0) === (VocabularyFileUri === undefined))
    throw badRequest("You must include either Phrases or VocabularyFileUri, and not both.");
  const named = { owner, name, languageCode, changedAt: Date.now() };
  try {
    const phrases =
      VocabularyFileUri === undefined
        ? vocabularyOfPhrases(Phrases ?? []).phrases
        : await phrasesAt(parts, owner, VocabularyFileUri);
    const empty = phrases.find(({ phrase }) => !/[\p{L}\p{N}]/u.test(phrase));
    if (empty === undefined) return { ...named, phrases };
    return { ...named, phrases: [], failure: `${JSON.stringify(empty.phrase)} is no phrase.` };
  } catch (error) {
    if (!(error instanceof MediaError) || error.details["aws"] !== undefined) throw error;
    return { ...named, phrases: [], failure: error.message };
  }
}

function change(parts: TranscribeParts, how: "add" | "replace"): JsonOperation["run"] {
  return async ({ input, caller: { owner } }) => {
    const { transcriptions } = parts.dailies;
    const request = input as unknown as VocabularyRequest;
    const existing = await transcriptions.getVocabulary(owner, request.VocabularyName);
    if (how === "replace" && existing === undefined) throw notFound();
    const vocabulary = await vocabularyFor(parts, owner, request);
    const isDone =
      how === "add"
        ? await transcriptions.addVocabulary(vocabulary)
        : await transcriptions.replaceVocabulary(vocabulary);
    if (!isDone && how === "replace") throw notFound();
    if (!isDone)
      throw awsError(
        "ConflictException",
        "The requested vocabulary name already exists. Use a different vocabulary name.",
      );
    await putTextFor(
      parts,
      owner,
      tablePlace(vocabulary),
      tableOf(vocabulary.phrases),
      "text/plain",
    );
    return how === "add" ? detailsOf(vocabulary) : infoOf(vocabulary);
  };
}

function list(parts: TranscribeParts): JsonOperation["run"] {
  return async ({ input, caller }) => {
    const {
      NextToken,
      MaxResults = 5,
      StateEquals,
      NameContains = "",
    } = input as {
      NextToken?: string;
      MaxResults?: number;
      StateEquals?: string;
      NameContains?: string;
    };
    const after = NextToken === undefined ? "" : Buffer.from(NextToken, "base64url").toString();
    const all = await parts.dailies.transcriptions.listVocabularies(caller.owner);
    const fitting = all.filter(
      (one) =>
        one.name > after &&
        (StateEquals === undefined || stateOf(one) === StateEquals) &&
        one.name.toLowerCase().includes(NameContains.toLowerCase()),
    );
    const shown = fitting.slice(0, MaxResults);
    const last = shown.at(-1);
    return {
      ...(StateEquals !== undefined && { Status: StateEquals }),
      ...(fitting.length > shown.length &&
        last !== undefined && { NextToken: Buffer.from(last.name).toString("base64url") }),
      Vocabularies: shown.map(infoOf),
    };
  };
}

/** The operations on vocabularies. */
export const vocabularyOperations = (parts: TranscribeParts): Record<string, JsonOperation> => ({
  CreateVocabulary: { scope: "write", run: change(parts, "add") },
  UpdateVocabulary: { scope: "write", run: change(parts, "replace") },
  GetVocabulary: {
    scope: "read",
    async run(call) {
      const { owner } = call.caller;
      const name = String(call.input["VocabularyName"]);
      const found = await parts.dailies.transcriptions.getVocabulary(owner, name);
      if (found === undefined) throw notFound();
      const uriOf = await urisFor(parts.access, call);
      return {
        ...detailsOf(found),
        ...(found.failure === undefined && { DownloadUri: uriOf(tablePlace(found)) }),
      };
    },
  },
  ListVocabularies: { scope: "read", run: list(parts) },
  DeleteVocabulary: {
    scope: "write",
    async run({ input, caller: { owner } }) {
      const name = String(input["VocabularyName"]);
      if (!(await parts.dailies.transcriptions.removeVocabulary(owner, name))) throw notFound();
      await (await bucketFor(parts, owner, serviceBucket)).remove(tablePlace({ owner, name }).key);
      return {};
    },
  },
});
