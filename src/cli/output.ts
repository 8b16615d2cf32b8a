import { setImmediate as nextTurn } from "node:timers/promises";
import { styleText } from "node:util";
import { letReaderStop, taken } from "./standard-output.ts";

export type Format = Parameters<typeof styleText>[0];

/** Colours a text, or returns it unchanged where there is no colour. */
export type Style = (format: Format, text: string) => string;

export function createStyle(color: boolean): Style {
  return (format, text) => (color ? styleText(format, text, { validateStream: false }) : text);
}

/** Tables and sentences; one JSON document; or one JSON value a line. */
export type OutputMode = "human" | "json" | "jsonl";

/** A place to print, and what it can show. */
export interface Screen {
  readonly terminal: boolean;
  /** Columns, read each time, because windows are resized. Undefined where lines may have any length. */
  readonly columns: () => number | undefined;
  readonly rows: () => number | undefined;
  readonly style: Style;
  readonly write: (text: string) => void;
  /**
   * Waits until the reader has taken what was written, so that memory stays bounded, and until a closed
   * pipe (`| head`) would be noticed, which ends the process: a reader of a list may stop.
   */
  readonly taken: () => Promise<void>;
  /** Waits until all that was written has left this process. @throws MediaError when it cannot be written */
  readonly shown: () => Promise<void>;
}

/** The printer of all commands. Results go to `results`, everything else to `notes`. */
export interface Output {
  readonly mode: OutputMode;
  readonly quiet: boolean;
  readonly results: Screen;
  readonly notes: Screen;
  /** Lines for people, to stdout. */
  readonly lines: (lines: readonly string[]) => void;
  /** One JSON value, to stdout: indented, or on one line with --jsonl. */
  readonly document: (value: unknown) => void;
  /** A list: a document `{"<title>": […]}`, or one item a line with --jsonl. */
  readonly list: (title: string, items: readonly unknown[]) => void;
  /** A line beside the results, to stderr; left out with --quiet. */
  readonly note: (line: string) => void;
}

/** A process's stdout or stderr. The fields of a terminal are absent elsewhere. */
interface Stream extends NodeJS.WritableStream {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
  readonly hasColors?: () => boolean;
  readonly writableNeedDrain?: boolean;
}

function createScreen(stream: Stream, color: boolean): Screen {
  // hasColors() respects NO_COLOR and TERM=dumb.
  const terminal = stream.isTTY ?? false;
  const colored = color && terminal && (stream.hasColors?.() ?? false);
  return {
    terminal,
    columns: () => (terminal ? stream.columns || undefined : undefined),
    rows: () => (terminal ? stream.rows || undefined : undefined),
    style: createStyle(colored),
    write: (text) => void stream.write(text),
    shown: () => taken(stream),
    async taken() {
      letReaderStop();
      await nextTurn();
      // Not `events.once`: it would also listen for errors, which are handled elsewhere.
      if (stream.writableNeedDrain === true)
        await new Promise<void>((resolve) => stream.once("drain", resolve));
    },
  };
}

export function createOutput(options: {
  readonly mode: OutputMode;
  readonly quiet: boolean;
  readonly color: boolean;
  readonly stdout: Stream;
  readonly stderr: Stream;
}): Output {
  const results = createScreen(options.stdout, options.color);
  const notes = createScreen(options.stderr, options.color);
  const { mode, quiet } = options;
  const document = (value: unknown): void =>
    results.write(`${JSON.stringify(value, undefined, mode === "json" ? 2 : undefined)}\n`);
  return {
    mode,
    quiet,
    results,
    notes,
    lines: (lines) => results.write(lines.map((line) => `${line}\n`).join("")),
    document,
    list: (title, items) => {
      if (mode === "json") document({ [title]: items });
      else for (const item of items) document(item);
    },
    note: (line) => {
      if (!quiet) notes.write(`${line}\n`);
    },
  };
}
