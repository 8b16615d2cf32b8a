import { signal } from "@preact/signals";
import type { Problem, Session } from "../api/types.ts";

/** An answer of the server that is an error. */
export class Refusal extends Error {
  readonly problem: Pick<Problem, "status" | "detail" | "remedy"> & { readonly code: string };
  constructor(problem: Refusal["problem"]) {
    super(problem.detail);
    this.problem = problem;
  }
}

/** Who uses the page; undefined until it is known, null when they have to sign in. */
export const session = signal<Session | null | undefined>(undefined);
/** Whether the last request reached the server. */
export const isConnected = signal(true);

/** The path of a media file. */
export const mediaPath = (name: string): string => `/v1/media/${encodeURIComponent(name)}`;

async function refusalOf(answer: Response): Promise<Refusal> {
  const problem = (await answer.json().catch(() => undefined)) as Problem | undefined;
  if (answer.status === 401) session.value = null;
  return new Refusal(
    problem ?? { status: answer.status, code: "internal", detail: answer.statusText, remedy: "" },
  );
}

/** Sends a request. @throws Refusal when the server refuses it or cannot be reached */
export async function send(path: string, init: RequestInit = {}): Promise<Response> {
  let answer: Response;
  try {
    answer = await fetch(path, init);
  } catch (error) {
    if (init.signal?.aborted === true) throw error;
    isConnected.value = false;
    const detail = (error as Error).message;
    throw new Refusal({ status: 0, code: "not_connected", detail, remedy: "" });
  }
  isConnected.value = true;
  if (!answer.ok) throw await refusalOf(answer);
  return answer;
}

/** @throws Refusal */
export async function get<T>(path: string, until?: AbortSignal): Promise<T> {
  return (await (await send(path, until ? { signal: until } : {})).json()) as T;
}

/** Sends JSON, and reads the answer where there is one. @throws Refusal */
export async function change<T = void>(
  method: "POST" | "PUT" | "DELETE",
  path: string,
  body?: unknown,
  headers: Readonly<Record<string, string>> = {},
): Promise<T> {
  const json = body === undefined ? {} : { body: JSON.stringify(body) };
  const type = body === undefined ? {} : { "content-type": "application/json" };
  const answer = await send(path, { method, ...json, headers: { ...type, ...headers } });
  return (answer.status === 204 ? undefined : await answer.json()) as T;
}

/** Finds out who uses the page. */
export async function whoAmI(): Promise<void> {
  try {
    session.value = await get<Session>("/v1/session");
  } catch (error) {
    if (session.value === undefined && !(error instanceof Refusal && error.problem.status === 0))
      session.value = null;
  }
}
