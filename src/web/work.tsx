import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Job, JobPage } from "../api/types.ts";
import type { Said } from "./english.ts";
import { happening } from "./events.ts";
import { about } from "./numbers.ts";
import { mediaAddress } from "./route.ts";
import { useRunning } from "./running.tsx";
import { change, get, mediaPath } from "./server.ts";
import { act, tell } from "./trouble.tsx";
import { say } from "./words.ts";

function useJobs(state: "queued" | "failed") {
  const jobs = useSignal<readonly Job[]>([]);
  const { value: last } = happening;
  useEffect(() => {
    get<JobPage>(`/v1/jobs?state=${state}&limit=100`).then(
      ({ items }) => (jobs.value = items),
      tell,
    );
  }, [last]);
  return jobs.value;
}

function JobLine({ job }: { readonly job: Job }) {
  const { name, step, progress, failure, state } = job;
  const path = mediaPath(name);
  const isFailed = state === "failed";
  return (
    <li>
      <a class="name" href={mediaAddress(name)} dir="auto">
        {name}
      </a>
      <span class="quiet">
        {say(`step_${step}` as Said)}
        {progress?.remainingMs !== undefined &&
          ` · ${say("left", { time: about(progress.remainingMs) })}`}
      </span>
      {state === "running" && (
        <progress aria-label={`${name} ${step}`} value={progress?.fraction} max={1} />
      )}
      {failure !== undefined && (
        <p class="wrong">
          {failure.message} {say("remedy", { what: failure.remedy })}
        </p>
      )}
      <button
        type="button"
        onClick={() => act(() => change("POST", isFailed ? `${path}/retry` : `${path}/cancel`, {}))}
      >
        {say(isFailed ? "retry" : "cancel")}
      </button>
    </li>
  );
}

function Jobs(props: { title: Said; none: Said; jobs: readonly Job[] }) {
  const { title, none, jobs } = props;
  return (
    <section>
      <h2>
        {say(title)} <span class="quiet">{jobs.length}</span>
      </h2>
      {jobs.length === 0 ? (
        <p class="quiet">{say(none)}</p>
      ) : (
        <ul class="running">
          {jobs.map((job) => (
            <JobLine key={job.id} job={job} />
          ))}
        </ul>
      )}
    </section>
  );
}

export function WorkScreen() {
  const running = useRunning();
  useEffect(() => void (document.title = `${say("work")} – Dailies`), []);
  return (
    <div class="page">
      <h1>{say("workTitle")}</h1>
      <Jobs title="failed" none="nothingFailed" jobs={useJobs("failed")} />
      <Jobs title="running" none="nothingRuns" jobs={running.value} />
      <Jobs title="queued" none="nothingWaits" jobs={useJobs("queued")} />
    </div>
  );
}
