import { expect, it } from "vitest";
import type { Job } from "../media/job.ts";
import { isJobInterrupted, isMediaInterrupted } from "./interrupted.ts";

const job = (state: Job["state"], startedAt?: number): Job =>
  ({ state, ...(startedAt !== undefined && { startedAt }) }) as Job;

it("is work that was begun and that no process does", () => {
  expect(isJobInterrupted(job("running", 1), false)).toBe(true);
  expect(isJobInterrupted(job("queued", 1), false)).toBe(true);
  expect(isMediaInterrupted("processing", [job("succeeded", 1), job("queued")], false)).toBe(true);
});

it("is neither what a process may be doing, nor what waits for a first one, nor what has ended", () => {
  expect(isJobInterrupted(job("running", 1), true)).toBe(false);
  expect(isMediaInterrupted("processing", [job("running", 1)], true)).toBe(false);
  expect(isJobInterrupted(job("queued"), false)).toBe(false);
  expect(isMediaInterrupted("processing", [job("queued")], false)).toBe(false);
  for (const state of ["succeeded", "failed", "cancelled", "skipped"] as const)
    expect(isJobInterrupted(job(state, 1), false)).toBe(false);
  for (const state of ["ready", "incomplete", "failed", "cancelled"])
    expect(isMediaInterrupted(state, [job("cancelled", 1)], false)).toBe(false);
});
