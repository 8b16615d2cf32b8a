import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Shared } from "../api/types.ts";
import { clock, date } from "./numbers.ts";
import { lastAtMost, passagesOf } from "./passages.ts";
import { offsetAt } from "./passage.tsx";
import { follow, seek } from "./player.ts";
import { place } from "./route.ts";
import { get } from "./server.ts";
import { speakerName } from "./speaker.tsx";
import { say } from "./words.ts";

const query = (): string =>
  `code=${encodeURIComponent(place.peek().searchParams.get("code") ?? "")}`;

function Played({ shared }: { readonly shared: Shared }) {
  const { type, name, hasMedia, hasPoster, atMs, words } = shared;
  const source = `/v1/shared/media?${query()}`;
  if (!hasMedia) return null;
  if (type === "image") return <img src={source} alt={name} />;
  return (
    <video
      controls
      playsInline
      preload="metadata"
      aria-label={name}
      src={source}
      {...(hasPoster && { poster: `/v1/shared/poster?${query()}` })}
      ref={(element) => {
        if (element === null) return undefined;
        const begin = (): void => void (element.currentTime = (atMs ?? 0) / 1_000);
        element.addEventListener("loadedmetadata", begin, { once: true });
        return follow(element);
      }}
    >
      {words.length > 0 && (
        <track
          kind="captions"
          default
          label={say("captions")}
          src={`/v1/shared/captions?${query()}`}
        />
      )}
    </video>
  );
}

function Said({ words }: Pick<Shared, "words">) {
  return (
    <ol>
      {passagesOf(words).map(({ from, text, startMs, speaker, starts }) => (
        <li class="passage" key={from}>
          <div class="passage-top">
            {speaker !== undefined && <strong>{speakerName(speaker)}</strong>}
            <button
              type="button"
              class="time"
              aria-label={say("playFrom", { time: clock(startMs) })}
              onClick={() => seek(startMs)}
            >
              {clock(startMs)}
            </button>
          </div>
          <p
            class="words"
            dir="auto"
            onClick={(event) => {
              const offset = offsetAt(event) ?? 0;
              seek(words[from + lastAtMost(starts, offset)]?.startMs ?? startMs);
            }}
          >
            {text}
          </p>
        </li>
      ))}
    </ol>
  );
}

/** What a link shows: one file and its transcript, with the sender's note. */
export function SharedScreen() {
  const shared = useSignal<Shared | null | undefined>(undefined);
  useEffect(() => {
    get<Shared>(`/v1/shared?${query()}`).then(
      (found) => {
        shared.value = found;
        document.title = found.name;
      },
      () => (shared.value = null),
    );
  }, []);
  const known = shared.value;
  if (known === undefined) return <p class="quiet pad">{say("loading")}</p>;
  if (known === null)
    return (
      <main class="empty">
        <h1>{say("linkEnded")}</h1>
        <p>{say("linkEndedWhy")}</p>
      </main>
    );
  return (
    <main class="shared">
      <h1 dir="auto">{known.name}</h1>
      {known.note !== undefined && (
        <p class="note" dir="auto">
          {known.note}
        </p>
      )}
      <Played shared={known} />
      <Said words={known.words} />
      <p class="quiet">{say("goodUntil", { time: date(known.expiresAt) })}</p>
    </main>
  );
}
