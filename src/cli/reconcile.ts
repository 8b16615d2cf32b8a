import type { LostObject, Orphan, ReconcileReport } from "../app/reconcile.ts";
import type { Context } from "./context.ts";
import { exitCodes } from "./failure.ts";
import { count, formatSize } from "./format.ts";
import { printable } from "./text.ts";

export interface ReconcileCommand {
  readonly delete?: boolean;
  readonly verify?: boolean;
}

/** The output of `reconcile --json`. */
export type ReconcileJson = ReconcileReport;

const repairs: Readonly<Record<LostObject["repair"], string>> = {
  queued: "will be made again",
  open: "its step is not done yet, or failed: `dailies retry`",
  source_lost: "the upload itself is lost: put it in again, or `dailies rm` it",
};

function lostLine({ bucket, key, found, repair }: LostObject): string {
  if (bucket === "other") return `${printable(key)} is ${found}: put it into its bucket again`;
  return `${printable(key)} is ${found}: ${repairs[repair]}`;
}

function orphanLine({ bucket, version, sizeBytes, removed }: Orphan): string {
  const what = `${bucket}/${printable(version)} (${formatSize(sizeBytes)}) belongs to nothing`;
  return removed ? `${what}: removed` : `${what}: --delete removes it`;
}

/** `dailies reconcile`: exits with 0 when everything matches or was repaired, with 2 when something is left to do. */
export async function reconcile(context: Context, options: ReconcileCommand): Promise<number> {
  const { output } = context;
  const request = { verify: options.verify ?? false, remove: options.delete ?? false };
  const report = await context.withDailies((dailies) => dailies.reconcile(request));
  const { lost, orphans, lostCount, orphanCount, orphanBytes } = report;
  if (output.mode === "human") {
    output.lines([...lost.map(lostLine), ...orphans.map(orphanLine)]);
    const unnamed = lostCount + orphanCount - lost.length - orphans.length;
    if (unnamed > 0) output.note(`… and ${count(unnamed, "more")}`);
    const size = formatSize(orphanBytes);
    output.note(
      `${count(report.objects, "object")} (${formatSize(report.sizeBytes)}) looked at: ` +
        `${lostCount} lost, ${orphanCount} that belong to nothing (${size})`,
    );
  } else output.document(report satisfies ReconcileJson);
  const isLeft =
    lost.some(({ repair }) => repair !== "queued") || orphans.some(({ removed }) => !removed);
  return isLeft ? exitCodes.someFailed : exitCodes.done;
}
