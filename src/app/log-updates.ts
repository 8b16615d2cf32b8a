import type { Logger } from "../log/log.ts";
import type { ProcessUpdate } from "./processing.ts";

/** Writes what the worker says, a line for each step that ended and each media file that is done. */
export function logUpdates(log: Logger): (update: ProcessUpdate) => void {
  return (update) => {
    if (update.type === "step") {
      const { job } = update;
      const { startedAt, finishedAt, failure, reason } = job;
      const fields = {
        media: update.name,
        job: job.id,
        step: job.step,
        state: job.state,
        attempts: job.attempts,
        ...(startedAt === undefined || finishedAt === undefined
          ? {}
          : { elapsedMs: finishedAt - startedAt }),
        ...(failure === undefined ? {} : { code: failure.code }),
        ...(reason === undefined ? {} : { reason }),
      };
      if (failure === undefined) log.info(fields, `${job.step} ${job.state}`);
      else log.warn(fields, `${job.step} ${job.state}: ${failure.message}`);
    } else if (update.type === "finished") {
      const { name, state } = update.result;
      log.info({ media: name, state }, `media ${state}`);
    } else if (update.type === "refused") {
      const { error } = update;
      log.warn({ path: update.path, code: error.code }, `refused: ${error.message}`);
    }
  };
}
