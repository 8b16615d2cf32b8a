import { expect, it } from "vitest";
import { MediaError } from "../media/errors.ts";
import { createLog } from "./log.ts";

const token = "dailies_DLSABCDEFGHIJ234567Q.q3vT0yYxkq9E1bXo7mVtq0w2Yg5cRkJ4oXhQpZ8sLtU";

it.each([false, true])("writes no secret in any field, encoded or not (terminal: %s)", (isTTY) => {
  const lines: string[] = [];
  const log = createLog({ isTTY, write: (text) => lines.push(text) });
  const twice = encodeURIComponent(
    token.replace(/[_.]/g, (at) => `%${at.charCodeAt(0).toString(16)}`),
  );
  log.info({ path: `/v1/media/${twice}` }, "answered");
  log.info(
    { headers: { Referer: `http://d.example/x?code=${encodeURIComponent(token)}` } },
    "asked",
  );
  log.error({ err: new MediaError("not_found", `there is no ${token}`) }, `no ${token}`);
  expect(lines).toHaveLength(3);
  for (const line of lines) {
    expect(line).toContain("[left out]");
    expect(line.replaceAll("%25", "%")).not.toContain(token.slice(-30));
  }
});
