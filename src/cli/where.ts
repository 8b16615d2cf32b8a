import { MediaError } from "../media/errors.ts";
import { mediaTypes } from "../media/media.ts";
import type { TranscriptFilter } from "../catalog/catalog.ts";

/** The filters of media files, as `key=value`. */
export const whereKeys = ["engine", "language", "quality", "type", "label", "startswith"] as const;

function refuse(why: string): never {
  throw new MediaError("invalid_argument", `--where: ${why}`);
}

function condition(text: string): TranscriptFilter {
  const at = text.indexOf("=");
  const [key, value] = [text.slice(0, at), text.slice(at + 1)];
  if (at < 1 || value === "") return refuse(`${JSON.stringify(text)} is not KEY=VALUE`);
  switch (key) {
    case "engine":
      return { engine: value };
    case "language":
      return { languageCode: value };
    case "label":
      return { label: value };
    case "startswith":
      return { startsWith: value };
    case "quality":
      if (value === "draft" || value === "full") return { draft: value === "draft" };
      return refuse(`quality is draft or full, not ${value}`);
    case "type": {
      const type = mediaTypes.find((one) => one === value);
      return type === undefined ? refuse(`type is one of ${mediaTypes.join(", ")}`) : { type };
    }
  }
  return refuse(`${JSON.stringify(key)} is none of ${whereKeys.join(", ")}`);
}

/** `engine=pocketsphinx`, `language=de` …: all of them must hold. @throws MediaError `invalid_argument` */
export function whereOf(texts: readonly string[]): TranscriptFilter {
  return Object.assign({}, ...texts.map(condition));
}
