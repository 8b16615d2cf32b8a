import type { Signal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";

/** What can be done with the files that are selected. Removing names what will be lost. */
export function Selection(props: {
  readonly selected: Signal<ReadonlySet<string>>;
  readonly onRemove: () => Promise<void>;
}) {
  const { selected, onRemove } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  const count = selected.value.size;
  return (
    <>
      {count > 0 && (
        <div class="selection" role="region" aria-label={say("selected", { count })}>
          <span>{say("selected", { count })}</span>
          <button type="button" class="danger" onClick={() => dialog.current?.showModal()}>
            {say("removeFiles", { count })}
          </button>
          <button type="button" onClick={() => (selected.value = new Set())}>
            {say("cancel")}
          </button>
        </div>
      )}
      <dialog ref={dialog} aria-labelledby="remove-title">
        <h2 id="remove-title">{say("removeSure", { count })}</h2>
        <ul class="names">
          {[...selected.value].slice(0, 8).map((name) => (
            <li key={name} dir="auto">
              {name}
            </li>
          ))}
        </ul>
        <form method="dialog" class="row">
          <button class="danger" onClick={() => act(onRemove)}>
            {say("removeFiles", { count })}
          </button>
          <button>{say("cancel")}</button>
        </form>
      </dialog>
    </>
  );
}
