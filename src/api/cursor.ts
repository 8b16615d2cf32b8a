import { asMediaError } from "../media/errors.ts";
import { wrongField } from "./problems.ts";

/** A page of a list. A cursor that the list refuses is the fault of the request's field `cursor`. */
export async function pageAt<T>(cursor: string | undefined, page: Promise<T>): Promise<T> {
  try {
    return await page;
  } catch (error) {
    if (cursor === undefined || asMediaError(error).code !== "invalid_argument") throw error;
    throw wrongField({ in: "query", field: "cursor", message: "is none of this list's" });
  }
}
