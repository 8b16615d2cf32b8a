import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Job, JobPage } from "../api/types.ts";
import { happening } from "./events.ts";
import type { Said } from "./english.ts";
import { about, bytes } from "./numbers.ts";
import { mediaAddress } from "./route.ts";
import { change, get, mediaPath } from "./server.ts";
import { act } from "./trouble.tsx";
import { cancelUpload, resume, uploads } from "./uploads.ts";
import { say } from "./words.ts";

/** How often the progress is looked at while something runs. */
const lookMs = 1_000;

/** The jobs that run now; asked again while there are some, and when something happens. */
export function useRunning() {
  const jobs = useSignal<readonly Job[]>([]);
  const { value: last } = happening;
  useEffect(() => {
    let isOver = false;
    let timer: ReturnType<typeof setTimeout> | undefined;
    const look = async (): Promise<void> => {
      const page = await get<JobPage>("/v1/jobs?state=running&limit=50").catch(() => undefined);
      if (isOver) return;
      if (page !== undefined) jobs.value = page.items;
      if (page === undefined || page.items.length > 0)
        timer = setTimeout(() => void look(), lookMs);
    };
    void look();
    return () => {
      isOver = true;
      clearTimeout(timer);
    };
  }, [last]);
  return jobs;
}

function byMedia(jobs: readonly Job[]): [string, Job[]][] {
  return [...Map.groupBy(jobs, ({ name }) => name)];
}

function RunningMedia({ name, jobs }: { readonly name: string; readonly jobs: readonly Job[] }) {
  const fractions = jobs.flatMap(({ progress }) => progress?.fraction ?? []);
  const fraction = fractions.length === 0 ? undefined : Math.min(...fractions);
  const left = Math.max(0, ...jobs.map(({ progress }) => progress?.remainingMs ?? 0));
  const what = jobs.map(({ step }) => say(`step_${step}` as Said)).join(", ");
  return (
    <li>
      <a href={mediaAddress(name)} class="name" dir="auto">
        {name}
      </a>
      <span class="quiet">
        {say("making", { what })}
        {left > 0 && ` · ${say("left", { time: about(left) })}`}
      </span>
      <progress aria-label={name} value={fraction} max={1} />
      <button
        type="button"
        onClick={() => act(() => change("POST", `${mediaPath(name)}/cancel`, {}))}
      >
        {say("cancel")}
      </button>
    </li>
  );
}

/** What is on its way or being made, one line a file. */
export function Running() {
  const jobs = useRunning();
  if (jobs.value.length === 0 && uploads.value.length === 0) return null;
  return (
    <ul class="running">
      {uploads.value.map(({ id, name, sizeBytes, sentBytes, trouble }) => (
        <li key={id}>
          <span class="name" dir="auto">
            {name}
          </span>
          <span class={trouble === undefined ? "quiet" : "wrong"}>
            {trouble === undefined
              ? `${say("uploading")} · ${say("uploadOf", { done: bytes(sentBytes), all: bytes(sizeBytes) })}`
              : say("uploadFailed", { why: trouble })}
          </span>
          <progress aria-label={name} value={sentBytes} max={Math.max(1, sizeBytes)} />
          <span class="row">
            {trouble !== undefined && (
              <button type="button" onClick={() => resume(id)}>
                {say("resume")}
              </button>
            )}
            <button type="button" onClick={() => act(() => cancelUpload(id))}>
              {say("cancel")}
            </button>
          </span>
        </li>
      ))}
      {byMedia(jobs.value).map(([name, own]) => (
        <RunningMedia key={name} name={name} jobs={own} />
      ))}
    </ul>
  );
}
