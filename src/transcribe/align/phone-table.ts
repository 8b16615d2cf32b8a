/** Reads a table of phones: `a=AE x=K-S` is `a` → `AE`, `x` → `K S`. */
export function phoneTable(...rows: readonly string[]): Readonly<Record<string, string>> {
  const entries = rows.join(" ").split(" ");
  return Object.fromEntries(
    entries.map((entry) => {
      const [sign = "", phones = ""] = entry.split("=");
      return [sign, phones.replaceAll("-", " ")];
    }),
  );
}
