import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { Icon } from "./icons.tsx";
import { clock } from "./numbers.ts";
import { playedMs } from "./player.ts";
import { change, mediaPath } from "./server.ts";
import { act } from "./trouble.tsx";
import { say } from "./words.ts";

function ShareForm(props: {
  /** Where it plays now. */
  readonly ms: number;
  readonly onMake: (form: HTMLFormElement) => Promise<void>;
  readonly onClose: () => void;
}) {
  const { ms, onMake, onClose } = props;
  return (
    <form
      class="share-form"
      onSubmit={(event) => {
        event.preventDefault();
        const form = event.currentTarget;
        act(() => onMake(form));
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
        <input type="checkbox" name="at" defaultChecked={ms > 1_000} />
        {say("shareAt", { time: clock(ms) })}
      </label>
      <div class="row">
        <button class="main">{say("makeLink")}</button>
        <button type="button" onClick={onClose}>
          {say("cancel")}
        </button>
      </div>
    </form>
  );
}

function ShareLink({ link, onClose }: { readonly link: string; readonly onClose: () => void }) {
  const isCopied = useSignal(false);
  return (
    <div class="share-form">
      <input readOnly aria-label={say("share")} id="shared-link" value={link} />
      <div class="row">
        <button
          type="button"
          class="main"
          onClick={() =>
            act(async () => {
              await navigator.clipboard.writeText(link);
              isCopied.value = true;
            })
          }
        >
          {say(isCopied.value ? "copied" : "copyLink")}
        </button>
        <button type="button" onClick={onClose}>
          {say("close")}
        </button>
      </div>
    </div>
  );
}

/** Makes a link that opens the file for somebody without an account. */
export function ShareButton({ name }: { readonly name: string }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const link = useSignal("");
  const at = useSignal(0);
  const open = (): void => {
    link.value = "";
    at.value = Math.floor(playedMs.peek());
    dialog.current?.showModal();
  };
  const close = (): void => dialog.current?.close();
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
          <ShareForm ms={at.value} onMake={make} onClose={close} />
        ) : (
          <ShareLink link={link.value} onClose={close} />
        )}
      </dialog>
    </>
  );
}
