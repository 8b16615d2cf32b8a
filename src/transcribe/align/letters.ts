import { phoneTable } from "./phone-table.ts";

/** A phone for a letter: the last resort for a word that nothing else can pronounce. */
const phonesOfLetter = phoneTable(
  "a=AE b=B c=K d=D e=EH f=F g=G h=HH i=IH j=JH k=K l=L m=M n=N o=AA p=P q=K r=R s=S t=T",
  "u=AH v=V w=W x=K-S y=IY z=Z C=CH S=SH T=TH α=AA β=V γ=G δ=DH ε=EH ζ=Z η=IY θ=TH ι=IY",
  "κ=K λ=L μ=M ν=N ξ=K-S ο=AO π=P ρ=R σ=S ς=S τ=T υ=IY φ=F χ=HH ψ=P-S ω=AO а=AA б=B в=V",
  "г=G д=D е=Y-EH ж=ZH з=Z и=IY к=K л=L м=M н=N о=AO п=P р=R с=S т=T у=UW ф=F х=HH ц=T-S",
  "ч=CH ш=SH щ=SH ы=IH э=EH ю=Y-UW я=Y-AA і=IY є=Y-EH ґ=G",
);

/** What the letters are called, for `FBI` and `R2D2`. */
const namesOfLetter = phoneTable(
  "a=EY b=B-IY c=S-IY d=D-IY e=IY f=EH-F g=JH-IY h=EY-CH i=AY j=JH-EY k=K-EY l=EH-L",
  "m=EH-M n=EH-N o=OW p=P-IY q=K-Y-UW r=AA-R s=EH-S t=T-IY u=Y-UW v=V-IY",
  "w=D-AH-B-AH-L-Y-UW x=EH-K-S y=W-AY z=Z-IY",
);

/** More is no word, and makes the search slow. */
const longestLetters = 100;

/** A word as its letters sound. Empty where no letter is known (Chinese, Arabic …). */
export function phonesOfLetters(word: string): string {
  const plain = word
    .slice(0, longestLetters)
    .toLowerCase()
    .normalize("NFD")
    .replace(/\p{M}/gu, "")
    .replace(/(.)\1/gu, "$1")
    .replace(/([^aeiou])e$/, "$1")
    .replaceAll("ch", "C")
    .replaceAll("sh", "S")
    .replaceAll("th", "T")
    .replaceAll("ph", "f");
  return Array.from(plain, (letter) => phonesOfLetter[letter] ?? "")
    .filter((phones) => phones !== "")
    .join(" ");
}

/** `FBI` → `EH F B IY AY`: letters called by their English names. Undefined unless all are A–Z. */
export function spelledPhones(word: string): string | undefined {
  if (!/^[A-Z]{1,8}$/.test(word)) return undefined;
  return Array.from(word.toLowerCase(), (letter) => namesOfLetter[letter]).join(" ");
}
