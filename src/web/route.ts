import { signal } from "@preact/signals";

/** Where the page is: its address is its state. */
export const place = signal(new URL(location.href));

/** Goes to an address of the page. `replace`: Back does not lead to the one before. */
export function go(to: string, { replace = false } = {}): void {
  const url = new URL(to, location.href);
  if (url.href === place.value.href) return;
  const isOtherScreen = url.pathname !== place.value.pathname;
  history[replace ? "replaceState" : "pushState"](null, "", url);
  place.value = url;
  if (isOtherScreen) scrollTo(0, 0);
}

/** The address of the same screen with some parameters changed; undefined removes one. */
export function withParameters(values: Readonly<Record<string, string | undefined>>): string {
  const url = new URL(place.value);
  for (const [name, value] of Object.entries(values))
    if (value === undefined || value === "") url.searchParams.delete(name);
    else url.searchParams.set(name, value);
  return url.pathname + url.search;
}

export const mediaAddress = (name: string, ms?: number, words?: string): string => {
  const parameters = new URLSearchParams();
  if (ms !== undefined) parameters.set("t", String(ms / 1_000));
  if (words !== undefined) parameters.set("q", words);
  const query = parameters.size === 0 ? "" : `?${parameters.toString()}`;
  return `/media/${encodeURIComponent(name)}${query}`;
};

function linkOf(event: MouseEvent): HTMLAnchorElement | undefined {
  const { target } = event;
  const link = target instanceof Element ? target.closest("a") : null;
  if (link === null || link.origin !== location.origin || link.target !== "") return undefined;
  return link.hasAttribute("download") || /^\/(?:v1|api)\//.test(link.pathname) ? undefined : link;
}

/** Follows links of the page without loading it anew, and the browser's Back. */
export function followLinks(): void {
  addEventListener("popstate", () => (place.value = new URL(location.href)));
  document.addEventListener("click", (event) => {
    if (event.button !== 0 || event.metaKey || event.ctrlKey || event.shiftKey) return;
    const link = linkOf(event);
    if (link === undefined || event.defaultPrevented) return;
    event.preventDefault();
    go(link.href);
  });
}
