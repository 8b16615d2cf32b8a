import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { csvLine } from "../media/csv.ts";
import { MediaError } from "../media/errors.ts";
import { readVocabulary } from "./vocabulary-file.ts";

const read = (text: string) => readVocabulary(Buffer.from(text), "names.csv").phrases;

describe("a vocabulary", () => {
  it.each([
    ["lines", "Los Angeles\n\nKubernetes\n", [{ phrase: "Los Angeles" }, { phrase: "Kubernetes" }]],
    [
      "CSV",
      'Kubernetes,cooper-net-ease\r\n"Smith, John",,"John ""J"" Smith"\r\n',
      [
        { phrase: "Kubernetes", soundsLike: "cooper-net-ease" },
        { phrase: "Smith, John", displayAs: 'John "J" Smith' },
      ],
    ],
    [
      "CSV with a header in another order",
      "\ufeffDisplay-as,Phrase\nAWS,A.W.S.\n",
      [{ phrase: "A.W.S.", displayAs: "AWS" }],
    ],
    [
      "a table of Amazon Transcribe",
      "Phrase\tSoundsLike\tIPA\tDisplayAs\nLos-Angeles\t\t\tLos Angeles\nF.C.C.\t\tɛ f s i\tFCC\nEva-Maria\t\t\t\n",
      [
        { phrase: "Los Angeles", displayAs: "Los Angeles" },
        { phrase: "F.C.C.", displayAs: "FCC" },
        { phrase: "Eva Maria" },
      ],
    ],
  ])("is read from %s", (_what, text, phrases) => {
    expect(read(text)).toEqual(phrases);
  });

  it.each([
    ["nothing", "", /names\.csv: there are no phrases/],
    ["a header alone", "phrase,displayas\n", /there are no phrases/],
    ["too many fields", "a,b,c\nd,e,f,g\n", /line 2: 4 fields, but there are 3 columns/],
    ["no phrase", "a,b\n,c\n", /line 2: there is no phrase/],
    ["signs alone", "a\n---\n", /line 2: there is no phrase/],
    ["an open quote", 'a,b\n"c,d\n', /line 2: a quote is not closed/],
    ["a stray quote", 'a,b\nc"d,e\n', /line 2: a quote within a field/],
    ["the same twice", "Bob\nAnn\nbob\n", /line 3: "bob" is there already, on line 1/],
    ["an unknown column", "phrase,colour\na,b\n", /line 1: "colour" is no column/],
    ["a column twice", "phrase,phrase\na,b\n", /line 1: the column "phrase" is there twice/],
    ["a phrase too long", `ok\n${"x".repeat(257)}\n`, /line 2: more than 256 characters/],
    ["a control character", "ok\na\u0007b\n", /line 2: a control character/],
    ["a line after a field of two lines", 'a,"b\nb"\n,c\n', /line 3|control/],
    ["more than 50 KB", "x".repeat(60_000), /more than 50 KB/],
  ])("is refused, with the line: %s", (_what, text, why) => {
    expect(() => read(text)).toThrow(why);
  });

  it("is refused when it is no text", () => {
    expect(() => readVocabulary(Buffer.from([0xff, 0xfe, 0x41]), "a")).toThrow(/UTF-8/);
  });

  it("is read as it was written, as CSV", () => {
    const field = fc.stringMatching(/^[a-z"',; ]{0,10}[a-z]$/).map((text) => text.trim());
    const rows = fc.uniqueArray(fc.tuple(field, field, field), {
      minLength: 1,
      maxLength: 10,
      selector: ([phrase]) => phrase,
    });
    fc.assert(
      fc.property(rows, (list) => {
        fc.pre(list.every(([phrase]) => /^[a-z]/.test(phrase)));
        const text = `phrase,sounds-like,display-as\r\n${list.map(csvLine).join("")}`;
        expect(read(text)).toEqual(
          list.map(([phrase, soundsLike, displayAs]) => ({
            phrase,
            soundsLike: soundsLike.replace(/^(?=[=+\-@])/, "'"),
            displayAs,
          })),
        );
      }),
    );
  });

  it("throws nothing but a MediaError, whatever it is given", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.string({ maxLength: 200 }),
        (bytes, text) => {
          for (const given of [bytes, Buffer.from(text)])
            try {
              for (const { phrase } of readVocabulary(given, "f").phrases)
                expect(phrase).not.toBe("");
            } catch (thrown) {
              expect(thrown).toBeInstanceOf(MediaError);
              expect(thrown).toMatchObject({ code: "invalid_argument" });
            }
        },
      ),
    );
  });

  it("has the same hash when it says the same", () => {
    const hash = (text: string) => readVocabulary(Buffer.from(text), "f").sha256;
    expect(hash("a,b\nc\n")).toBe(hash('phrase,soundslike\r\n"a",b\r\n\r\nc,\r\n'));
    expect(hash("a")).not.toBe(hash("b"));
  });
});
