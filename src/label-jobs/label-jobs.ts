import type { Published, TopicArn } from "../media/notice.ts";

/**
 * Label jobs that clients of Amazon Rekognition's protocol start.
 *
 * Label job: one video that is to be labelled once, under an id that the client gets. While it is in progress it has
 * a media file in the library, whose step `label` does the work. Its labels stay with the job.
 */

export const labelJobStates = ["IN_PROGRESS", "SUCCEEDED", "FAILED"] as const;
export type LabelJobState = (typeof labelJobStates)[number];

export interface LabelJob<Asked = unknown> {
  readonly id: string;
  readonly owner: string;
  readonly state: LabelJobState;
  /** The client's own: the same request under the same token is the same job. */
  readonly token?: string;
  /** Milliseconds since 1970, UTC, as the other times. */
  readonly createdAt: number;
  readonly endedAt?: number;
  /** The request as it was checked. */
  readonly asked: Asked;
  /** Why it failed. */
  readonly failure?: string;
}

/** Who is told that a job has ended. */
export interface LabelJobNotice {
  readonly arn: TopicArn;
  readonly published: Published;
}

export interface LabelJobs {
  /**
   * Adds a job that is in progress; the one that is there, where the owner has used its token before. `mismatch`: it was
   * for another request. `full`: so many of the owner's are in progress.
   */
  add(
    job: Omit<LabelJob, "state" | "endedAt" | "failure">,
    most: number,
  ): Promise<LabelJob | "mismatch" | "full">;
  /** Undefined when there is none, or it is another owner's. */
  get(owner: string, id: string): Promise<LabelJob | undefined>;
  /** Of all owners, oldest first. */
  inProgress(): Promise<readonly LabelJob[]>;
  /**
   * Ends a job that is in progress, and puts the notice into the outbox in the same commit. A topic that is gone is told
   * nothing. Returns false when the job was not in progress any more.
   */
  end(
    id: string,
    how: { readonly result: Uint8Array } | { readonly failure: string },
    notice?: LabelJobNotice,
  ): Promise<boolean>;
  /** What a job that succeeded has made. */
  result(id: string): Promise<Uint8Array | undefined>;
  /** Forgets jobs that ended before. */
  prune(before: number): Promise<void>;
}
