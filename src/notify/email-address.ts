import { domainToASCII } from "node:url";
import { MediaError } from "../media/errors.ts";

const local = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(?:\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const domain = /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)*[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * One plain mailbox, `local@domain`, as it goes into an envelope: no display name, no list, no quoting,
 * no address literal. International domains are written in ASCII.
 * @throws MediaError `invalid_argument`
 */
export function emailAddress(text: string): string {
  const at = text.lastIndexOf("@");
  const host = domainToASCII(text.slice(at + 1)).toLowerCase();
  const name = text.slice(0, Math.max(0, at));
  const address = `${name}@${host}`;
  if (!local.test(name) || name.length > 64 || !domain.test(host) || address.length > 254)
    throw new MediaError(
      "invalid_argument",
      `${JSON.stringify(text.slice(0, 100))} is not an e-mail address`,
    );
  return address;
}
