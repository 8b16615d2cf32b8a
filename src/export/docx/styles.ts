import type { IStylesOptions } from "docx";
import type { BandId } from "./bands.ts";
import { fontsFor, languageFor } from "./script.ts";

/** Shades of the bands. The lines under the words distinguish them in print, without colour. */
export const shades: Readonly<Record<BandId, string>> = {
  Certain: "FFFFFF",
  Likely: "FFF3BF",
  Doubtful: "FFD8A8",
  Poor: "FFC9C9",
  Unrated: "E9ECEF",
};

/** Colours of the chart's bars: the same hues, dark enough on white. */
export const barColours: Readonly<Record<BandId, string>> = {
  Certain: "5C940D",
  Likely: "F2C94C",
  Doubtful: "F08C00",
  Poor: "E03131",
  Unrated: "868E96",
};

const shading = (band: BandId) => ({ type: "clear", color: "auto", fill: shades[band] }) as const;

/** Twips: the distance of the text from the margin that holds the times. */
const timeColumn = 1_000;

const quiet = { color: "5F6B76" };
const base = { basedOn: "Normal", quickFormat: true };

const characterStyles: NonNullable<IStylesOptions["characterStyles"]> = [
  { id: "FactName", name: "Fact Name", run: quiet },
  { id: "Time", name: "Time", run: { size: 18, sizeComplexScript: 18, ...quiet } },
  // No shade: most words are sure, and their pages should look plain.
  { id: "Certain", name: "Confidence Certain" },
  { id: "Likely", name: "Confidence Likely", run: { shading: shading("Likely") } },
  {
    id: "Doubtful",
    name: "Confidence Doubtful",
    run: { shading: shading("Doubtful"), underline: { type: "dotted", color: "B35C00" } },
  },
  {
    id: "Poor",
    name: "Confidence Poor",
    run: { shading: shading("Poor"), underline: { type: "wave", color: "C92A2A" } },
  },
  { id: "Unrated", name: "Confidence Unrated" },
];

/** The looks of whole paragraphs; `language` is that of what is said. */
const paragraphStyles = (
  language: ReturnType<typeof languageFor> & { value: string },
): NonNullable<IStylesOptions["paragraphStyles"]> => [
  {
    ...base,
    id: "Fact",
    name: "Fact",
    paragraph: {
      spacing: { after: 20 },
      indent: { left: 2_200, hanging: 2_200 },
      leftTabStop: 2_200,
    },
  },
  {
    ...base,
    id: "Notice",
    name: "Notice",
    run: { italics: true, italicsComplexScript: true },
    paragraph: {
      border: { left: { style: "single", size: 18, space: 8, color: "F08C00" } },
      indent: { left: 160 },
    },
  },
  {
    ...base,
    id: "Chart",
    name: "Chart",
    // The line is as high as its text.
    paragraph: { keepNext: true, spacing: { line: 240, lineRule: "auto" } },
  },
  { ...base, id: "Legend", name: "Legend", run: { size: 18, sizeComplexScript: 18, ...quiet } },
  {
    ...base,
    id: "Speaker",
    name: "Speaker",
    next: "Speech",
    run: { bold: true, boldComplexScript: true, color: "1F4E79" },
    paragraph: {
      keepNext: true,
      spacing: { before: 200, after: 40 },
      indent: { left: timeColumn },
    },
  },
  {
    ...base,
    id: "Speech",
    name: "Speech",
    run: { language },
    paragraph: {
      indent: { left: timeColumn, hanging: timeColumn },
      leftTabStop: timeColumn,
    },
  },
  {
    ...base,
    id: "Foot",
    name: "Foot",
    run: { size: 18, sizeComplexScript: 18, ...quiet },
    paragraph: { rightTabStop: 9_026, spacing: { after: 0 } },
  },
];

/** All looks are in these styles. To change a look, change its style. */
export function stylesFor(languageCode: string): IStylesOptions {
  const language = { value: "en-US", ...languageFor(languageCode) };
  return {
    default: {
      document: {
        run: {
          font: fontsFor(languageCode),
          size: 22,
          sizeComplexScript: 22,
          language,
        },
        paragraph: { spacing: { after: 120, line: 276, lineRule: "auto" } },
      },
      title: {
        run: {
          size: 44,
          sizeComplexScript: 44,
          bold: true,
          boldComplexScript: true,
          color: "1F2933",
        },
        paragraph: { spacing: { after: 60 }, keepNext: true },
      },
      heading1: {
        run: {
          size: 28,
          sizeComplexScript: 28,
          bold: true,
          boldComplexScript: true,
          color: "1F4E79",
        },
        paragraph: { spacing: { before: 320, after: 120 }, keepNext: true },
      },
    },
    paragraphStyles: paragraphStyles(language),
    characterStyles,
  };
}
