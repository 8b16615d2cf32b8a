import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { SearchHits } from "../api/types.ts";
import { clock } from "./numbers.ts";
import { mediaAddress, place } from "./route.ts";
import { get } from "./server.ts";
import { Poster } from "./tile.tsx";
import { tell } from "./trouble.tsx";
import { say } from "./words.ts";

type Hit = SearchHits["items"][number];

/** A snippet marks the words that were found as `[word]`. */
function Snippet({ text }: { readonly text: string }) {
  const parts = text.split(/\[([^\]]*)\]/);
  return (
    <span dir="auto">
      {parts.map((part, index) => (index % 2 === 1 ? <mark key={index}>{part}</mark> : part))}
    </span>
  );
}

function HitItem({ hit, words }: { readonly hit: Hit; readonly words: string }) {
  const { name, moments, type } = hit;
  return (
    <li class="hit">
      <a
        class="picture"
        href={mediaAddress(name, moments[0]?.startMs, words)}
        tabIndex={-1}
        aria-hidden="true"
      >
        <Poster item={{ name, version: "", state: "ready", ...(type && { type }) }} />
      </a>
      <div>
        <h2>
          <a href={mediaAddress(name, undefined, words)} dir="auto">
            {name}
          </a>
        </h2>
        <ol>
          {moments.map(({ startMs, snippet }) => (
            <li key={startMs}>
              <a href={mediaAddress(name, startMs, words)}>
                <span class="time">{clock(startMs)}</span> <Snippet text={snippet} />
              </a>
            </li>
          ))}
        </ol>
      </div>
    </li>
  );
}

export function SearchScreen() {
  const words = place.value.searchParams.get("q") ?? "";
  const found = useSignal<readonly Hit[] | undefined>(undefined);
  useEffect(() => {
    document.title = `${words} – Dailies`;
    if (words === "") return;
    const stop = new AbortController();
    get<SearchHits>(`/v1/search?q=${encodeURIComponent(words)}`, stop.signal)
      .then(({ items }) => (found.value = items))
      .catch((error: unknown) => {
        if (!stop.signal.aborted) tell(error);
      });
    return () => stop.abort();
  }, [words]);
  if (words === "") return <p class="quiet pad">{say("searchEmpty")}</p>;
  const hits = found.value;
  if (hits === undefined) return <p class="quiet pad">{say("loading")}</p>;
  if (hits.length === 0)
    return (
      <section class="empty">
        <h1>{say("nothingFound", { words })}</h1>
        <p>{say("nothingFoundWhy")}</p>
      </section>
    );
  return (
    <section class="hits">
      <h1 class="count">{say("hits", { count: hits.length })}</h1>
      <ul>
        {hits.map((hit) => (
          <HitItem key={hit.name} hit={hit} words={words} />
        ))}
      </ul>
    </section>
  );
}
