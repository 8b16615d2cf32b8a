import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { asMediaError } from "../media/errors.ts";
import { readConfig } from "./config.ts";

const folder = mkdtempSync(join(tmpdir(), "dailies-settings-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function read(settings: unknown, env: NodeJS.ProcessEnv = {}) {
  const dataDir = mkdtempSync(join(folder, "library-"));
  writeFileSync(join(dataDir, "config.json"), JSON.stringify(settings));
  return { dataDir, config: () => readConfig({ dataDir }, env) };
}

describe("the settings", () => {
  it("are the defaults where nothing is said, and may name their schema", () => {
    const config = read({ $schema: "./config.schema.json" }).config();
    expect(config).toMatchObject({
      languageCode: "en-US",
      findsLanguage: true,
      engines: { speech: "auto", labels: "auto" },
      limits: { timeFactor: 30, minFreeBytes: undefined },
      security: { requireKeys: false, origins: [] },
    });
    expect(config.labels).toEqual({});
    expect(config.captions).toEqual({});
    expect(config.notices).toEqual({
      webhooks: { allowPrivate: false, allow: [], ports: [80, 443, 8080, 8443] },
    });
    expect(config).not.toHaveProperty("$schema");
  });

  it("find out the language unless one is named", () => {
    const of = (languageCode: string) => read({ languageCode }).config();
    expect(of("de-DE")).toMatchObject({ languageCode: "de-DE", findsLanguage: false });
    expect(of("en-US")).toMatchObject({ languageCode: "en-US", findsLanguage: false });
    expect(of("auto")).toMatchObject({ languageCode: "en-US", findsLanguage: true });
  });

  it("are what is given", () => {
    const smtp = { host: "mail.example.org", from: "Dailies <d@example.org>", user: "d" };
    const webhooks = { allow: ["10.1.0.0/16", "hooks.internal"], ports: [443] };
    const { dataDir, config } = read({
      publicUrl: "https://dailies.example.org/",
      smtp: { ...smtp, passwordFile: "smtp" },
      webhooks,
      labels: { minConfidence: 0.55, maxLabels: 10 },
      engines: { labels: "centernet", speech: "sherpa" },
      captions: { voices: true, wordTimes: true },
      slots: { speech: 3 },
    });
    expect(config()).toMatchObject({
      labels: { minConfidence: 0.55, maxLabels: 10 },
      engines: { labels: "centernet", speech: "sherpa" },
      slots: { speech: 3 },
      notices: {
        publicUrl: "https://dailies.example.org",
        smtp: { ...smtp, port: 587, secure: false, passwordFile: join(dataDir, "smtp") },
        webhooks: { allowPrivate: false, ...webhooks },
      },
    });
    expect(config().captions).toEqual({ wordTimes: true });
  });

  it("have the environment's mail server before the file's", () => {
    const env = {
      DAILIES_SMTP_URL: "smtps://me%40x:p%2Fw@mail.example.org?from=d%40example.org",
    };
    const { config } = read({ smtp: { host: "other", from: "a@b.c" } }, env);
    expect(config().notices.smtp).toEqual({
      host: "mail.example.org",
      port: 465,
      secure: true,
      user: "me@x",
      password: "p/w",
      from: "d@example.org",
    });
  });

  it.each([
    [{ smtp: { host: "h" } }, "smtp.from is missing"],
    [{ smtp: { from: "a@b.c" } }, "smtp.host is missing"],
    [
      { smtp: { host: "h", from: "no address" } },
      "smtp.from must be the address that mails come from",
    ],
    [{ smtp: { host: "h", from: "a@b.c\r\nBcc: d@e.f" } }, "smtp.from must be the address"],
    [{ smtp: { host: "h", from: "a@b.c", port: 70_000 } }, "smtp.port must be a port"],
    [{ smtp: { host: "h", from: "a@b.c", secure: "yes" } }, "smtp.secure must be true or false"],
    [{ smtp: { host: "h", from: "a@b.c", pasword: "x" } }, "smtp.pasword is no setting"],
    [{ smtp: "smtp://h" }, "smtp must be an object"],
    [{ webhooks: { allow: "10.0.0.0/8" } }, "webhooks.allow must be a list of host names"],
    [
      { webhooks: { allow: ["a b"] } },
      'webhooks.allow must be a host name, an address or a network, not "a b"',
    ],
    [{ webhooks: { ports: [0] } }, "webhooks.ports must be a port, not 0"],
    [{ webhooks: { private: true } }, "webhooks.private is no setting"],
    [{ publicUrl: "ftp://x" }, "publicUrl must be an http or https URL"],
    [{ publicUrl: "https://x/?a=b" }, "publicUrl must be an http or https URL"],
    [{ labels: { minConfidence: 55 } }, "labels.minConfidence must be 0.1–1, not 55"],
    [{ labels: { minConfidence: "0.5" } }, 'labels.minConfidence must be 0.1–1, not "0.5"'],
    [{ labels: { maxLabels: 0 } }, "labels.maxLabels must be a whole number from 1 on, not 0"],
    [{ labels: { maxLabel: 3 } }, "labels.maxLabel is no setting"],
    [{ labels: [] }, "labels must be an object"],
    [
      { engines: { labels: "yolo" } },
      'engines.labels must be one of auto, onnx, centernet, not "yolo"',
    ],
    [{ engines: { speech: "ears" } }, "engines.speech must be one of auto, sherpa, pocketsphinx"],
    [{ engines: { label: "onnx" } }, "engines.label is no setting"],
    [{ captions: { voices: 1 } }, "captions.voices must be true or false, not 1"],
    [
      { slots: { transcode: "many" } },
      'slots.transcode must be a whole number from 1 on, not "many"',
    ],
    [{ slots: { speech: 0 } }, "slots.speech must be a whole number from 1 on, not 0"],
    [{ limits: { maxPixels: -1 } }, "limits.maxPixels must be a positive number, not -1"],
    [{ limits: null }, "limits must be an object, not null"],
    [{ limit: {} }, "limit is no setting"],
    [{ rateLimit: { perSecond: 1 } }, "rateLimit.burst is missing"],
    [{ languageCode: "English!" }, 'languageCode must be a language such as en-US, not "English!"'],
    [{ masterKeyFile: "" }, 'masterKeyFile must be a path, not ""'],
  ])("refuse %j by its name", (settings, words) => {
    const { dataDir, config } = read(settings);
    try {
      config();
      expect.unreachable();
    } catch (thrown) {
      const { code, message } = asMediaError(thrown);
      const start = `${join(dataDir, "config.json")}: ${words}`;
      expect([code, message.slice(0, start.length)]).toEqual(["invalid_config", start]);
    }
  });

  it("tell nothing of a password that is refused", () => {
    const smtp = { host: "h", from: "a@b.c", password: "secret\nword" };
    expect(read({ smtp }).config).toThrow(/smtp\.password must be a text of one line$/);
  });

  it("refuse a mail server of the environment that is none", () => {
    for (const url of ["mail.example.org", "https://x", "smtp://host"])
      expect(read({}, { DAILIES_SMTP_URL: url }).config).toThrow(/DAILIES_SMTP_URL/);
  });
});
