/** English numbers as they are said; for comparing transcripts that write `10` with ones that write `ten`. */

const small =
  "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen eighteen nineteen".split(
    " ",
  );
const tens = "- - twenty thirty forty fifty sixty seventy eighty ninety".split(" ");
const scales = ["", "thousand", "million", "billion", "trillion"];

const ordinals: Readonly<Record<string, string>> = {
  one: "first",
  two: "second",
  three: "third",
  five: "fifth",
  eight: "eighth",
  nine: "ninth",
  twelve: "twelfth",
};

function belowHundred(value: number): string[] {
  if (value < 20) return [small[value] ?? ""];
  const ones = value % 10;
  return [tens[Math.floor(value / 10)] ?? "", ...(ones === 0 ? [] : [small[ones] ?? ""])];
}

/** `and`: as in one hundred and one. */
function belowThousand(value: number, and: boolean): string[] {
  const rest = value % 100;
  if (value < 100) return belowHundred(value);
  const hundreds = [small[Math.floor(value / 100)] ?? "", "hundred"];
  return rest === 0 ? hundreds : [...hundreds, ...(and ? ["and"] : []), ...belowHundred(rest)];
}

function cardinal(digits: string, and: boolean): string[] {
  const groups = digits.split(/(?=(?:\d{3})+$)/).map(Number);
  const words = groups.flatMap((value, index) => {
    const scale = scales[groups.length - 1 - index] ?? "";
    if (value === 0 && groups.length > 1) return [];
    // Two thousand and one.
    const isLast = index === groups.length - 1 && groups.length > 1 && value < 100;
    return [
      ...(isLast && and ? ["and"] : []),
      ...belowThousand(value, and),
      ...(scale === "" ? [] : [scale]),
    ];
  });
  return words.length === 0 ? ["zero"] : words;
}

/** `1961`: nineteen sixty one; `1905`: nineteen oh five; `2000`: not so. */
function asYear(digits: string): string[][] {
  if (digits.length !== 4) return [];
  const [century, rest] = [Number(digits.slice(0, 2)), Number(digits.slice(2))];
  if (century < 10) return [];
  if (rest === 0) return century % 10 === 0 ? [] : [[...belowHundred(century), "hundred"]];
  const spoken = rest < 10 ? ["oh", ...belowHundred(rest)] : belowHundred(rest);
  return [[...belowHundred(century), ...spoken]];
}

const digitByDigit = (digits: string, zero: string): string[] =>
  Array.from(digits, (digit) => (digit === "0" ? zero : (small[Number(digit)] ?? "")));

function ordinal(words: readonly string[]): string[] {
  const last = words.at(-1) ?? "";
  const spoken = ordinals[last] ?? (last.endsWith("y") ? `${last.slice(0, -1)}ieth` : `${last}th`);
  return [...words.slice(0, -1), spoken];
}

function wholeNumbers(digits: string): string[][] {
  const forms = [cardinal(digits, false), cardinal(digits, true), ...asYear(digits)];
  const aHundred = forms.flatMap((form) =>
    form[0] === "one" && form.length > 1 ? [["a", ...form.slice(1)]] : [],
  );
  return [...forms, ...aHundred, digitByDigit(digits, "zero"), digitByDigit(digits, "oh")];
}

const units: Readonly<Record<string, string>> = { $: "dollars", "£": "pounds", "€": "euros" };

/**
 * The ways in which a written number is said, the likeliest first; undefined for what is none.
 * `10` → ten; `1,001` → one thousand one …; `1961` → also nineteen sixty one; `21st`, `3.5`, `50%`, `$5`, `2:30`.
 */
export function spokenForms(written: string): string[][] | undefined {
  const parts = /^([$£€]?)(\d[\d,]*)(?:([.:])(\d+))?(st|nd|rd|th|%|s)?$/i.exec(written);
  if (parts === null) return undefined;
  const [, currency = "", first = "", mark, second = "", ending = ""] = parts;
  const digits = first.replaceAll(",", "");
  if (digits.length > 15) return undefined;
  if (/^(st|nd|rd|th)$/i.test(ending))
    return [ordinal(cardinal(digits, false)), ordinal(cardinal(digits, true))];
  const after = [
    ...(ending === "%" ? ["percent"] : []),
    ...(currency === "" ? [] : [units[currency] ?? ""]),
  ];
  const whole = wholeNumbers(digits);
  if (mark === ".") {
    const fraction = digitByDigit(second, "zero");
    return whole.map((form) => [...form, "point", ...fraction, ...after]);
  }
  if (mark === ":") {
    const minutes =
      second === "00" ? [[], ["o'clock"]] : wholeNumbers(second.replace(/^0(?=\d)/, ""));
    return whole.flatMap((form) => minutes.map((rest) => [...form, ...rest]));
  }
  return whole.map((form) => [...form, ...after]);
}
