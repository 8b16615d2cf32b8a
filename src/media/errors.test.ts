import { describe, expect, it } from "vitest";
import { errorCodes, MediaError, unreachable } from "./errors.ts";

const systemError = (code: string): Error => Object.assign(new Error(`${code}: told`), { code });

describe("what helps", () => {
  it("is what the code says, unless the place that throws knows better", () => {
    expect(new MediaError("disk_full", "full").remedy).toBe(errorCodes.disk_full.remedy);
    expect(new MediaError("disk_full", "full", { remedy: "Wait." }).remedy).toBe("Wait.");
  });

  it("with a path that was given is said of that path", () => {
    expect(unreachable("in", systemError("ENOENT"), "folder")).toMatchObject({
      code: "not_found",
      message: "there is no folder in",
      remedy: "See that the path is right, then run the same command again.",
    });
    expect(unreachable("in", systemError("EACCES"))).toMatchObject({
      code: "storage_failed",
      message: "in cannot be read: EACCES: told",
      remedy: "Let this user read it, then run the same command again.",
    });
  });
});
