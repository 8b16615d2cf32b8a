import { MediaError } from "../media/errors.ts";
import type { DeliveryReport } from "../notify/delivery.ts";
import type { Delivery } from "../notify/notice.ts";
import type { LocalLibrary } from "../local/library.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count, formatMoment } from "./format.ts";
import { table } from "./table.ts";
import { printable } from "./text.ts";

/** How long a command waits for its own messages; a server tries for hours. */
const sendingMs = 30_000;

const iso = (at: number): string => new Date(at).toISOString();

/** One message on its way to one address, as --json prints it. */
export interface DeliveryJson extends Omit<Delivery, "nextAt" | "endedAt"> {
  readonly nextAt?: string;
  readonly endedAt?: string;
}

function deliveryJson({ nextAt, endedAt, ...rest }: Delivery): DeliveryJson {
  return {
    ...rest,
    ...(nextAt !== undefined && { nextAt: iso(nextAt) }),
    ...(endedAt !== undefined && { endedAt: iso(endedAt) }),
  };
}

/** Sends the waiting messages of one subscription. */
export function deliverNow(
  { notices }: Pick<LocalLibrary, "notices">,
  subscription?: string,
): Promise<DeliveryReport> {
  const signal = AbortSignal.timeout(sendingMs);
  return notices.deliverDue({ signal, ...(subscription !== undefined && { subscription }) });
}

/** `dailies notify dead`; `{"deliveries": DeliveryJson[]}` with --json. */
export async function dead(
  { output, withDailies }: Context,
  { limit }: { readonly limit?: number },
): Promise<number> {
  const found = await withDailies(({ notices }) =>
    notices.dead(limit === undefined ? {} : { limit }),
  );
  if (output.mode !== "human") output.list("deliveries", found.map(deliveryJson));
  else if (found.length === 0) output.note("No dead letters.");
  else {
    const columns = [
      { title: "MESSAGE" },
      { title: "ABOUT", least: 12, cut: "middle" as const },
      { title: "ADDRESS", least: 12, cut: "middle" as const },
      { title: "GIVEN UP" },
      { title: "WHY", least: 10 },
    ];
    const rows = found.map((one) => [
      one.notification,
      one.name === undefined ? one.topic : `${one.topic} ${one.name}`,
      one.address,
      one.endedAt === undefined ? "" : formatMoment(one.endedAt),
      one.lastError ?? "",
    ]);
    const { style, columns: available } = output.results;
    output.lines(table(columns, rows, { style, available: available() }));
  }
  return exitCodes.done;
}

export interface ReplayOptions {
  readonly dead?: boolean;
  /** Milliseconds since 1970, UTC. */
  readonly since?: number;
}

/** `dailies notify replay`; `{"waiting": number}` with --json. */
export async function replay(
  { output, withDailies }: Context,
  id: string | undefined,
  options: ReplayOptions,
): Promise<number> {
  const choices = [id !== undefined, options.dead === true, options.since !== undefined];
  if (choices.filter(Boolean).length !== 1)
    throw new MediaError("invalid_argument", "say what: a message's id, --dead, or --since");
  const request =
    id !== undefined
      ? { id }
      : options.since !== undefined
        ? { since: options.since }
        : ({ dead: true } as const);
  const waiting = await withDailies(({ notices }) => notices.replay(request));
  if (output.mode !== "human") output.document({ waiting });
  else {
    output.lines([`${count(waiting, "message")} to be delivered once more.`]);
    if (waiting > 0) output.note("`dailies serve` or `dailies notify deliver` does it.");
  }
  return exitCodes.done;
}

/** `dailies notify deliver`: sends due messages once; a DeliveryReport with --json. */
export async function deliver({ output, withDailies }: Context): Promise<number> {
  const interrupted = new AbortController();
  const stop = (): void => interrupted.abort();
  process.once("SIGINT", stop).once("SIGTERM", stop);
  try {
    const { signal } = interrupted;
    const report = await withDailies(({ notices }) => notices.deliverDue({ signal }));
    const { delivered, failed, dead: given } = report;
    if (output.mode !== "human") output.document(report);
    else
      output.lines([
        `${delivered} delivered, ${failed} to be tried again${given > 0 ? `, ${given} given up` : ""}.`,
      ]);
    return failed + given > 0 ? exitCodes.someFailed : exitCodes.done;
  } finally {
    process.removeListener("SIGINT", stop).removeListener("SIGTERM", stop);
  }
}

/** `dailies notify test`: a message to one subscription, now; a DeliveryJson with --json. */
export async function test({ output, withDailies }: Context, id: string): Promise<number> {
  const delivery = await withDailies(async (dailies) => {
    const notification = await dailies.notices.test(id);
    await deliverNow(dailies, id);
    const [found] = await dailies.notices.deliveries({ notification });
    return found;
  });
  const isThere = delivery?.state === "delivered";
  if (output.mode !== "human") output.document(delivery && deliveryJson(delivery));
  else if (isThere) output.lines(["It was taken."]);
  else
    output.lines([`Not delivered yet: ${printable(delivery?.lastError ?? "it waits its turn")}`]);
  return isThere ? exitCodes.done : exitCodes.someFailed;
}
