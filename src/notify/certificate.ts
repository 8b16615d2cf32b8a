import { randomBytes, sign, type KeyObject } from "node:crypto";

/** One value of DER (ITU-T X.690): its tag, its length, its content. */
function der(tag: number, ...content: readonly Uint8Array[]): Buffer {
  const bytes = Buffer.concat(content);
  const { length } = bytes;
  const digits = length.toString(16);
  const long = Buffer.from(digits.length % 2 === 1 ? `0${digits}` : digits, "hex");
  const size = length < 0x80 ? Buffer.from([length]) : Buffer.from([0x80 + long.length, ...long]);
  return Buffer.concat([Buffer.from([tag]), size, bytes]);
}

const sequence = (...content: readonly Uint8Array[]) => der(0x30, ...content);
const set = (...content: readonly Uint8Array[]) => der(0x31, ...content);
const identifier = (hex: string) => der(0x06, Buffer.from(hex, "hex"));
const integer = (bytes: Uint8Array) => der(0x02, bytes);
const bits = (bytes: Uint8Array) => der(0x03, Buffer.from([0]), bytes);
/** `YYMMDDHHMMSSZ`, and from 2050 on with four digits of the year. */
function time(at: number): Buffer {
  const text = new Date(at).toISOString().replace(/[-:T]|\.\d+/g, "");
  return text < "2050" ? der(0x17, Buffer.from(text.slice(2))) : der(0x18, Buffer.from(text));
}

const sha256WithRsa = sequence(identifier("2a864886f70d01010b"), der(0x05));
const commonName = (name: string) =>
  sequence(set(sequence(identifier("550403"), der(0x0c, Buffer.from(name)))));

const yearMs = 365 * 24 * 3_600_000;

/**
 * A certificate that says whose an RSA key is, signed with that key: X.509 version 1 (RFC 5280), in PEM. Receivers
 * take the public key from it. It is valid for ten years from `now`.
 */
export function selfSigned(
  name: string,
  keys: { readonly publicKey: KeyObject; readonly privateKey: KeyObject },
  now: number,
): string {
  const serial = randomBytes(16);
  serial[0] = ((serial[0] ?? 0) & 0x7f) | 0x40; // positive, and of one length
  const body = sequence(
    integer(serial),
    sha256WithRsa,
    commonName(name),
    sequence(time(now), time(now + 10 * yearMs)),
    commonName(name),
    keys.publicKey.export({ type: "spki", format: "der" }),
  );
  const signed = sequence(body, sha256WithRsa, bits(sign("sha256", body, keys.privateKey)));
  const lines = signed.toString("base64").match(/.{1,64}/g) ?? [];
  return ["-----BEGIN CERTIFICATE-----", ...lines, "-----END CERTIFICATE-----", ""].join("\n");
}
