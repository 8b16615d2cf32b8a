/** The label of a speaker, of the words that people read: `Speaker 1` → `spk_0`; other names stay. */
export function speakerLabel(name: string): string {
  const [, kind, number] = /^(Speaker|Channel) (\d{1,6})$/.exec(name) ?? [];
  if (kind === undefined || Number(number) === 0) return name;
  return `${kind === "Speaker" ? "spk" : "ch"}_${Number(number) - 1}`;
}
