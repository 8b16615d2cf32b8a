import { signal } from "@preact/signals";
import type { Transcript } from "../api/types.ts";
import { passagesOf, type Passage } from "./passages.ts";
import { change, mediaPath, Refusal, send } from "./server.ts";

/** A correction of words in a row, as the server takes it. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text?: string;
  readonly speaker?: string;
}

/** What was corrected elsewhere while it was corrected here. */
export interface Conflict {
  readonly mine: string;
  readonly theirs: string;
  /** Where theirs stands now. */
  readonly from: number;
  readonly to: number;
}

interface Undo {
  readonly passage: Pick<Passage, "from" | "to" | "text">;
  readonly text: string;
}

/** A transcript that is read and corrected: one correction after another, each of what was seen. */
export function createMending(name: string) {
  const path = `${mediaPath(name)}/transcript`;
  const transcript = signal<Transcript | undefined>(undefined);
  const saving = signal<"" | "saving" | "saved">("");
  const conflict = signal<Conflict | undefined>(undefined);
  const undos = signal<readonly Undo[]>([]);
  let etag = "";
  let queue: Promise<unknown> = Promise.resolve();

  const load = async (): Promise<void> => {
    const answer = await send(path);
    etag = answer.headers.get("etag") ?? "";
    transcript.value = (await answer.json()) as Transcript;
  };
  const post = async (
    body: { edits?: readonly Edit[]; speakers?: Record<string, string> },
    tag: string,
  ): Promise<void> => {
    await change("POST", `${path}/edits`, body, { "if-match": tag });
    await load();
  };
  /** Where a passage stands by now, when it says the same; undefined when it was changed. */
  const placeOf = ({ from, text }: Pick<Passage, "from" | "text">): Passage | undefined => {
    const same = passagesOf(transcript.value?.words ?? []).filter((one) => one.text === text);
    return same.toSorted((a, b) => Math.abs(a.from - from) - Math.abs(b.from - from))[0];
  };
  const isStale = (error: unknown): boolean =>
    error instanceof Refusal && error.problem.code === "precondition_failed";

  /** Saves after all that was saved before. `again` says what to do when the transcript is another one by now. */
  const inTurn = (save: () => Promise<void>, again: () => Promise<void>): Promise<void> => {
    const own = queue.then(async () => {
      saving.value = "saving";
      try {
        await save();
        saving.value = "saved";
      } catch (error) {
        saving.value = "";
        if (!isStale(error)) throw error;
        await load();
        await again();
      }
    });
    queue = own.catch(() => undefined);
    return own;
  };

  const saveText = (
    passage: Pick<Passage, "from" | "to" | "text">,
    text: string,
    { seen = etag, isUndo = false }: { readonly seen?: string; readonly isUndo?: boolean } = {},
  ): Promise<void> => {
    const write = async (
      { from, to }: Pick<Passage, "from" | "to">,
      tag: string,
    ): Promise<void> => {
      const before = transcript.value?.words.length ?? 0;
      await post({ edits: [{ from, to, text }] }, tag);
      const grown = (transcript.value?.words.length ?? 0) - before;
      const undo = { passage: { from, to: to + grown, text }, text: passage.text };
      undos.value = isUndo ? undos.value.slice(0, -1) : [...undos.value, undo];
    };
    return inTurn(
      () => write(passage, seen),
      async () => {
        const moved = placeOf(passage);
        if (moved !== undefined) {
          await write(moved, etag);
          saving.value = "saved";
          return;
        }
        const all = passagesOf(transcript.value?.words ?? []);
        const there = all.find(({ to }) => to > passage.from) ?? all.at(-1);
        const { from = 0, to = 0, text: theirs = "" } = there ?? {};
        conflict.value = { mine: text, theirs, from, to };
      },
    );
  };
  const nameSpeaker = (passage: Passage, speaker: string, everywhere: boolean): Promise<void> => {
    const old = passage.speaker;
    const seen = etag;
    const write = ({ from, to }: Passage, tag: string) =>
      everywhere && old !== undefined
        ? post({ speakers: { [old]: speaker } }, tag)
        : post({ edits: [{ from, to, speaker }] }, tag);
    return inTurn(
      () => write(passage, seen),
      async () => {
        const moved = placeOf(passage);
        if (moved !== undefined) await write(moved, etag);
      },
    );
  };
  return {
    transcript,
    saving,
    conflict,
    undos,
    /** Whether somebody writes in a passage: it must not change meanwhile. */
    isWriting: signal(false),
    /** Names the transcript that is shown. */
    seen: () => etag,
    load,
    saveText,
    nameSpeaker,
    /** Takes the last correction of words back. */
    async undo(): Promise<void> {
      const last = undos.value.at(-1);
      if (last !== undefined) await saveText(last.passage, last.text, { isUndo: true });
    },
    /** Ends a conflict: with what was written here, or as it is. */
    async decide(usesMine: boolean): Promise<void> {
      const { value: open } = conflict;
      conflict.value = undefined;
      if (open === undefined || !usesMine) return;
      await saveText({ from: open.from, to: open.to, text: open.theirs }, open.mine);
    },
  };
}

export type Mending = ReturnType<typeof createMending>;
