import { describe, expect, it } from "vitest";
import { asMediaError } from "../media/errors.ts";
import { noticeConfig } from "./notices.ts";

const file = "/data/config.json";
const read = (settings: Record<string, unknown>, env: Parameters<typeof noticeConfig>[2] = {}) =>
  noticeConfig(file, settings, env);

describe("how people are told", () => {
  it("is by nothing but the public internet without settings", () => {
    expect(read({})).toEqual({
      webhooks: { allowPrivate: false, allow: [], ports: [80, 443, 8080, 8443] },
    });
  });

  it("is read from config.json", () => {
    const smtp = {
      host: "mail.example.org",
      from: "Dailies <d@example.org>",
      user: "d",
      passwordFile: "smtp",
    };
    expect(
      read({
        publicUrl: "https://dailies.example.org/",
        smtp,
        webhooks: { allow: ["10.1.0.0/16", "hooks.internal"], ports: [443] },
      }),
    ).toEqual({
      publicUrl: "https://dailies.example.org",
      smtp: { ...smtp, port: 587, secure: false, passwordFile: "/data/smtp" },
      webhooks: { allowPrivate: false, allow: ["10.1.0.0/16", "hooks.internal"], ports: [443] },
    });
  });

  it("is by the environment's mail server before the file's", () => {
    const env = { smtpUrl: "smtps://me%40x:p%2Fw@mail.example.org?from=d%40example.org" };
    expect(read({ smtp: { host: "other", from: "a@b.c" } }, env).smtp).toEqual({
      host: "mail.example.org",
      port: 465,
      secure: true,
      user: "me@x",
      password: "p/w",
      from: "d@example.org",
    });
  });

  it.each([
    [{ smtp: { host: "h" } }, "smtp.from"],
    [{ smtp: { from: "a@b.c" } }, "smtp.host"],
    [{ smtp: { host: "h", from: "no address" } }, "smtp.from"],
    [{ smtp: { host: "h", from: "a@b.c\r\nBcc: d@e.f" } }, "smtp.from"],
    [{ smtp: { host: "h", from: "a@b.c", port: 70_000 } }, "smtp.port"],
    [{ smtp: { host: "h", from: "a@b.c", secure: "yes" } }, "smtp.secure"],
    [{ smtp: { host: "h", from: "a@b.c", pasword: "x" } }, "smtp.pasword"],
    [{ smtp: "smtp://h" }, "smtp"],
    [{ webhooks: { allow: "10.0.0.0/8" } }, "webhooks.allow"],
    [{ webhooks: { ports: [0] } }, "webhooks.ports"],
    [{ webhooks: { private: true } }, "webhooks.private"],
    [{ publicUrl: "ftp://x" }, "publicUrl"],
    [{ publicUrl: "https://x/?a=b" }, "publicUrl"],
  ])("refuses %j by its key", (settings, key) => {
    try {
      read(settings);
      expect.unreachable();
    } catch (thrown) {
      const { code, message } = asMediaError(thrown);
      expect([code, message.startsWith(`${file}: ${key} `)]).toEqual(["invalid_config", true]);
    }
  });

  it("refuses a mail server of the environment that is none", () => {
    for (const smtpUrl of ["mail.example.org", "https://x", "smtp://host"])
      expect(() => read({}, { smtpUrl })).toThrow(/DAILIES_SMTP_URL/);
  });
});
