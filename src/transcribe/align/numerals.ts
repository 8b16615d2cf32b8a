/** English numerals as they are said. */

const ones =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = ["", "", ..."twenty thirty forty fifty sixty seventy eighty ninety".split(" ")];
const scales = ["", "thousand", "million", "billion", "trillion"];

/** Longer rows of digits are said digit by digit. */
const longestNumber = 15;

function belowHundred(value: number): string[] {
  if (value < 20) return value === 0 ? [] : [ones[value] ?? ""];
  return [tens[Math.floor(value / 10)] ?? "", ...belowHundred(value % 10)];
}

function belowThousand(value: number, and: boolean): string[] {
  const hundreds = Math.floor(value / 100);
  const rest = belowHundred(value % 100);
  if (hundreds === 0) return rest;
  return [ones[hundreds] ?? "", "hundred", ...(and && rest.length > 0 ? ["and"] : []), ...rest];
}

/** A whole number in words. @param and whether `and` is said after hundreds */
function cardinal(digits: string, and = false): string[] {
  if (digits.length > longestNumber) return byDigit(digits);
  if (/^0*$/.test(digits)) return ["zero"];
  const groups: string[] = [];
  for (let end = digits.length; end > 0; end -= 3)
    groups.unshift(digits.slice(Math.max(0, end - 3), end));
  return groups.flatMap((group, index) => {
    const value = Number(group);
    if (value === 0) return [];
    const scale = scales[groups.length - 1 - index] ?? "";
    const isLast = index === groups.length - 1;
    const small = and && isLast && groups.length > 1 && value < 100 ? ["and"] : [];
    return [...small, ...belowThousand(value, and), ...(scale === "" ? [] : [scale])];
  });
}

const byDigit = (digits: string): string[] =>
  Array.from(digits, (digit) => ones[Number(digit)] ?? "");

/** `1859` → eighteen fifty nine, `1905` → nineteen oh five, `1900` → nineteen hundred. */
function asYear(digits: string): string[] | undefined {
  if (!/^[1-9]\d{3}$/.test(digits)) return undefined;
  const [century, rest] = [belowHundred(Number(digits.slice(0, 2))), Number(digits.slice(2))];
  if (rest === 0) return digits[1] === "0" ? undefined : [...century, "hundred"];
  return [...century, ...(rest < 10 ? ["oh"] : []), ...belowHundred(rest)];
}

const irregular: Readonly<Record<string, string>> = {
  one: "first",
  two: "second",
  three: "third",
  five: "fifth",
  eight: "eighth",
  nine: "ninth",
  twelve: "twelfth",
};

const ordinalWord = (word: string): string => irregular[word] ?? `${word.replace(/y$/, "ie")}th`;

/** All but the last word stay as they are. */
function withLast(words: readonly string[], change: (word: string) => string): string[] {
  return words.map((word, index) => (index === words.length - 1 ? change(word) : word));
}

const manyOf = (word: string): string =>
  word.endsWith("y") ? word.replace(/y$/, "ies") : `${word}s`;

/** The ways in which a row of digits is said, the usual one first. */
function readings(digits: string): string[][] {
  const year = asYear(digits);
  const all = [
    ...(year === undefined ? [] : [year]),
    cardinal(digits),
    ...(digits.length > 2 ? [cardinal(digits, true), byDigit(digits)] : []),
    ...(digits.length > 1 && digits.startsWith("0") ? [byDigit(digits)] : []),
    ...(digits.includes("0")
      ? [byDigit(digits).map((word) => (word === "zero" ? "oh" : word))]
      : []),
    ...(/^1\d\d$/.test(digits) ? [["a", ...cardinal(digits).slice(1)]] : []),
  ];
  return [...new Map(all.map((words) => [words.join(" "), words])).values()];
}

const units: Readonly<Record<string, string>> = {
  "%": "percent",
  "°": "degrees",
  $: "dollars",
  "€": "euros",
  "£": "pounds",
  "¥": "yen",
  "¢": "cents",
  "&": "and",
  "+": "plus",
  "@": "at",
  "=": "equals",
  "#": "number",
};

/** Signs that stand alone: `&`, `%`. */
export function spokenSign(sign: string): string | undefined {
  return units[sign];
}

const number =
  /^([-−])?([$€£¥#])?(\d{1,3}(?:,\d{3})+|\d+)(?:\.(\d+))?(st|nd|rd|th|s|['’]s|[%°¢])?$/;

/**
 * The ways in which a token with digits is said in English, the usual one first: `10` → ten; `1859`
 * → eighteen fifty nine, one thousand eight hundred …; `$3.5` → three point five dollars; `2nd`, `1990s`.
 * Undefined when it is no such token.
 */
export function spokenNumber(token: string): string[][] | undefined {
  const found = number.exec(token.toLowerCase());
  if (found === null) return undefined;
  const [, minus, before = "", whole = "", fraction, after = ""] = found;
  const digits = whole.replaceAll(",", "");
  const sign = minus === undefined ? [] : ["minus"];
  const unit = [units[before] ?? "", units[after] ?? ""].filter((word) => word !== "");
  const point = fraction === undefined ? [] : ["point", ...byDigit(fraction)];
  const cents = fraction?.length === 2 && before !== "" ? cardinal(fraction) : undefined;
  const said = readings(digits).map((words) => {
    if (/^(st|nd|rd|th)$/.test(after)) return withLast(words, ordinalWord);
    if (after.endsWith("s")) return withLast(words, manyOf);
    return [...words, ...point];
  });
  const one =
    digits === "1" && fraction === undefined ? unit.map((word) => word.replace(/s$/, "")) : unit;
  const inMoney = cents === undefined ? [] : [[...cardinal(digits), ...unit, ...cents]];
  return [...inMoney, ...said.map((words) => [...sign, ...words, ...one])];
}
