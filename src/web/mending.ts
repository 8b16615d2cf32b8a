import { signal } from "@preact/signals";
import type { Transcript, Word } from "../api/types.ts";
import { passagesOf, type Passage } from "./passages.ts";
import { change, mediaPath, Refusal, send } from "./server.ts";

/** A correction of words in a row, as the server takes it. */
interface Edit {
  readonly from: number;
  readonly to: number;
  readonly text?: string;
  readonly speaker?: string;
}

interface Corrections {
  readonly edits?: readonly Edit[];
  readonly speakers?: Readonly<Record<string, string>>;
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

/** Where a passage stands by now, when it says the same; undefined when it was changed. */
function placeOf(
  words: readonly Word[],
  { from, text }: Pick<Passage, "from" | "text">,
): Passage | undefined {
  const same = passagesOf(words).filter((one) => one.text === text);
  return same.toSorted((a, b) => Math.abs(a.from - from) - Math.abs(b.from - from))[0];
}

/** What stands where a passage was. */
function conflictAt(words: readonly Word[], { from }: Pick<Passage, "from">, mine: string) {
  const all = passagesOf(words);
  const there = all.find(({ to }) => to > from) ?? all.at(-1);
  return { mine, theirs: there?.text ?? "", from: there?.from ?? 0, to: there?.to ?? 0 };
}

const isStale = (error: unknown): boolean =>
  error instanceof Refusal && error.problem.code === "precondition_failed";

/** A speaker's name for a passage, or for all that this speaker says. */
function naming(
  { from, to, speaker: old }: Passage,
  name: string,
  everywhere: boolean,
): Corrections {
  return everywhere && old !== undefined
    ? { speakers: { [old]: name } }
    : { edits: [{ from, to, speaker: name }] };
}

/** The transcript that is shown, and how it is sent. */
function createSeen(path: string) {
  const transcript = signal<Transcript | undefined>(undefined);
  let etag = "";
  const load = async (): Promise<void> => {
    const answer = await send(path);
    etag = answer.headers.get("etag") ?? "";
    transcript.value = (await answer.json()) as Transcript;
  };
  return {
    transcript,
    load,
    /** Names the transcript that is shown. */
    seen: (): string => etag,
    words: (): readonly Word[] => transcript.value?.words ?? [],
    post: async (body: Corrections, tag: string): Promise<void> => {
      await change("POST", `${path}/edits`, body, { "if-match": tag });
      await load();
    },
  };
}

/** Saves one after another. `again` says what to do when the transcript is another one by now. */
function createTurns(load: () => Promise<void>) {
  const saving = signal<"" | "saving" | "saved">("");
  let queue: Promise<unknown> = Promise.resolve();
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
  return { saving, inTurn };
}

/** A transcript that is read and corrected: one correction after another, each of what was seen. */
export function createMending(name: string) {
  const {
    transcript,
    load,
    seen: seenNow,
    words,
    post,
  } = createSeen(`${mediaPath(name)}/transcript`);
  const { saving, inTurn } = createTurns(load);
  const conflict = signal<Conflict | undefined>(undefined);
  const undos = signal<readonly Undo[]>([]);

  const saveText = (
    passage: Pick<Passage, "from" | "to" | "text">,
    text: string,
    {
      seen = seenNow(),
      isUndo = false,
    }: { readonly seen?: string; readonly isUndo?: boolean } = {},
  ): Promise<void> => {
    const write = async (
      { from, to }: Pick<Passage, "from" | "to">,
      tag: string,
    ): Promise<void> => {
      const before = words().length;
      await post({ edits: [{ from, to, text }] }, tag);
      const grown = words().length - before;
      const undo = { passage: { from, to: to + grown, text }, text: passage.text };
      undos.value = isUndo ? undos.value.slice(0, -1) : [...undos.value, undo];
    };
    return inTurn(
      () => write(passage, seen),
      async () => {
        const moved = placeOf(words(), passage);
        if (moved === undefined) {
          conflict.value = conflictAt(words(), passage, text);
          return;
        }
        await write(moved, seenNow());
        saving.value = "saved";
      },
    );
  };
  const nameSpeaker = (passage: Passage, speaker: string, everywhere: boolean): Promise<void> => {
    const seen = seenNow();
    const write = (there: Passage, tag: string) => post(naming(there, speaker, everywhere), tag);
    return inTurn(
      () => write(passage, seen),
      async () => {
        const moved = placeOf(words(), passage);
        if (moved !== undefined) await write(moved, seenNow());
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
    seen: seenNow,
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
