/** The small words of a language that decide where a line breaks. */
export interface Grammar {
  /** Begin a clause: good to break before (BBC subtitle guidelines, "line breaks"). */
  readonly openers: ReadonlySet<string>;
  /** Belong to the next word: bad to break after. */
  readonly leaners: ReadonlySet<string>;
}

const words = (text: string): ReadonlySet<string> => new Set(text.split(" "));

const english: Grammar = {
  openers: words(
    "and but or nor so yet because although though while when where which who whose that if unless until than as",
  ),
  leaners: words(
    "a an the my your his her its our their this these of to in on at by for with from into i you he she we they is are was were",
  ),
};

const none: Grammar = { openers: new Set(), leaners: new Set() };

const grammars: Readonly<Record<string, Grammar>> = {
  en: english,
  de: {
    openers: words(
      "und aber oder denn sondern doch weil dass obwohl während wenn als ob bis wo wer",
    ),
    leaners: words(
      "der die das den dem des ein eine einen einem einer eines mein dein sein ihr unser zu in im an am auf bei für mit von vom aus ich du er sie es wir ist sind war",
    ),
  },
  fr: {
    openers: words("et mais ou car donc ni parce puisque quand lorsque si que qui où dont comme"),
    leaners: words(
      "le la les un une des du de au aux mon ma mes ton ta tes son sa ses ce cette ces à en dans par pour sur avec je tu il elle nous vous ils est sont",
    ),
  },
  es: {
    openers: words("y e pero o u ni porque aunque cuando donde si que quien como mientras"),
    leaners: words(
      "el la los las un una unos unas de del a al en por para con mi tu su este esta yo él ella es son",
    ),
  },
  it: {
    openers: words("e ed ma o oppure perché quando dove se che chi come mentre anche"),
    leaners: words(
      "il lo la i gli le un uno una di del della a al alla in nel nella da con su per mio tuo suo io è sono",
    ),
  },
  pt: {
    openers: words("e mas ou nem porque embora quando onde se que quem como enquanto"),
    leaners: words(
      "o a os as um uma de do da dos das em no na por para com meu teu seu este esta eu ele ela é são",
    ),
  },
  nl: {
    openers: words("en maar of want dus omdat hoewel terwijl toen als dat die waar wie"),
    leaners: words(
      "de het een mijn jouw zijn haar ons hun van te in op aan bij voor met uit ik je hij ze we is",
    ),
  },
};

/** The small words of a language, by its primary code; none for an unknown language. */
export function grammarOf(language: string): Grammar {
  return grammars[language] ?? none;
}
