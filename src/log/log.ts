import { pino, type Logger } from "pino";
import { redactSecrets } from "../media/secret-text.ts";

export type { Logger };

/** Where log lines go: a file, a pipe, or a terminal. */
interface Stream {
  readonly isTTY?: boolean;
  readonly write: (text: string) => unknown;
}

const levels: Readonly<Record<string, string>> = { warn: "warning: ", error: "error: " };

const ownFields = new Set(["level", "time", "msg", "err", "pid"]);

/** Whatever field a secret got into, an error's stack included: it is looked for by its decoded value. */
function withoutSecrets(line: string): string {
  const clean: unknown = JSON.parse(line, (_name, value: unknown) =>
    typeof value === "string" ? redactSecrets(value) : value,
  );
  return `${JSON.stringify(clean)}\n`;
}

/** A line for people: when, what, and the fields that say about what. */
function humanLine(line: string): string {
  const record: Record<string, unknown> = JSON.parse(line);
  const { level, time, msg, err } = record;
  const fields = Object.entries(record)
    .filter(([name]) => !ownFields.has(name))
    .map(
      ([name, value]) => ` ${name}=${typeof value === "string" ? value : JSON.stringify(value)}`,
    );
  const clock = new Date(String(time)).toTimeString().slice(0, 8);
  const why = (err as { code?: string } | undefined)?.code;
  const text = `${clock} ${levels[String(level)] ?? ""}${String(msg)}${fields.join("")}`;
  // names of media are other people's: no control characters on a terminal
  return `${text.replace(/[\p{Cc}\p{Bidi_Control}]/gu, "\uFFFD")}${why ? ` (${why})` : ""}\n`;
}

/**
 * The log of a process that runs on its own: one JSON line an entry, or lines for people on a
 * terminal. Fields are named `media`, `job`, `step`. Secrets (keys, signing secrets, the codes of links)
 * are left out of every field, however they are percent-encoded.
 */
export function createLog(stream: Stream, level: "debug" | "info" = "info"): Logger {
  const write = (written: string): void => {
    const line = withoutSecrets(written);
    stream.write(stream.isTTY === true ? humanLine(line) : line);
  };
  return pino(
    {
      level,
      base: { pid: process.pid },
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: { level: (label) => ({ level: label }) },
      redact: {
        paths: ["authorization", "token", "secret", "password", "*.authorization", "*.token"],
        censor: "[left out]",
      },
    },
    { write },
  );
}
