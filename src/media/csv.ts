/** Text that a spreadsheet would run as a formula (OWASP, "CSV injection"), full-width signs too. */
const formula = /^\s*[=+\-@\t\r\uff1d\uff0b\uff0d\uff20]/u;

/** Undoes what `csvField` did to a formula: removes the apostrophe in front. */
export function withoutApostrophe(field: string): string {
  return field.startsWith("'") && formula.test(field.slice(1)) ? field.slice(1) : field;
}

/** A field of RFC 4180. A formula gets an apostrophe in front, so that a spreadsheet shows it as text. */
export function csvField(value: string): string {
  const safe = formula.test(value) ? `'${value}` : value;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}

/** A record of RFC 4180, with its line end. */
export function csvLine(values: readonly (string | number | undefined)[]): string {
  const fields = values.map((value) =>
    typeof value === "string" ? csvField(value) : (value ?? ""),
  );
  return `${fields.join(",")}\r\n`;
}

/** A spreadsheet reads a file that begins with it as UTF-8. */
export const byteOrderMark = "\ufeff";

/** The separator between fields: the first of `,`, `;` and tab in the first line. */
function separatorOf(head: string): string {
  return [",", ";", "\t"].find((separator) => head.includes(separator)) ?? ",";
}

/**
 * The records of a CSV file as spreadsheets save it: `,`, `;` or a tab between fields (as in its first
 * line, or named there: `sep=;`), any line ends, with or without a byte order mark. Empty lines are
 * left out.
 */
export function parseCsv(text: string): string[][] {
  const unmarked = text.startsWith(byteOrderMark) ? text.slice(1) : text;
  const named = /^"?sep=([,;\t])"?(?:\r\n|\n|\r|$)/i.exec(unmarked);
  const bare = unmarked.slice(named?.[0].length ?? 0);
  const [head = ""] = bare.split(/[\r\n]/, 1);
  const separator = named?.[1] ?? separatorOf(head);
  const rows: string[][] = [];
  let row: string[] = [];
  const field = new RegExp(
    `(?:"((?:[^"]|"")*)"|([^${separator}\\r\\n]*))(${separator}|\\r\\n|\\n|\\r|$)`,
    "y",
  );
  for (field.lastIndex = 0; field.lastIndex < bare.length;) {
    const found = field.exec(bare);
    if (found === null) break; // a quotation mark without an end: the records before it count
    const [whole, quoted, plain = "", end] = found;
    row.push(quoted === undefined ? plain : quoted.replaceAll('""', '"'));
    if (end !== separator) {
      if (row.length > 1 || row[0] !== "") rows.push(row);
      row = [];
    }
    if (whole === "") break;
  }
  if (row.length > 0) rows.push([...row, ""]);
  return rows;
}
