import type { Said } from "./english.ts";
import { go, place, withParameters } from "./route.ts";
import { say } from "./words.ts";

const kinds: readonly (readonly [string, Said])[] = [
  ["", "all"],
  ["video", "video"],
  ["audio", "audio"],
  ["image", "image"],
];
const states: readonly (readonly [string, Said])[] = [
  ["", "anyState"],
  ["processing", "stateProcessing"],
  ["ready", "stateReady"],
  ["failed", "stateFailed"],
  ["incomplete", "stateIncomplete"],
];
const sorts: readonly (readonly [string, Said])[] = [
  ["-createdAt", "newest"],
  ["createdAt", "oldest"],
  ["name", "byName"],
];
const names = ["type", "state", "label", "startsWith"] as const;

/** What the server is asked, from the address. */
export function filterQuery(parameters: URLSearchParams): string {
  const query = new URLSearchParams({ sort: parameters.get("sort") ?? "-createdAt" });
  for (const name of names) {
    const value = parameters.get(name);
    if (value !== null) query.set(name, value);
  }
  return query.toString();
}

export const isFiltered = (parameters: URLSearchParams): boolean =>
  names.some((name) => parameters.has(name));

function Choice(props: {
  readonly name: string;
  readonly label: Said;
  readonly values: readonly (readonly [string, Said])[];
}) {
  const { name, label, values } = props;
  const value = place.value.searchParams.get(name) ?? values[0]?.[0] ?? "";
  return (
    <select
      aria-label={say(label)}
      value={value}
      onChange={(event) => go(withParameters({ [name]: event.currentTarget.value }))}
    >
      {values.map(([one, text]) => (
        <option key={one} value={one} selected={one === value}>
          {say(text)}
        </option>
      ))}
    </select>
  );
}

function Typed({ name, label }: { readonly name: string; readonly label: Said }) {
  return (
    <input
      type="search"
      class="typed"
      aria-label={say(label)}
      placeholder={say(label)}
      defaultValue={place.value.searchParams.get(name) ?? ""}
      onChange={(event) => go(withParameters({ [name]: event.currentTarget.value.trim() }))}
    />
  );
}

export function Filters() {
  const kind = place.value.searchParams.get("type") ?? "";
  return (
    <div class="filters">
      <div class="kinds">
        {kinds.map(([value, text]) => (
          <a
            key={value}
            href={withParameters({ type: value })}
            aria-current={value === kind ? "true" : undefined}
          >
            {say(text)}
          </a>
        ))}
      </div>
      <div class="row">
        <Typed name="label" label="label" />
        <Choice name="state" label="state" values={states} />
        <Choice name="sort" label="sort" values={sorts} />
      </div>
    </div>
  );
}
