import { effect } from "@preact/signals";
import { useEffect, useMemo, useRef } from "preact/hooks";
import type { Details } from "../api/types.ts";
import { markWords, rangeOf } from "./highlight.ts";
import { createMending, type Mending } from "./mending.ts";
import { isUnsure, lastAtMost, passagesOf, wordAt, type Passage } from "./passages.ts";
import { PassageItem } from "./passage.tsx";
import { playedMs, seek } from "./player.ts";
import { place } from "./route.ts";
import { knownSpeakers } from "./speaker.tsx";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";

/** A transcript as the page has it, and its passages. */
export function useTranscript(name: string, version: string | undefined) {
  const mending = useMemo(() => createMending(name), [name]);
  const { transcript } = mending;
  useEffect(() => {
    // it may just be made again: what happens then loads it
    if (version !== undefined && !mending.isWriting.value) mending.load().catch(() => {});
  }, [mending, version, mending.isWriting.value]);
  const words = transcript.value?.words;
  const passages = useMemo(() => passagesOf(words ?? []), [words]);
  const now = useRef(passages);
  now.current = passages;
  const current = (): number =>
    Math.max(
      0,
      lastAtMost(
        now.current.map(({ startMs }) => startMs),
        playedMs.peek() + 50,
      ),
    );
  return {
    mending,
    passages,
    /** Plays the passage before or after the one that is played. */
    step(by: number): void {
      const to = now.current[current() + by];
      if (to !== undefined) seek(to.startMs);
    },
    /** Presses a button of the passage that is played. */
    press(button: "edit" | "speaker"): void {
      const from = now.current[current()]?.from ?? -1;
      const item = document.querySelector(`[data-from="${from}"]`)?.closest("li");
      item?.querySelector<HTMLButtonElement>(`button.${button}`)?.click();
    },
    /** Goes to the next word that is unsure; from the last to the first. */
    nextUnsure(): void {
      const all = transcript.peek()?.words ?? [];
      const after = wordAt(all, playedMs.peek() + 1);
      const next = all.find((word, index) => index > after && isUnsure(word)) ?? all.find(isUnsure);
      if (next !== undefined) seek(next.startMs, { plays: false });
    },
  };
}

export type TranscriptState = ReturnType<typeof useTranscript>;

type List = { readonly current: HTMLElement | null };

const nodeOf = (list: List, from: number): Node | null | undefined =>
  list.current?.querySelector(`[data-from="${from}"]`)?.firstChild;

/** Marks the word that is said, and keeps its passage in view while it plays. */
function useSpoken(list: List, { passages, mending }: TranscriptState): void {
  useEffect(() => {
    let shown = -1;
    const froms = passages.map(({ from }) => from);
    return effect(() => {
      const words = mending.transcript.peek()?.words ?? [];
      const at = wordAt(words, playedMs.value + 20);
      if (at === shown) return;
      shown = at;
      const passage = passages[lastAtMost(froms, at)];
      const node = passage === undefined ? undefined : nodeOf(list, passage.from);
      if (at < 0 || passage === undefined || !(node instanceof Text)) return;
      markWords("spoken", rangeOf(node, passage, at));
      list.current?.querySelector(".now")?.classList.remove("now");
      const item = node.parentElement?.closest("li");
      item?.classList.add("now");
      keepInView(item);
    });
  }, [passages]);
}

let scrolledAt = Number.NEGATIVE_INFINITY;
addEventListener("wheel", () => (scrolledAt = performance.now()), { passive: true });
addEventListener("touchmove", () => (scrolledAt = performance.now()), { passive: true });

/** Scrolls, unless somebody has just scrolled by hand. */
function keepInView(element: HTMLElement | null | undefined): void {
  if (element == null || performance.now() - scrolledAt < 4_000) return;
  const around = element.closest(".beside")?.getBoundingClientRect();
  const own = element.getBoundingClientRect();
  if (around === undefined || (own.top >= around.top && own.bottom <= around.bottom)) return;
  element.scrollIntoView({ block: "center", behavior: "instant" });
}

/** Marks the words that were searched for. */
function useSought(list: List, passages: readonly Passage[]): void {
  const sought = place.value.searchParams.get("q") ?? "";
  useEffect(() => {
    const words = sought.toLowerCase().match(/[\p{L}\p{N}]+/gu) ?? [];
    if (words.length === 0) return undefined;
    const ranges = passages.flatMap((passage) => {
      const node = nodeOf(list, passage.from);
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

function Conflict({ mending }: { readonly mending: Mending }) {
  const open = mending.conflict.value;
  if (open === undefined) return null;
  return (
    <section class="conflict" role="alert">
      <p>
        <strong>{say("conflict")}</strong>
      </p>
      <p dir="auto">
        {say("theirs")}: {open.theirs}
      </p>
      <p dir="auto">
        {say("mine")}: {open.mine}
      </p>
      <div class="row">
        <button type="button" class="main" onClick={() => act(() => mending.decide(true))}>
          {say("useMine")}
        </button>
        <button type="button" onClick={() => act(() => mending.decide(false))}>
          {say("keepTheirs")}
        </button>
      </div>
    </section>
  );
}

function Saved({ mending }: { readonly mending: Mending }) {
  const state = mending.saving.value;
  return (
    <p class="quiet saved" role="status">
      {state !== "" && say(state)}{" "}
      {mending.undos.value.length > 0 && (
        <button type="button" onClick={() => act(() => mending.undo())}>
          {say("undo")}
        </button>
      )}
    </p>
  );
}

function Missing({ details }: { readonly details: Details }) {
  const job = details.jobs.find(({ step }) => step === "transcribe");
  return (
    <section class="empty">
      <h2>{say("noTranscript")}</h2>
      <p>{job?.failure?.message ?? job?.reason ?? say("noTranscriptWhy")}</p>
    </section>
  );
}

/** A passage is the same one as long as it says the same, wherever it stands. */
function keyed(passages: readonly Passage[]): [string, Passage][] {
  const counts = new Map<string, number>();
  return passages.map((passage) => {
    const said = `${passage.speaker ?? ""} ${passage.text}`;
    const count = counts.get(said) ?? 0;
    counts.set(said, count + 1);
    return [`${count} ${said}`, passage];
  });
}

export function TranscriptView(props: {
  readonly state: TranscriptState;
  readonly details: Details;
}) {
  const { state, details } = props;
  const { mending, passages } = state;
  const list = useRef<HTMLOListElement>(null);
  useSpoken(list, state);
  useSought(list, passages);
  const known = mending.transcript.value;
  if (details.type === "image") return <p class="quiet pad">{say("nothingSaid")}</p>;
  if (known === undefined) return <Missing details={details} />;
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
        <Saved mending={mending} />
      </div>
      <Conflict mending={mending} />
      {known.words.length === 0 && <p class="quiet pad">{say("nothingSaid")}</p>}
      <datalist id="known-speakers">
        {knownSpeakers().map((name) => (
          <option key={name} value={name} />
        ))}
      </datalist>
      <ol class="transcript" ref={list}>
        {keyed(passages).map(([key, passage]) => (
          <PassageItem key={key} passage={passage} words={known.words} mending={mending} />
        ))}
      </ol>
    </>
  );
}
