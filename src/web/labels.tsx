import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Details, Timeline } from "../api/types.ts";
import { clock } from "./numbers.ts";
import { seek } from "./player.ts";
import { get, mediaPath } from "./server.ts";
import { say } from "./words.ts";

/** So many labels have a lane below the player. */
const mostLanes = 6;

function useTimeline(details: Details): Timeline["labels"] {
  const found = useSignal<Timeline["labels"]>([]);
  const version = details.outputs.find(({ key }) => key.startsWith("output/labels/"))?.sha256;
  useEffect(() => {
    if (version === undefined) return;
    get<Timeline>(`${mediaPath(details.name)}/labels`).then(
      ({ labels }) => (found.value = labels),
      () => {}, // the label step may just be made again
    );
  }, [details.name, version]);
  return found.value;
}

/** When the surest labels are seen, below the player. */
export function LabelLanes(props: {
  readonly details: Details;
  readonly onSeek: (ms: number) => void;
}) {
  const { details, onSeek } = props;
  const labels = useTimeline(details);
  const all = details.durationMs ?? 0;
  const shown = labels.filter(({ segments = [] }) => segments.length > 0).slice(0, mostLanes);
  if (all === 0 || shown.length === 0) return null;
  const share = (ms: number): string => `${Math.min(100, (100 * ms) / all)}%`;
  return (
    <ul class="lanes" aria-label={say("labels")}>
      {shown.map(({ name, segments = [] }) => (
        <li key={name}>
          <span class="lane-name">{name}</span>
          <span class="lane">
            {segments.slice(0, 200).map(({ startMs, endMs }) => (
              <button
                type="button"
                key={startMs}
                aria-label={`${name}, ${say("playFrom", { time: clock(startMs) })}`}
                title={clock(startMs)}
                style={{ left: share(startMs), width: `max(4px, ${share(endMs - startMs)})` }}
                onClick={() => onSeek(startMs)}
              />
            ))}
          </span>
        </li>
      ))}
    </ul>
  );
}

export function Labels({ details }: { readonly details: Details }) {
  const labels = useTimeline(details);
  if (details.labels.length === 0) return <p class="quiet pad">{say("noLabels")}</p>;
  return (
    <ul class="labels">
      {details.labels.map(({ name, confidence }) => {
        const first = labels.find((one) => one.name === name)?.segments?.[0]?.startMs;
        return (
          <li key={name}>
            <a href={`/?label=${encodeURIComponent(name)}`}>{name}</a>
            <span class="quiet">{Math.round(confidence * 100)} %</span>
            {first !== undefined && (
              <button type="button" onClick={() => seek(first)}>
                {say("playFrom", { time: clock(first) })}
              </button>
            )}
          </li>
        );
      })}
    </ul>
  );
}
