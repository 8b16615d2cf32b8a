import { signal } from "@preact/signals";
import type { Said } from "./english.ts";

/** A key, and what it does where the focus is not in a field. The help is made from these. */
export interface Key {
  /** As the keyboard event names it; a letter in small. */
  readonly keys: readonly string[];
  readonly says: Said;
  readonly does: () => void;
}

export const isHelpOpen = signal(false);

const everywhere: readonly Key[] = [
  {
    keys: ["/"],
    says: "key_search",
    does: () => document.querySelector<HTMLInputElement>("#find")?.focus(),
  },
  { keys: ["?"], says: "key_help", does: () => (isHelpOpen.value = !isHelpOpen.value) },
];

/** The keys of the screen that is open. */
export const screenKeys = signal<readonly Key[]>([]);

export const allKeys = (): readonly Key[] => [...everywhere, ...screenKeys.value];

/** Whether keys are text here, or belong to the element itself. */
function isField(target: EventTarget | null, key: string): boolean {
  if (!(target instanceof HTMLElement)) return false;
  if (target.isContentEditable || /^(?:INPUT|TEXTAREA|SELECT)$/.test(target.tagName)) return true;
  return /^(?: |Enter)$/.test(key) && /^(?:BUTTON|A|SUMMARY|VIDEO|AUDIO)$/.test(target.tagName);
}

export function listenToKeys(): () => void {
  const listener = (event: KeyboardEvent): void => {
    if (event.altKey || event.defaultPrevented) return;
    if (isField(event.target, event.key)) return;
    const plain = event.key.length === 1 ? event.key.toLowerCase() : event.key;
    const name = event.ctrlKey || event.metaKey ? `ctrl+${plain}` : plain;
    const key = allKeys().find(({ keys }) => keys.includes(name));
    if (key === undefined) return;
    event.preventDefault();
    key.does();
  };
  document.addEventListener("keydown", listener);
  return () => document.removeEventListener("keydown", listener);
}
