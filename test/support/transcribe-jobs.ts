import { setTimeout as sleep } from "node:timers/promises";
import type { TestAws } from "./aws.ts";
import { signAndSend } from "./sign.ts";

type Fields = Record<string, unknown>;

/** Asks for an operation of Transcribe as JSON. Errors are answers, too. */
export async function transcribe(
  aws: Pick<TestAws, "endpoint">,
  key: TestAws["key"],
  operation: string,
  input: object,
): Promise<{ readonly status: number; readonly code?: string; readonly body: Fields }> {
  const { status, text, headers } = await signAndSend(aws.endpoint, key, {
    method: "POST",
    path: "/",
    service: "transcribe",
    headers: { "x-amz-target": `Transcribe.${operation}` },
    body: JSON.stringify(input),
  });
  const code = headers["x-amzn-errortype"];
  return {
    status,
    body: JSON.parse(text) as Fields,
    ...(typeof code === "string" && { code }),
  };
}

/** A job as it is when it has ended. */
export async function endedJob(
  aws: Pick<TestAws, "endpoint">,
  key: TestAws["key"],
  name: string,
): Promise<Fields> {
  for (let turn = 0; turn < 600; turn += 1) {
    const { body } = await transcribe(aws, key, "GetTranscriptionJob", {
      TranscriptionJobName: name,
    });
    const job = body["TranscriptionJob"] as Fields | undefined;
    if (job === undefined) throw new Error(`no job: ${JSON.stringify(body)}`);
    if (
      job["TranscriptionJobStatus"] !== "IN_PROGRESS" &&
      job["TranscriptionJobStatus"] !== "QUEUED"
    )
      return job;
    await sleep(100);
  }
  throw new Error(`the job ${name} does not end`);
}
