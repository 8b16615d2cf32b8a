import { Icon, type IconName } from "./icons.tsx";
import { go, place } from "./route.ts";
import { change, session } from "./server.ts";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";
import type { Said } from "./english.ts";

function search(event: Event): void {
  event.preventDefault();
  const { value } = (event.currentTarget as HTMLFormElement).elements.namedItem(
    "words",
  ) as HTMLInputElement;
  if (value.trim() !== "") go(`/search?q=${encodeURIComponent(value.trim())}`);
}

async function signOut(): Promise<void> {
  await change("DELETE", "/v1/session");
  location.assign("/");
}

function NavLink({ to, icon, text }: { to: string; icon: IconName; text: Said }) {
  const isHere = place.value.pathname === to;
  return (
    <a href={to} class="nav" aria-current={isHere ? "page" : undefined} title={say(text)}>
      <Icon name={icon} />
      <span>{say(text)}</span>
    </a>
  );
}

export function Header() {
  return (
    <header class="top">
      <a href="/" class="brand">
        Dailies
      </a>
      <form role="search" class="find" onSubmit={search}>
        <Icon name="search" />
        <input
          id="find"
          name="words"
          type="search"
          maxLength={900}
          autocomplete="off"
          aria-label={say("searchHint")}
          placeholder={say("searchHint")}
          key={place.value.searchParams.get("q") ?? ""}
          defaultValue={place.value.searchParams.get("q") ?? ""}
        />
        <kbd aria-hidden="true">/</kbd>
      </form>
      <nav aria-label={say("more")}>
        <NavLink to="/work" icon="clock" text="work" />
        {session.value?.accessKeyId !== undefined && (
          <button type="button" class="nav" onClick={() => act(signOut)}>
            {say("signOut")}
          </button>
        )}
      </nav>
    </header>
  );
}
