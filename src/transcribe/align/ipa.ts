import { phoneTable } from "./phone-table.ts";

/**
 * The sounds of the International Phonetic Alphabet, as espeak-ng writes them, by the phones of the
 * English acoustic model (CMU's): for sounds that English lacks, the nearest.
 */
const phonesOfSign = phoneTable(
  "tʃ=CH dʒ=JH ts=T-S dz=D-Z tɕ=CH dʑ=JH pf=P-F aɪɚ=AY-ER aɪə=AY-AH aɪ=AY ai=AY aʊ=AW",
  "au=AW ɑʊ=AW eɪ=EY ei=EY oʊ=OW əʊ=OW ou=OW ɔɪ=OY oi=OY ɔø=OY ɔʏ=OY eu=EH-UW iə=IY-AH",
  "ɪə=IH-AH ʊə=UH-AH eə=EH-AH ɑːɹ=AA-R ɑɹ=AA-R ɔːɹ=AO-R oːɹ=AO-R ɔɹ=AO-R ʊɹ=UH-R ɪɹ=IH-R",
  "ɛɹ=EH-R ɚ=ER ɝ=ER ɜː=ER ɜ=ER əl=AH-L n̩=AH-N l̩=AH-L m̩=AH-M r̩=ER i=IY ɪ=IH ᵻ=IH",
  "ɨ=IH y=UW ʏ=UH e=EY ɛ=EH æ=AE a=AA ɐ=AH ɑ=AA ɒ=AA ɔ=AO o=OW ʊ=UH u=UW ɯ=UW ʌ=AH ə=AH",
  "ɵ=UH ø=ER œ=ER ɤ=AH ɑ̃=AA-N ɛ̃=AE-N ɔ̃=AO-N œ̃=AH-N ɐ̃=AH-N ẽ=EH-N ĩ=IY-N õ=OW-N",
  "ũ=UW-N p=P b=B t=T d=D k=K g=G ɡ=G c=K ɟ=G q=K ʔ=T ɾ=T ʈ=T ɖ=D ɓ=B ɗ=D m=M n=N ŋ=NG",
  "ɲ=N-Y ɳ=N ɴ=NG f=F v=V θ=TH ð=DH s=S z=Z ʃ=SH ʒ=ZH ɕ=SH ʑ=ZH ʂ=SH ʐ=ZH ç=HH x=HH χ=HH",
  "h=HH ɦ=HH ħ=HH ʕ=HH ɣ=G β=V ɸ=F l=L ɫ=L ʎ=L-Y ɭ=L ɬ=L ɹ=R r=R ʀ=R ʁ=R ɻ=R ɽ=R j=Y w=W",
  "ɥ=W ʋ=V",
);

const longestFirst = Object.entries(phonesOfSign)
  .map(([sign, phones]) => [sign.normalize("NFC"), phones] as const)
  .toSorted(([a], [b]) => b.length - a.length);

/** Stress, length by half, breath, ties between letters, pauses, and espeak's notes `(en)`. */
const unheard = /[ˈˌˑʲʷʰ‿|.'’()]|\u032A|\u032F|\u032C|\u0325/gu;

/** `l_ˈɪ_ɾ_əl` → `L IH T AH L`. Signs that are not known are left out; it may be empty. */
export function phonesOfIpa(ipa: string): string {
  const plain = ipa
    .normalize("NFC")
    .replace(/\([\w-]+\)/g, "")
    .replace(unheard, "")
    .replace(/(\p{L})͡/gu, "$1");
  const phones: string[] = [];
  for (const piece of plain.split(/[_\s]+/))
    for (let rest = piece; rest !== "";) {
      const [sign = "", phone] = longestFirst.find(([one]) => rest.startsWith(one)) ?? [];
      if (phone !== undefined) phones.push(phone);
      rest = rest.slice(sign === "" ? 1 : sign.length);
    }
  return phones.join(" ");
}
