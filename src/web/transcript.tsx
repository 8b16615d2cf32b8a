import { effect, useSignal } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Details, Transcript } from "../api/types.ts";
import { clock } from "./numbers.ts";
import { isUnsure, lastAtMost, passagesOf, wordAt, type Passage } from "./passages.ts";
import { playedMs, seek } from "./player.ts";
import { place } from "./route.ts";
import { get, mediaPath } from "./server.ts";
import { markWords, rangeOf } from "./highlight.ts";
import { say } from "./words.ts";

/** A transcript as the page has it, and its passages. */
export function useTranscript(name: string, version: string | undefined) {
  const transcript = useSignal<Transcript | undefined>(undefined);
  useEffect(() => {
    if (version === undefined) return;
    get<Transcript>(`${mediaPath(name)}/transcript`).then(
      (found) => (transcript.value = found),
      () => {}, // it may just be made again
    );
  }, [name, version]);
  const words = transcript.value?.words;
  const passages = useMemo(() => passagesOf(words ?? []), [words]);
  const state = { transcript, passages };
  const now = useRef(state);
  now.current = state;
  return {
    transcript,
    passages,
    /** Plays the passage before or after the one that is played. */
    step(by: number): void {
      const starts = now.current.passages.map(({ startMs }) => startMs);
      const at = Math.max(0, lastAtMost(starts, playedMs.peek() + 50) + by);
      const to = starts[at];
      if (to !== undefined) seek(to);
    },
    /** Goes to the next word that is unsure; from the last to the first. */
    nextUnsure(): void {
      const all = now.current.transcript.peek()?.words ?? [];
      const after = wordAt(all, playedMs.peek() + 1);
      const next = all.find((word, index) => index > after && isUnsure(word)) ?? all.find(isUnsure);
      if (next !== undefined) seek(next.startMs, { plays: false });
    },
  };
}

export type TranscriptState = ReturnType<typeof useTranscript>;

/** The offset in an element's text at which a click was made. */
function offsetAt(event: MouseEvent): number | undefined {
  const at = document.caretPositionFromPoint?.(event.clientX, event.clientY);
  if (at != null) return at.offset;
  // Safari before 18.4
  return document.caretRangeFromPoint?.(event.clientX, event.clientY)?.startOffset;
}

export const speakerName = (speaker: string): string => {
  const [, number] = /^(?:spk|ch)_(\d+)$/.exec(speaker) ?? [];
  return number === undefined ? speaker : `${say("speaker")} ${Number(number) + 1}`;
};

function PassageItem(props: { readonly passage: Passage; readonly words: Transcript["words"] }) {
  const { passage, words } = props;
  const { speaker, startMs, text, from, starts } = passage;
  const element = useRef<HTMLParagraphElement>(null);
  useEffect(() => {
    const node = element.current?.firstChild;
    if (!(node instanceof Text)) return undefined;
    const ranges = starts.flatMap((_start, index) => {
      const word = words[from + index];
      return word !== undefined && isUnsure(word) ? rangeOf(node, passage, from + index) : [];
    });
    return markWords("unsure", ranges);
  }, [passage]);
  const play = (event: MouseEvent): void => {
    if (getSelection()?.isCollapsed === false) return;
    const offset = offsetAt(event);
    const word = offset === undefined ? undefined : words[from + lastAtMost(starts, offset)];
    seek(word?.startMs ?? startMs);
  };
  return (
    <li class="passage">
      <div class="passage-top">
        {speaker !== undefined && <span class="speaker">{speakerName(speaker)}</span>}
        <button
          type="button"
          class="time"
          aria-label={say("playFrom", { time: clock(startMs) })}
          onClick={() => seek(startMs)}
        >
          {clock(startMs)}
        </button>
      </div>
      <p ref={element} class="words" dir="auto" data-from={from} onClick={play}>
        {text}
      </p>
    </li>
  );
}

/** Marks the word that is said, and keeps its passage in view while it plays. */
function useSpoken(list: { readonly current: HTMLElement | null }, state: TranscriptState): void {
  const { passages, transcript } = state;
  useEffect(() => {
    let shown = -1;
    const froms = passages.map(({ from }) => from);
    return effect(() => {
      const words = transcript.peek()?.words ?? [];
      const at = wordAt(words, playedMs.value + 20);
      if (at === shown) return;
      shown = at;
      const passage = passages[lastAtMost(froms, at)];
      const element = list.current?.querySelector(`[data-from="${passage?.from ?? -1}"]`);
      const node = element?.firstChild;
      if (at < 0 || passage === undefined || !(node instanceof Text)) return;
      markWords("spoken", rangeOf(node, passage, at));
      list.current?.querySelector(".now")?.classList.toggle("now", false);
      element?.parentElement?.classList.add("now");
      keepInView(element?.parentElement);
    });
  }, [passages]);
}

let scrolledAt = 0;
addEventListener("wheel", () => (scrolledAt = performance.now()), { passive: true });
addEventListener("touchmove", () => (scrolledAt = performance.now()), { passive: true });

/** Scrolls, unless somebody has just scrolled by hand. */
function keepInView(element: HTMLElement | null | undefined): void {
  if (element == null || performance.now() - scrolledAt < 4_000) return;
  const box = element.closest(".beside");
  const around = box?.getBoundingClientRect();
  const own = element.getBoundingClientRect();
  if (around === undefined || (own.top >= around.top && own.bottom <= around.bottom)) return;
  element.scrollIntoView({ block: "center", behavior: "instant" });
}

/** Marks the words that were searched for. */
function useSought(list: { readonly current: HTMLElement | null }, passages: readonly Passage[]) {
  const sought = place.value.searchParams.get("q") ?? "";
  useEffect(() => {
    const words = sought.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    if (words.length === 0) return undefined;
    const ranges = passages.flatMap((passage) => {
      const node = list.current?.querySelector(`[data-from="${passage.from}"]`)?.firstChild;
      if (!(node instanceof Text)) return [];
      return passage.starts.flatMap((_start, index) => {
        const range = rangeOf(node, passage, passage.from + index);
        const text = range[0]?.toString().toLowerCase() ?? "";
        return words.some((word) => text.startsWith(word)) ? range : [];
      });
    });
    return markWords("sought", ranges);
  }, [sought, passages]);
}

export function TranscriptView(props: {
  readonly state: TranscriptState;
  readonly details: Details;
}) {
  const { state, details } = props;
  const { transcript, passages } = state;
  const list = useRef<HTMLOListElement>(null);
  useSpoken(list, state);
  useSought(list, passages);
  const known = transcript.value;
  if (details.type === "image") return <p class="quiet pad">{say("nothingSaid")}</p>;
  if (known === undefined) {
    const job = details.jobs.find(({ step }) => step === "transcribe");
    return (
      <section class="empty">
        <h2>{say("noTranscript")}</h2>
        <p>{job?.failure?.message ?? job?.reason ?? say("noTranscriptWhy")}</p>
      </section>
    );
  }
  const unsure = known.words.filter(isUnsure).length;
  return (
    <>
      <div class="notes">
        {known.engine.quality === "draft" && <p class="quiet">{say("draft")}</p>}
        {unsure > 0 && (
          <p class="quiet">
            {say("unsure", { count: unsure })}{" "}
            <button type="button" onClick={() => state.nextUnsure()} title="N">
              {say("nextUnsure")}
            </button>
          </p>
        )}
      </div>
      {known.words.length === 0 && <p class="quiet pad">{say("nothingSaid")}</p>}
      <ol class="transcript" ref={list}>
        {passages.map((passage) => (
          <PassageItem key={passage.from} passage={passage} words={known.words} />
        ))}
      </ol>
    </>
  );
}
