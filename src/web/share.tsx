import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { clock } from "./numbers.ts";
import { playedMs } from "./player.ts";
import { change, mediaPath } from "./server.ts";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";

/** Makes a link that opens the file for somebody without an account. */
export function ShareButton({ name }: { readonly name: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const link = useSignal("");
  const isCopied = useSignal(false);
  const at = useSignal(0);
  const open = (): void => {
    link.value = "";
    isCopied.value = false;
    at.value = Math.floor(playedMs.peek());
    dialog.current?.showModal();
  };
  const make = async (form: HTMLFormElement): Promise<void> => {
    const { elements } = form;
    const days = Number((elements.namedItem("days") as HTMLSelectElement).value);
    const note = (elements.namedItem("note") as HTMLTextAreaElement).value.trim();
    const isAt = (elements.namedItem("at") as HTMLInputElement).checked;
    const { path } = await change<{ path: string }>("POST", `${mediaPath(name)}/shares`, {
      days,
      ...(note !== "" && { note }),
      ...(isAt && { atMs: at.value }),
    });
    link.value = new URL(path, location.href).href;
  };
  return (
    <>
      <button type="button" class="nav" onClick={open}>
        <Icon name="share" />
        <span>{say("share")}</span>
      </button>
      <dialog ref={dialog} aria-labelledby="share-title">
        <h2 id="share-title">{say("share")}</h2>
        <p class="quiet">{say("shareWhy")}</p>
        {link.value === "" ? (
          <form
            class="share-form"
            onSubmit={(event) => {
              event.preventDefault();
              const form = event.currentTarget;
              act(() => make(form));
            }}
          >
            <label>
              {say("shareFor")}
              <select name="days" defaultValue="7">
                {[1, 7, 30, 90].map((count) => (
                  <option key={count} value={count} selected={count === 7}>
                    {say("days", { count })}
                  </option>
                ))}
              </select>
            </label>
            <label>
              {say("shareNote")}
              <textarea name="note" rows={2} maxLength={1_000} />
            </label>
            <label>
              <input type="checkbox" name="at" defaultChecked={at.value > 1_000} />
              {say("shareAt", { time: clock(at.value) })}
            </label>
            <div class="row">
              <button class="main">{say("makeLink")}</button>
              <button type="button" onClick={() => dialog.current?.close()}>
                {say("cancel")}
              </button>
            </div>
          </form>
        ) : (
          <div class="share-form">
            <input readOnly aria-label={say("share")} id="shared-link" value={link.value} />
            <div class="row">
              <button
                type="button"
                class="main"
                onClick={() =>
                  act(async () => {
                    await navigator.clipboard.writeText(link.value);
                    isCopied.value = true;
                  })
                }
              >
                {say(isCopied.value ? "copied" : "copyLink")}
              </button>
              <button type="button" onClick={() => dialog.current?.close()}>
                {say("close")}
              </button>
            </div>
          </div>
        )}
      </dialog>
    </>
  );
}
