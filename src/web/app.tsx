import { signal } from "@preact/signals";
import type { ComponentType } from "preact";
import { useEffect } from "preact/hooks";
import { followEvents } from "./events.ts";
import { Header } from "./header.tsx";
import { Library } from "./library.tsx";
import { listenToKeys } from "./keyboard.ts";
import { KeysHelp } from "./keys-help.tsx";
import { NotThere } from "./not-there.tsx";
import { place } from "./route.ts";
import { isConnected, session } from "./server.ts";
import { SignIn } from "./sign-in.tsx";
import { tell, Troubles } from "./trouble.tsx";
import { UploadDrop } from "./upload-drop.tsx";
import { say } from "./words.ts";

/** The screens that are loaded when they are opened. */
const loaders: Readonly<Record<string, () => Promise<ComponentType>>> = {
  media: async () => (await import("./media.tsx")).MediaScreen,
  search: async () => (await import("./search.tsx")).SearchScreen,
  shared: async () => (await import("./shared.tsx")).SharedScreen,
  work: async () => (await import("./work.tsx")).WorkScreen,
};

const loaded = signal<Readonly<Record<string, ComponentType>>>({ "": Library });

function load(screen: string): void {
  const loader = loaders[screen];
  if (loader === undefined) return;
  loader().then((component) => (loaded.value = { ...loaded.value, [screen]: component }), tell);
}

function Screen() {
  const screen = place.value.pathname.split("/")[1] ?? "";
  const Component = loaded.value[screen];
  useEffect(() => {
    if (Component === undefined) load(screen);
  }, [screen, Component]);
  if (Component !== undefined) return <Component key={place.value.pathname} />;
  return screen in loaders ? <p class="quiet pad">{say("loading")}</p> : <NotThere />;
}

function Signed() {
  useEffect(followEvents, []);
  useEffect(listenToKeys, []);
  return (
    <>
      <a class="skip" href="#content">
        {say("skipToContent")}
      </a>
      <Header />
      {!isConnected.value && (
        <p class="offline" role="status">
          {say("notConnected")}
        </p>
      )}
      <main id="content" tabIndex={-1}>
        <Screen />
      </main>
      <UploadDrop />
      <KeysHelp />
    </>
  );
}

/** What a link shows needs no session. */
function Linked() {
  const Component = loaded.value["shared"];
  useEffect(() => load("shared"), []);
  return Component === undefined ? <p class="quiet pad">{say("loading")}</p> : <Component />;
}

export function App() {
  if (place.value.pathname === "/shared") return <Linked />;
  return (
    <>
      {session.value === null ? <SignIn /> : session.value !== undefined && <Signed />}
      <Troubles />
    </>
  );
}
