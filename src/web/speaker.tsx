import { useSignal } from "@preact/signals";
import type { Mending } from "./mending.ts";
import type { Passage } from "./passages.ts";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";

/** Names that were given in this library before are offered again. */
const knownKey = "speakers";

export function knownSpeakers(): string[] {
  const known: unknown = JSON.parse(localStorage.getItem(knownKey) ?? "[]");
  return Array.isArray(known) ? known.map(String) : [];
}

function remember(name: string): void {
  const others = knownSpeakers().filter((one) => one !== name);
  localStorage.setItem(knownKey, JSON.stringify([name, ...others].slice(0, 50)));
}

/** `spk_0` is read as "Speaker 1". */
export const speakerName = (speaker: string): string => {
  const [, number] = /^(?:spk|ch)_(\d+)$/.exec(speaker) ?? [];
  return number === undefined ? speaker : `${say("speaker")} ${Number(number) + 1}`;
};

/** Who speaks; a click gives another name, to this passage or to all of this speaker. */
export function SpeakerName(props: { readonly passage: Passage; readonly mending: Mending }) {
  const { passage, mending } = props;
  const { speaker } = passage;
  const isOpen = useSignal(false);
  const save = (event: SubmitEvent): void => {
    event.preventDefault();
    const { elements } = event.currentTarget as HTMLFormElement;
    const name = (elements.namedItem("speaker") as HTMLInputElement).value.trim();
    const everywhere = (elements.namedItem("everywhere") as HTMLInputElement | null)?.checked;
    isOpen.value = false;
    if (name === "" || name === speaker) return;
    remember(name);
    act(() => mending.nameSpeaker(passage, name, everywhere === true));
  };
  if (!isOpen.value)
    return (
      <button
        type="button"
        class={speaker === undefined ? "speaker unnamed" : "speaker"}
        onClick={() => (isOpen.value = true)}
      >
        {speaker === undefined ? say("nameSpeaker") : speakerName(speaker)}
      </button>
    );
  return (
    <form class="speaker-form" onSubmit={save}>
      <input
        name="speaker"
        list="known-speakers"
        maxLength={100}
        aria-label={say("nameSpeaker")}
        defaultValue={speaker === undefined ? "" : speakerName(speaker)}
        ref={(input) => input?.select()}
        onKeyDown={(event) => {
          if (event.key === "Escape") isOpen.value = false;
        }}
      />
      {speaker !== undefined && (
        <label>
          <input type="checkbox" name="everywhere" defaultChecked /> {say("everywhere")}
        </label>
      )}
      <button class="main">{say("save")}</button>
    </form>
  );
}
