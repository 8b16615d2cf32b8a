import { runOdd } from "../scripts/odd.ts";
import { atMost, spreadOf, type Bench, type Findings } from "./figure.ts";

/** Files that have only a moment of work in them, for a quick run. */
const quickNames = ["sound.wav", "antiphase.wav"];

/** Odd files: what comes out of 100 files of many containers, codecs, layouts and oddities. */
export async function oddFigure({ quick, results, note }: Bench): Promise<Findings> {
  const seed = 1;
  const all = await runOdd({
    seed,
    ...(results !== undefined && { results }),
    names: quick ? quickNames : [],
    onResult: ({ name, wrong }) => note(wrong.length === 0 ? `✓ ${name}` : `✗ ${name}`),
  });
  const bad = all.filter(({ wrong }) => wrong.length > 0);
  return {
    rows: [
      {
        what: `wrong, of ${all.length} files that are made and checked by decoding`,
        unit: "files",
        measured: spreadOf([bad.length]),
        target: atMost(0),
      },
    ],
    remarks: [
      `\`npm run odd -- ${seed}\`: lengths within 0.1 s, tones within 0.2 s of where they are and within a frame of the ` +
        "flash, the quarters of the picture where they belong and within 3 % of their colours.",
      ...(results === undefined ? [] : ["It went on with an earlier run (`--results`)."]),
      ...bad.map(({ name, wrong }) => `\`${name}\`: ${wrong.join("; ")}`),
    ],
  };
}
