import type { Details, Job } from "../api/types.ts";
import type { Said } from "./english.ts";
import { about, bytes } from "./numbers.ts";
import { change, mediaPath } from "./server.ts";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";

/** `output/web/a/talk.mp4` is the kind `web`. */
const kindOf = (key: string): string => key.split("/")[1] ?? "";
const endingOf = (key: string): string => key.slice(key.lastIndexOf(".") + 1);

const names: Readonly<Record<string, Said>> = {
  web: "out_web",
  phone: "out_phone",
  audio: "out_audio",
  gif: "out_gif",
  poster: "out_poster",
  transcribe: "out_transcribe",
  "transcribe-earlier": "out_earlier",
  captions: "out_captions",
  labels: "out_labels",
};

/** A kind that has no words of its own keeps its name. */
const nameOf = (kind: string): string => {
  const said = names[kind];
  return said === undefined ? kind : say(said);
};

const encoded = (key: string): string => key.split("/").map(encodeURIComponent).join("/");

function Step({ job, name }: { readonly job: Job; readonly name: string }) {
  const { step, state, progress, failure, reason, startedAt, finishedAt, settings } = job;
  const took =
    startedAt !== undefined && finishedAt !== undefined
      ? about(Date.parse(finishedAt) - Date.parse(startedAt))
      : "";
  const engine = typeof settings["engine"] === "string" ? settings["engine"] : "";
  return (
    <li class={`step ${state}`}>
      <span>{say(`step_${step}` as Said)}</span>
      <span class="quiet">
        {say(`job_${state}` as Said)}
        {reason !== undefined && `: ${reason}`}
        {took !== "" && ` · ${took}`}
      </span>
      <span class="quiet engine">{engine}</span>
      {state === "running" && <progress value={progress?.fraction} max={1} aria-label={step} />}
      {failure !== undefined && (
        <p class="wrong">
          {failure.message} {say("remedy", { what: failure.remedy })}
        </p>
      )}
      {(state === "failed" || state === "cancelled") && (
        <button
          type="button"
          onClick={() => act(() => change("POST", `${mediaPath(name)}/retry`, { step }))}
        >
          {say("retry")}
        </button>
      )}
    </li>
  );
}

/** Every output to download, and the steps that made them. */
export function Outputs({ details }: { readonly details: Details }) {
  const { name, outputs, jobs, sizeBytes } = details;
  const path = mediaPath(name);
  const isOpen = jobs.some(({ state }) => state === "queued" || state === "running");
  return (
    <div class="outputs">
      <table>
        <tbody>
          <tr>
            <th scope="row">
              <a href={`${path}/source?download=true`} download>
                {say("original")}
              </a>
            </th>
            <td>{bytes(sizeBytes)}</td>
          </tr>
          {outputs.map((output) => (
            <tr key={output.key}>
              <th scope="row">
                <a href={`/v1/outputs/${encoded(output.key)}?download=true`} download>
                  {nameOf(kindOf(output.key))} <span class="quiet">{endingOf(output.key)}</span>
                </a>
              </th>
              <td>{bytes(output.sizeBytes)}</td>
            </tr>
          ))}
          {outputs.some(({ key }) => kindOf(key) === "transcribe") &&
            ["docx", "txt", "csv"].map((format) => (
              <tr key={format}>
                <th scope="row">
                  <a href={`${path}/transcript.${format}`} download={`${name}.${format}`}>
                    {say("transcript")} <span class="quiet">{format}</span>
                  </a>
                </th>
                <td />
              </tr>
            ))}
        </tbody>
      </table>
      <h2>{say("steps")}</h2>
      <ul class="steps">
        {jobs.map((job) => (
          <Step key={job.id} job={job} name={name} />
        ))}
      </ul>
      <div class="row">
        {isOpen ? (
          <button type="button" onClick={() => act(() => change("POST", `${path}/cancel`, {}))}>
            {say("cancelWork")}
          </button>
        ) : (
          <button type="button" onClick={() => act(() => change("POST", `${path}/reprocess`, {}))}>
            {say("reprocess")}
          </button>
        )}
      </div>
    </div>
  );
}
