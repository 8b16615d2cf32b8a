import { signal } from "@preact/signals";
import { Refusal } from "./server.ts";
import { say } from "./words.ts";

interface Trouble {
  readonly id: number;
  readonly text: string;
  readonly remedy: string;
  readonly code: string;
}

const troubles = signal<readonly Trouble[]>([]);
let last = 0;

/** Shows an error until it is read. */
export function tell(error: unknown): void {
  const { detail, remedy, code } =
    error instanceof Refusal
      ? error.problem
      : { detail: (error as Error).message, remedy: "", code: "page" };
  last += 1;
  const others = troubles.value.filter((one) => one.text !== detail).slice(-2);
  troubles.value = [...others, { id: last, text: detail, remedy, code }];
}

/** Runs an action; what goes wrong is shown. */
export function act(action: () => Promise<unknown>): void {
  action().catch(tell);
}

export function Troubles() {
  return (
    <div class="troubles" role="alert">
      {troubles.value.map(({ id, text, remedy, code }) => (
        <div class="trouble" key={id}>
          <p>
            <strong>{say("couldNot")}</strong> {text}
          </p>
          {remedy !== "" && <p class="quiet">{remedy}</p>}
          <div class="row">
            <button type="button" onClick={() => void navigator.clipboard.writeText(code)}>
              {say("copyCode", { code })}
            </button>
            <button
              type="button"
              onClick={() => (troubles.value = troubles.value.filter((one) => one.id !== id))}
            >
              {say("dismiss")}
            </button>
          </div>
        </div>
      ))}
    </div>
  );
}
