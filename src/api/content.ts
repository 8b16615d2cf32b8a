import { MediaError } from "../media/errors.ts";
import type { Header } from "./conditions.ts";
import { wrongField } from "./problems.ts";

/** `Accept-Encoding` says what would be taken (RFC 9110 section 12.5.3). */
const identityOnly = { headers: { "accept-encoding": "identity" } };

/** Refuses bytes that are encoded or a part of something: they would be taken for the whole thing as it is. */
export function checkContent(header: Header): void {
  if (header("content-range") !== undefined)
    throw wrongField({
      in: "header",
      field: "Content-Range",
      message: "a part cannot be sent so; /v1/uploads goes on where an upload stopped",
    });
  const codings = (header("content-encoding") ?? "").split(",").map((one) => one.trim());
  const coding = codings.find((one) => one !== "" && one.toLowerCase() !== "identity");
  if (coding !== undefined)
    throw new MediaError("unsupported_content", `Content-Encoding ${coding} is not taken`, {
      details: identityOnly,
    });
}

/** Refuses an envelope around several parts, as forms send it, where bytes are taken as they are. */
export function checkBytes(header: Header): void {
  const type = header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
  if (type.startsWith("multipart/"))
    throw new MediaError("unsupported_content", `${type} is not taken: send the bytes alone`);
}
