import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import type { Details } from "../api/types.ts";
import { happening } from "./events.ts";
import { Icon } from "./icons.tsx";
import { screenKeys } from "./keyboard.ts";
import { LabelLanes, Labels } from "./labels.tsx";
import { NotThere } from "./not-there.tsx";
import { Outputs } from "./outputs.tsx";
import { follow, seek, skip, toggle } from "./player.ts";
import { go, place, withParameters } from "./route.ts";
import { get, mediaPath, Refusal } from "./server.ts";
import { ShareButton } from "./share.tsx";
import { TranscriptView, useTranscript } from "./transcript.tsx";
import { act, tell } from "./trouble.tsx";
import { say } from "./words.ts";
import type { Said } from "./english.ts";

const nameHere = (): string => {
  try {
    return decodeURIComponent(place.peek().pathname.split("/")[2] ?? "");
  } catch {
    return "";
  }
};

/** The media file, loaded anew when something happens to it. */
function useDetails(name: string) {
  const details = useSignal<Details | null | undefined>(undefined);
  const { value: last } = happening;
  // what happened to another file is no reason to look again
  const mine = last?.name === name ? last : undefined;
  useEffect(() => {
    get<Details>(mediaPath(name)).then(
      (found) => (details.value = found),
      (error: unknown) => {
        if (error instanceof Refusal && error.problem.status === 404) details.value = null;
        else tell(error);
      },
    );
  }, [name, mine]);
  return details.value;
}

/** Where the address says that it begins, once it can be played. */
function startAt(element: HTMLMediaElement): void {
  const seconds = Number(place.peek().searchParams.get("t") ?? Number.NaN);
  if (Number.isFinite(seconds)) element.currentTime = seconds;
}

function Player({ details }: { readonly details: Details }) {
  const { name, renditions, type, jobs } = details;
  const web = renditions.find(({ rendition }) => rendition === "web");
  const audio = renditions.find(({ rendition }) => rendition === "audio");
  const poster = renditions.find(({ rendition }) => rendition === "poster");
  const played = type === "video" ? (web ?? audio) : audio;
  const hasCaptions = details.outputs.some(({ key }) => key.endsWith(".vtt"));
  const attach = (element: HTMLMediaElement | null): (() => void) | undefined => {
    if (element === null) return undefined;
    element.addEventListener("loadedmetadata", () => startAt(element), { once: true });
    return follow(element);
  };
  if (type === "image")
    return <img class="picture-whole" src={`${mediaPath(name)}/source`} alt={name} />;
  if (played === undefined) {
    const isOpen = jobs.some(({ state }) => state === "queued" || state === "running");
    return <p class="quiet pad">{say(isOpen ? "stateProcessing" : "notThere")}</p>;
  }
  const captions = details.outputs.find(({ key }) => key.endsWith(".vtt"))?.sha256;
  return (
    <video
      key={played.sha256}
      ref={attach}
      class={type === "audio" ? "sound" : ""}
      controls
      playsInline
      preload="metadata"
      aria-label={name}
      src={played.href}
      {...(poster && { poster: `${poster.href}#${poster.sha256}` })}
    >
      {hasCaptions && (
        <track
          key={captions}
          kind="captions"
          default
          label={say("captions")}
          src={`${mediaPath(name)}/transcript.vtt#${captions}`}
        />
      )}
    </video>
  );
}

const tabs: readonly (readonly [string, Said])[] = [
  ["", "transcript"],
  ["labels", "labels"],
  ["files", "outputs"],
];

function Tabs({ current }: { readonly current: string }) {
  return (
    <nav class="tabs" aria-label={say("more")}>
      {tabs.map(([id, text]) => (
        <a
          key={id}
          href={withParameters({ tab: id })}
          aria-current={id === current ? "page" : undefined}
        >
          {say(text)}
        </a>
      ))}
    </nav>
  );
}

export function MediaScreen() {
  const name = nameHere();
  const details = useDetails(name);
  const tab = place.value.searchParams.get("tab") ?? "";
  const version = details?.outputs.find(({ key }) => key.startsWith("output/transcribe/"))?.sha256;
  const transcript = useTranscript(name, version);
  useEffect(() => {
    document.title = `${name} – Dailies`;
    screenKeys.value = [
      { keys: [" ", "Escape", "k"], says: "key_play", does: toggle },
      { keys: ["j"], says: "key_back", does: () => skip(-10_000) },
      { keys: ["l"], says: "key_forward", does: () => skip(10_000) },
      { keys: [","], says: "key_frameBack", does: () => skip(-40) },
      { keys: ["."], says: "key_frameForward", does: () => skip(40) },
      { keys: ["["], says: "key_previous", does: () => transcript.step(-1) },
      { keys: ["]"], says: "key_next", does: () => transcript.step(1) },
      { keys: ["e", "Enter"], says: "key_edit", does: () => transcript.press("edit") },
      { keys: ["s"], says: "key_speaker", does: () => transcript.press("speaker") },
      { keys: ["ctrl+z"], says: "key_undo", does: () => act(() => transcript.mending.undo()) },
      { keys: ["n"], says: "key_unsure", does: () => transcript.nextUnsure() },
    ];
    return () => (screenKeys.value = []);
  }, [name]);
  if (details === undefined) return <p class="quiet pad">{say("loading")}</p>;
  if (details === null) return <NotThere />;
  return (
    <div class={`media ${details.type ?? ""}`}>
      <div class="stage">
        <div class="media-top">
          <a href="/" class="nav" onClick={() => go("/")}>
            <Icon name="back" />
            <span>{say("library")}</span>
          </a>
          <h1 dir="auto">{name}</h1>
          <ShareButton name={name} />
        </div>
        <Player details={details} />
        <LabelLanes details={details} onSeek={(ms) => seek(ms)} />
      </div>
      <div class="beside">
        <Tabs current={tab} />
        {tab === "" && <TranscriptView state={transcript} details={details} />}
        {tab === "labels" && <Labels details={details} />}
        {tab === "files" && <Outputs details={details} />}
      </div>
    </div>
  );
}
