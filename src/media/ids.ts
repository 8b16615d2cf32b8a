import { randomBytes } from "node:crypto";

/** Crockford's base 32, lower case: sorts as it counts, and has no letters that look alike. */
const digits = "0123456789abcdefghjkmnpqrstvwxyz";

const timeLength = 9; // 45 bits of milliseconds: good to the year 3084
const counterLength = 3;
const sessionLength = 10;

function base32(value: number, length: number): string {
  let text = "";
  for (let rest = value; text.length < length; rest = Math.floor(rest / 32))
    text = digits.charAt(rest % 32) + text;
  return text;
}

/** A fresh name for one run of one process: 10 characters, 50 random bits. */
export function newSession(): string {
  return Array.from(randomBytes(sessionLength), (byte) => digits.charAt(byte % 32)).join("");
}

/**
 * Makes time-ordered ids: milliseconds, a counter, and the session.
 * The ids of one source always rise, also when the clock is set back. Two sessions never make the same id.
 * An id names its session. So bytes that a dead process left behind differ from bytes that a living
 * process is about to record.
 */
export function createIdSource(session: string, now: () => number = Date.now): () => string {
  let time = 0;
  let counter = 0;
  return () => {
    const wall = now();
    if (wall > time) [time, counter] = [wall, 0];
    else counter += 1;
    if (counter === 32 ** counterLength) [time, counter] = [time + 1, 0];
    return base32(time, timeLength) + base32(counter, counterLength) + session;
  };
}

/** The session that made an id. */
export function sessionOf(id: string): string {
  return id.slice(-sessionLength);
}

/** When an id was made: milliseconds since 1970, UTC. */
export function timeOf(id: string): number {
  let time = 0;
  for (const digit of id.slice(0, timeLength)) time = time * 32 + digits.indexOf(digit);
  return time;
}
