/** Texts that are encoded in more layers than this are not looked into. */
const mostLayers = 16;

const encoded = /(?:%[0-9a-f]{2})+/gi;

/**
 * The text with its percent-encodings decoded until none is left, as its last reader may do.
 * What is not UTF-8 becomes U+FFFD. Undefined when it is encoded in more than 16 layers.
 */
export function decodedFully(text: string): string | undefined {
  let decoded = text;
  for (let layer = 0; layer <= mostLayers; layer += 1) {
    const next = decoded.replace(encoded, (bytes) =>
      Buffer.from(bytes.replaceAll("%", ""), "hex").toString("utf8"),
    );
    if (next === decoded) return decoded;
    decoded = next;
  }
  return undefined;
}

const key = /dailies_DLS[A-Z2-7]*(?:\.[\w-]*)?/gi;

/** Whether an access key's token stands in a text, in whatever layers of percent-encoding. */
export function holdsKey(text: string): boolean {
  return (decodedFully(text) ?? "").search(key) !== -1;
}

const leftOut = "[left out]";

/** What counts as a secret, and what is written in its place. */
const secrets: readonly (readonly [pattern: RegExp, replacement: string])[] = [
  [key, leftOut],
  // a webhook's signing secret
  [/whsec_[\w+/=-]*/g, leftOut],
  // parameters of a URL that carry a secret
  [
    /([?&;/](?:code|token|access_token|api_key|authorization|secret|password|x-amz-(?:signature|security-token))=)[^&\s#]+/gi,
    `$1${leftOut}`,
  ],
  // the codes of links in messages: an output, a confirmation, an unsubscription
  [/(?<![\w-])o1\.[\w-]+\.[\w-]+/g, leftOut],
  [/(?<![\w-])t(?=[\w-]*\d)(?=[\w-]*[a-z])(?=[\w-]*[A-Z])[\w-]{43}(?![\w-])/g, leftOut],
  [/(?<![\w-])[0-9a-z]{22}\.[\w-]{24}(?![\w-])/g, leftOut],
];

const authorization = /\b(Bearer|Basic)\s+[^\s"']+/gi;

function redactPlain(text: string): string {
  return secrets.reduce((rest, [pattern, by]) => rest.replace(pattern, by), text);
}

/**
 * A text without its secrets: keys' tokens, signing secrets, and the codes of links. A word that
 * hides one in percent-encoding is decoded first, however often it was encoded. Other text stays.
 */
export function redactSecrets(text: string): string {
  const words = text.split(/([\s"'<>]+)/).map((word) => {
    if (!word.includes("%")) return redactPlain(word);
    const decoded = decodedFully(word);
    if (decoded === undefined) return leftOut;
    const redacted = redactPlain(decoded);
    return redacted === decoded ? word : redacted;
  });
  return words.join("").replace(authorization, `$1 ${leftOut}`);
}
