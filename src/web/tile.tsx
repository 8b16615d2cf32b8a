import type { Signal } from "@preact/signals";
import { useState } from "preact/hooks";
import type { MediaItem } from "../api/types.ts";
import type { Said } from "./english.ts";
import { Icon } from "./icons.tsx";
import { clock } from "./numbers.ts";
import { mediaAddress } from "./route.ts";
import { mediaPath } from "./server.ts";
import { say } from "./words.ts";

const stateWords: Readonly<Record<MediaItem["state"], Said>> = {
  ready: "stateReady",
  processing: "stateProcessing",
  failed: "stateFailed",
  cancelled: "stateCancelled",
  incomplete: "stateIncomplete",
};

/** The poster, or a sign of the kind where there is none. */
export function Poster({
  item,
}: {
  readonly item: Pick<MediaItem, "name" | "type" | "version" | "state">;
}) {
  const [isMissing, setMissing] = useState(false);
  const { type, name, version, state } = item;
  const hasPoster = (type === "video" || type === "image") && state !== "processing" && !isMissing;
  if (hasPoster)
    return (
      <img
        src={`${mediaPath(name)}/renditions/poster#${version}`}
        alt=""
        loading="lazy"
        decoding="async"
        onError={() => setMissing(true)}
      />
    );
  return <Icon name={type === "audio" ? "sound" : type === "image" ? "picture" : "film"} />;
}

/** The names from one to another, in the order of the list. */
function between(all: readonly MediaItem[], from: string, to: string): string[] {
  const places = [from, to].map((name) => all.findIndex((one) => one.name === name));
  const [first = 0, last = 0] = places.toSorted((a, b) => a - b);
  return all.slice(Math.max(0, first), last + 1).map(({ name }) => name);
}

let anchor = "";

export function Tile(props: {
  readonly item: MediaItem;
  readonly all: readonly MediaItem[];
  readonly selected: Signal<ReadonlySet<string>>;
}) {
  const { item, all, selected } = props;
  const { name, state, durationMs } = item;
  const isSelected = selected.value.has(name);
  const toggle = (event: MouseEvent): void => {
    const next = new Set(selected.value);
    const names = event.shiftKey && anchor !== "" ? between(all, anchor, name) : [name];
    for (const one of names)
      if (isSelected) next.delete(one);
      else next.add(one);
    anchor = name;
    selected.value = next;
  };
  return (
    <li class={isSelected ? "tile selected" : "tile"}>
      <a href={mediaAddress(name)} title={name}>
        <span class="picture">
          <Poster key={state} item={item} />
          {durationMs !== undefined && item.type !== "image" && (
            <span class="length">{clock(durationMs)}</span>
          )}
        </span>
        <span class="name" dir="auto">
          {name.slice(name.lastIndexOf("/") + 1)}
        </span>
        {state !== "ready" && (
          <span class={`state ${state}`}>
            <Icon name={state === "processing" ? "clock" : "alert"} />
            {say(stateWords[state])}
          </span>
        )}
      </a>
      <input
        type="checkbox"
        checked={isSelected}
        aria-label={say("select", { name })}
        onClick={toggle}
      />
    </li>
  );
}
