import { useEffect, useRef } from "preact/hooks";
import { allKeys, isHelpOpen } from "./keyboard.ts";
import { say } from "./words.ts";

/** All keys, from the one table. */
export function KeysHelp() {
  const dialog = useRef<HTMLDialogElement>(null);
  const isOpen = isHelpOpen.value;
  useEffect(() => {
    if (isOpen) dialog.current?.showModal();
    else dialog.current?.close();
  }, [isOpen]);
  return (
    <dialog ref={dialog} aria-labelledby="keys-title" onClose={() => (isHelpOpen.value = false)}>
      <h2 id="keys-title">{say("keysTitle")}</h2>
      <dl class="keys">
        {allKeys().map(({ keys, says }) => (
          <div key={says}>
            <dt>
              {keys.map((key) => (
                <kbd key={key}>{key === " " ? "Space" : key.toUpperCase()}</kbd>
              ))}
            </dt>
            <dd>{say(says)}</dd>
          </div>
        ))}
      </dl>
      <form method="dialog">
        <button class="main">{say("close")}</button>
      </form>
    </dialog>
  );
}
