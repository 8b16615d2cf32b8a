/**
 * A speaker's label in words: `spk_0` → `Speaker 1`, `ch_1` → `Channel 2`; names stay. Labels are Amazon
 * Transcribe's; people read these words, in captions, texts, tables and documents alike.
 */
export function speakerName(label: string): string {
  const found = /^(spk|ch)_(\d{1,6})$/.exec(label);
  if (found === null) return label;
  return `${found[1] === "spk" ? "Speaker" : "Channel"} ${Number(found[2]) + 1}`;
}
