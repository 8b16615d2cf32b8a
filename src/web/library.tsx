import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import type { MediaItem, MediaPage } from "../api/types.ts";
import { happening } from "./events.ts";
import { Filters, filterQuery, isFiltered } from "./filters.tsx";
import { place } from "./route.ts";
import { Running } from "./running.tsx";
import { Selection } from "./selection.tsx";
import { change, get, mediaPath } from "./server.ts";
import { Tile } from "./tile.tsx";
import { tell } from "./trouble.tsx";
import { upload, uploads } from "./uploads.ts";
import { say } from "./words.ts";

const pageSize = 60;
/** What happens within this time is looked at together. */
const gatherMs = 150;

function addFiles(event: Event): void {
  const input = event.currentTarget as HTMLInputElement;
  for (const file of input.files ?? []) upload(file, file.name).catch(tell);
  input.value = "";
}

export function AddFiles() {
  return (
    <label class="button main">
      {say("addFiles")}
      <input class="hidden" type="file" multiple onChange={addFiles} />
    </label>
  );
}

function Empty() {
  return (
    <section class="empty target">
      <h1>{say("emptyTitle")}</h1>
      <p>{say("emptyWhy")}</p>
      <AddFiles />
      <p class="quiet">{say("emptyCommand")}</p>
    </section>
  );
}

function total({ total: known }: MediaPage): string {
  if (known === undefined) return "";
  return say(known.isExact ? "files" : "filesAtLeast", { count: known.count });
}

/** The list, which follows what happens: new files wait until they are asked for. */
function useList(query: string) {
  const page = useSignal<MediaPage | undefined>(undefined);
  const news = useSignal(0);
  const changed = useRef(new Set<string>());
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  const queue = useRef(Promise.resolve());
  const load = async (): Promise<void> => {
    page.value = await get<MediaPage>(`/v1/media?limit=${pageSize}&${query}`);
    news.value = 0;
  };
  const more = async (): Promise<void> => {
    const { items, next, ...rest } = page.value ?? { items: [] };
    if (next === undefined) return;
    const cursor = encodeURIComponent(next);
    const added = await get<MediaPage>(`/v1/media?limit=${pageSize}&${query}&cursor=${cursor}`);
    page.value = { ...rest, ...added, items: [...items, ...added.items] };
  };
  const refresh = async (name: string): Promise<void> => {
    const isShown = page.peek()?.items.some((one) => one.name === name) === true;
    if (!isShown && (scrollY < 200 || page.peek()?.items.length === 0)) return load();
    const item = await get<MediaItem>(mediaPath(name)).catch(() => null);
    const known = page.peek();
    if (known === undefined) return;
    if (!isShown && item !== null) news.value += 1;
    const items = known.items.flatMap((one) => {
      if (one.name !== name) return one;
      return item === null ? [] : { ...one, ...item };
    });
    page.value = { ...known, items };
  };
  useEffect(() => void load().catch(tell), [query]);
  const { value: last } = happening;
  useEffect(() => {
    if (last === undefined) return;
    // several things happen to one file at once; what is looked at last counts
    changed.current.add(last.name);
    clearTimeout(timer.current);
    timer.current = setTimeout(() => {
      const names = [...changed.current];
      changed.current.clear();
      queue.current = queue.current.then(async () => {
        for (const name of names) await refresh(name).catch(tell);
      });
    }, gatherMs);
  }, [last]);
  return { page, news, load, more };
}

export function Library() {
  const query = filterQuery(place.value.searchParams);
  const { page, news, load, more } = useList(query);
  const selected = useSignal<ReadonlySet<string>>(new Set());
  useEffect(() => void (document.title = `${say("library")} – Dailies`), []);
  const known = page.value;
  const removeSelected = async (): Promise<void> => {
    const names = [...selected.value];
    await Promise.all(
      names.map((name) => change("DELETE", `/v1/objects/${encodeURIComponent(name)}`)),
    );
    selected.value = new Set();
    await load();
  };
  if (known === undefined) return <p class="quiet pad">{say("loading")}</p>;
  const isEmpty = known.items.length === 0;
  if (isEmpty && !isFiltered(place.value.searchParams) && uploads.value.length === 0)
    return <Empty />;
  return (
    <>
      <Filters />
      <Running />
      <div class="bar">
        <h1 class="count">{total(known)}</h1>
        <AddFiles />
      </div>
      {news.value > 0 && (
        <button type="button" class="news" onClick={() => void load().catch(tell)}>
          {say("newFiles", { count: news.value })}
        </button>
      )}
      {isEmpty && isFiltered(place.value.searchParams) && (
        <section class="empty">
          <h2>{say("noneMatch")}</h2>
          <a class="button" href="/">
            {say("clearFilters")}
          </a>
        </section>
      )}
      <ul class="tiles">
        {known.items.map((item) => (
          <Tile key={item.name} item={item} selected={selected} all={known.items} />
        ))}
      </ul>
      {known.next !== undefined && (
        <button type="button" class="wide" onClick={() => void more().catch(tell)}>
          {say("showMore")}
        </button>
      )}
      <Selection selected={selected} onRemove={removeSelected} />
    </>
  );
}
