import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { Word } from "../api/types.ts";
import { markWords, rangeOf } from "./highlight.ts";
import type { Mending } from "./mending.ts";
import { clock } from "./numbers.ts";
import { isUnsure, lastAtMost, type Passage } from "./passages.ts";
import { playedMs, player, seek } from "./player.ts";
import { SpeakerName } from "./speaker.tsx";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";

/** The offset in an element's text at which a click was made. */
export function offsetAt(event: MouseEvent): number | undefined {
  const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (at != null) return at.offset;
  // Safari before 18.4
  return document.caretRangeFromPoint?.(event.clientX, event.clientY)?.startOffset;
}

/** Underlines words that the engine was unsure of, and new ones whose times are estimates. */
function useMarks(
  element: { readonly current: HTMLElement | null },
  passage: Passage,
  words: readonly Word[],
) {
  useEffect(() => {
    const node = element.current?.firstChild;
    if (!(node instanceof Text)) return undefined;
    const rangesOf = (isMarked: (word: Word) => boolean): Range[] =>
      passage.starts.flatMap((_start, index) => {
        const word = words[passage.from + index];
        return word !== undefined && isMarked(word)
          ? rangeOf(node, passage, passage.from + index)
          : [];
      });
    const ends = [
      markWords("unsure", rangesOf(isUnsure)),
      markWords(
        "changed",
        rangesOf(({ timing, confidence }) => timing === "estimated" && confidence === undefined),
      ),
    ];
    return () => {
      for (const end of ends) end();
    };
  }, [passage]);
}

/** Plays a passage again and again while somebody writes in it. */
function loop({ startMs, endMs }: Passage): () => void {
  return effect(() => {
    const ms = playedMs.value;
    if (player.peek()?.paused === false && (ms > endMs + 300 || ms < startMs - 500)) seek(startMs);
  });
}

/** Writing in a passage in place: from `begin` to `end`, also when the passage goes meanwhile. */
function useWriting(
  element: { readonly current: HTMLElement | null },
  passage: Passage,
  mending: Mending,
) {
  const isEdited = useSignal(false);
  /** What is written in: the passage, and the transcript that it is of. */
  const active = useRef<{ readonly passage: Passage; readonly seen: string }>(undefined);

  const begin = (ms: number): void => {
    if (isEdited.value || element.current === null) return;
    isEdited.value = true;
    mending.isWriting.value = true;
    active.current = { passage, seen: mending.seen() };
    element.current.contentEditable = "plaintext-only";
    element.current.focus();
    seek(ms);
  };
  const end = (current: HTMLElement | null, isKept: boolean): void => {
    const { current: own } = active;
    if (own === undefined || current === null) return;
    active.current = undefined;
    isEdited.value = false;
    mending.isWriting.value = false;
    current.contentEditable = "false";
    const written = (current.textContent ?? "").replaceAll(/\s+/g, " ").trim();
    if (!isKept || written === own.passage.text) current.textContent = own.passage.text;
    else act(() => mending.saveText(own.passage, written, { seen: own.seen }));
  };
  useEffect(() => {
    const { current } = element;
    return () => end(current, true); // also when the passage goes while somebody writes in it
  }, []);
  useEffect(() => (isEdited.value ? loop(passage) : undefined), [isEdited.value]);
  return { isEdited, begin, end };
}

export function PassageItem(props: {
  readonly passage: Passage;
  readonly words: readonly Word[];
  readonly mending: Mending;
}) {
  const { passage, words, mending } = props;
  const { startMs, text, from, starts } = passage;
  const element = useRef<HTMLParagraphElement>(null);
  const { isEdited, begin, end } = useWriting(element, passage, mending);
  useMarks(element, passage, words);

  const wordMs = (event: MouseEvent): number => {
    const offset = offsetAt(event);
    return (
      (offset === undefined ? undefined : words[from + lastAtMost(starts, offset)]?.startMs) ??
      startMs
    );
  };
  const play = (event: MouseEvent): void => {
    if (isEdited.value || getSelection()?.isCollapsed === false) return;
    seek(wordMs(event));
  };
  const onKey = (event: KeyboardEvent): void => {
    if (!isEdited.value) return;
    event.stopPropagation();
    if (event.key !== "Enter" && event.key !== "Escape") return;
    event.preventDefault();
    end(element.current, event.key === "Enter");
  };
  return (
    <li class="passage">
      <div class="passage-top">
        <SpeakerName passage={passage} mending={mending} />
        <button
          type="button"
          class="time"
          aria-label={say("playFrom", { time: clock(startMs) })}
          onClick={() => seek(startMs)}
        >
          {clock(startMs)}
        </button>
        <button type="button" class="edit" onClick={() => begin(startMs)} title="E">
          {say("edit")}
        </button>
      </div>
      <p
        ref={element}
        class="words"
        dir="auto"
        data-from={from}
        onClick={play}
        onDblClick={(event) => begin(wordMs(event))}
        onKeyDown={onKey}
        onBlur={() => end(element.current, true)}
      >
        {text}
      </p>
    </li>
  );
}
