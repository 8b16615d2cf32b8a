/** Dates in headers: RFC 9110 section 5.6.7. */

const months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

const time = String.raw`(?<hour>\d\d):(?<minute>\d\d):(?<second>\d\d)`;

/** The form that is written today, and two older ones that still have to be read. */
const forms = [
  String.raw`[A-Z][a-z]{2}, (?<day>\d\d) (?<month>[A-Z][a-z]{2}) (?<year>\d{4}) ${time} GMT`,
  String.raw`[A-Z][a-z]{5,8}, (?<day>\d\d)-(?<month>[A-Z][a-z]{2})-(?<year>\d\d) ${time} GMT`,
  String.raw`[A-Z][a-z]{2} (?<month>[A-Z][a-z]{2}) (?<day>[ \d]\d) ${time} (?<year>\d{4})`,
].map((form) => new RegExp(`^${form}$`));

/** A year of two digits is the latest one that lies less than 50 years ahead. */
function wholeYear(year: string, now: number): number {
  if (year.length > 2) return Number(year);
  const thisYear = new Date(now).getUTCFullYear();
  const guess = thisYear - (thisYear % 100) + Number(year);
  return guess > thisYear + 50 ? guess - 100 : guess;
}

/** Milliseconds since 1970 of an HTTP date; undefined when it is none. */
export function parseHttpDate(text: string, now = Date.now()): number | undefined {
  const parts = forms.map((form) => form.exec(text.trim())?.groups).find((found) => found);
  if (parts === undefined) return undefined;
  const { day = "", month = "", year = "", hour = "", minute = "", second = "" } = parts;
  const monthIndex = months.indexOf(month);
  const clock = [hour, minute, second].map(Number);
  const at = Date.UTC(wholeYear(year, now), monthIndex, Number(day), ...clock);
  // 30 February is no date, and 25:00 no time
  const isDate = monthIndex >= 0 && new Date(at).getUTCDate() === Number(day);
  return isDate && Number(hour) < 24 && Number(minute) < 60 && Number(second) <= 60
    ? at
    : undefined;
}

/** The date as headers have it, in whole seconds. */
export const httpDate = (ms: number): string => new Date(ms).toUTCString();
