import AxeBuilder from "axe-core";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { hasBrowser, openBrowser, openPage } from "../support/browser.ts";
import { makeMedia } from "./media.ts";
import { dailies } from "../support/command.ts";
import { startServing, stopServing, type Serving } from "../support/serving.ts";

/** The page in a real browser, on a real service that processes what is dropped. */

const built = fileURLToPath(new URL("../../dist/web/", import.meta.url));
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "dailies-page-"));
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("the files of the page", () => {
  it("are small: at most 35 KB for the first screen, 80 KB for a media file", () => {
    expect(existsSync(built), "scripts/setup.sh builds the page").toBe(true);
    const names = readdirSync(join(built, "assets"));
    const text = (name: string) => readFileSync(join(built, "assets", name), "utf8");
    const loadedBy = (name: string, seen = new Set<string>()): Set<string> => {
      if (seen.has(name)) return seen;
      seen.add(name);
      for (const [, other = ""] of text(name).matchAll(/from"\.\/([^"]+\.js)"|import"\.\/[^"]+"/g))
        if (other !== "") loadedBy(other, seen);
      return seen;
    };
    const sizeOf = (all: Iterable<string>) =>
      [...all].reduce((sum, name) => sum + gzipSync(text(name), { level: 9 }).byteLength, 0);
    const starting = (start: string) => {
      const found = names.find((name) => name.startsWith(start) && name.endsWith(".js"));
      if (found === undefined) throw new Error(`no ${start}`);
      return found;
    };
    const first = loadedBy(starting("index-"));
    expect(first.size).toBeGreaterThan(1);
    expect(sizeOf(first)).toBeLessThan(35_000);
    expect(sizeOf(loadedBy(starting("media-"), first))).toBeLessThan(80_000);
  });
});

async function violations(page: Page): Promise<string[]> {
  await page.evaluate(AxeBuilder.source);
  const found = await page.evaluate(async () => {
    const { axe } = globalThis as unknown as { axe: typeof AxeBuilder };
    const { violations: wrong } = await axe.run(document, {
      runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"],
    });
    return wrong.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" | ")}`);
  });
  return found;
}

const overflows = (page: Page): Promise<boolean> =>
  page.evaluate(() => document.documentElement.scrollWidth > innerWidth);

describe.skipIf(!hasBrowser)("the page", () => {
  let browser: Browser;
  let service: Serving;
  let context: BrowserContext;
  beforeAll(async () => {
    [browser, service] = await Promise.all([openBrowser(), startServing(join(folder, "library"))]);
    context = await browser.newContext({ viewport: { width: 1280, height: 800 } });
  });
  afterAll(async () => {
    await browser.close();
    await stopServing(service);
  });

  it("is served with a strict policy, and its files for ever", async () => {
    const shell = await fetch(service.url);
    const policy = shell.headers.get("content-security-policy") ?? "";
    const host = new URL(service.url).host;
    expect(policy).toContain(`script-src ${host}/assets/;`);
    expect(policy).not.toMatch(/unsafe|https?:|\*/);
    expect(shell.headers.get("cache-control")).toBe("no-cache");
    const etag = shell.headers.get("etag") ?? "";
    const again = await fetch(service.url, { headers: { "if-none-match": etag } });
    expect(again.status).toBe(304);
    const html = await shell.text();
    const [, script = ""] = /integrity="sha384-[^"]+" src="([^"]+)"/.exec(html) ?? [];
    const asset = await fetch(service.url + script);
    expect(asset.headers.get("cache-control")).toContain("immutable");
    expect(asset.headers.get("content-encoding")).toBe("gzip");
    expect((await fetch(`${service.url}/assets/nothing.js`)).status).toBe(404);
    expect((await fetch(`${service.url}/v1/media`)).headers.get("content-type")).toContain("json");
  });

  it("takes files, shows what was made of them, and finds words that play", async () => {
    const { page, wrong } = await openPage(context, service.url);
    await page.getByRole("heading", { name: "Drop films" }).waitFor();
    expect(await violations(page)).toEqual([]);
    const files = await makeMedia(folder);
    const transfer = await page.evaluateHandle(
      (all) => {
        const data = new DataTransfer();
        for (const { name, base64, type } of all) {
          const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
          data.items.add(new File([bytes], name, { type }));
        }
        return data;
      },
      files.map(({ name, type, bytes }) => ({ name, type, base64: bytes.toString("base64") })),
    );
    for (const type of ["dragover", "drop"])
      await page.dispatchEvent("body", type, { dataTransfer: transfer });
    await page.getByRole("link", { name: "talk.mp4" }).first().waitFor();
    await page.locator(".tile").nth(2).waitFor();
    // a name is text, never code
    expect(await page.locator(".tiles img[src=x]").count()).toBe(0);
    await expect
      .poll(() => page.locator(".tile .state").allTextContents(), { timeout: 40_000 })
      .toEqual([]);
    expect(await violations(page)).toEqual([]);

    await page.locator(".tile a", { hasText: "talk.mp4" }).click();
    const words = page.locator(".words").first();
    await words.waitFor();
    expect(new URL(page.url()).pathname).toBe("/media/talk.mp4");
    const said = (await words.textContent()) ?? "";
    expect(said.split(" ").length).toBeGreaterThan(2);
    await page.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 2);
    const transcript = (await (
      await fetch(`${service.url}/v1/media/talk.mp4/transcript`)
    ).json()) as { words: { text: string; startMs: number }[] };
    const second = transcript.words[2];
    // the middle of the third word's first letter
    const at = await page.evaluate(
      (offset) => {
        const node = document.querySelector(".words")?.firstChild as Text;
        const range = new Range();
        range.setStart(node, offset);
        range.setEnd(node, offset + 1);
        const { x, y, width, height } = range.getBoundingClientRect();
        return { x: x + width / 2, y: y + height / 2 };
      },
      said.indexOf(` ${second?.text ?? ""}`) + 1,
    );
    await page.mouse.click(at.x, at.y);
    await page.waitForFunction(() => document.querySelector("video")?.paused === false);
    const played = await page.evaluate(
      () => (document.querySelector("video")?.currentTime ?? 0) * 1_000,
    );
    expect(Math.abs(played - (second?.startMs ?? 0))).toBeLessThan(300);
    expect(await page.evaluate(() => CSS.highlights.get("spoken")?.size)).toBe(1);
    await page.keyboard.press("k");
    await page.waitForFunction(() => document.querySelector("video")?.paused === true);
    expect(await violations(page)).toEqual([]);

    // two tabs write in the same passage
    const { page: other } = await openPage(context, `${service.url}/media/talk.mp4`);
    await other.locator(".words").first().dblclick();
    await words.dblclick();
    await page.keyboard.press("Control+A");
    await page.keyboard.type("go forward ten kilometres <b>");
    await page.keyboard.press("Enter");
    await page.getByText("Saved").waitFor();
    await other.keyboard.press("Control+A");
    await other.keyboard.type("go backward");
    await other.keyboard.press("Enter");
    await other.getByText("changed elsewhere").waitFor();
    await other.getByRole("button", { name: "Keep what is there" }).click();
    await other.close();
    expect(await words.textContent()).toContain("ten kilometres <b>");
    await page.getByRole("button", { name: "Name the speaker" }).first().click();
    await page.keyboard.type("Anna");
    await page.keyboard.press("Enter");
    await page.getByRole("button", { name: "Anna" }).waitFor();
    const captions = async () =>
      (await fetch(`${service.url}/v1/media/talk.mp4/transcript.vtt`)).text();
    await expect.poll(captions).toContain("kilometres");
    const search = async () => (await fetch(`${service.url}/v1/search?q=kilometres`)).text();
    await expect.poll(search, { timeout: 20_000 }).toContain("talk.mp4");
    expect(await violations(page)).toEqual([]);

    await page.keyboard.press("/");
    await page.keyboard.type("kilometres");
    await page.keyboard.press("Enter");
    await page.locator(".hit ol a").first().click();
    await page.locator(".words").first().waitFor();
    expect(new URL(page.url()).searchParams.get("t")).not.toBeNull();
    expect(await page.evaluate(() => CSS.highlights.get("sought")?.size ?? 0)).toBeGreaterThan(0);
    await page.goBack();
    await page.locator(".hit").first().waitFor();
    expect(wrong).toEqual([]);
    await page.close();
  }, 180_000);

  it("fits a phone, in the dark, and removes what is selected", async () => {
    const phone = await browser.newContext({
      viewport: { width: 320, height: 640 },
      colorScheme: "dark",
    });
    const { page, wrong } = await openPage(phone, service.url);
    await page.locator(".tile").first().waitFor();
    for (const path of [
      "/",
      "/media/talk.mp4",
      "/media/talk.mp4?tab=files",
      "/search?q=x",
      "/work",
    ]) {
      await page.goto(service.url + path);
      await page.locator("main h1, main h2").first().waitFor();
      expect(await overflows(page), path).toBe(false);
      expect(await violations(page), path).toEqual([]);
    }
    await page.goto(service.url);
    const boxes = page.locator(".tile input");
    await boxes.first().waitFor();
    const before = await boxes.count();
    await page.getByLabel("Select memo.wav").check();
    await page.getByRole("button", { name: "Remove 1 file" }).first().click();
    await page.locator("dialog").getByRole("button", { name: "Remove 1 file" }).click();
    await expect.poll(() => boxes.count()).toBe(before - 1);
    expect(wrong).toEqual([]);
    await phone.close();
  });

  it("shares a file with somebody who has no key, until it is removed", async () => {
    const { page, wrong } = await openPage(context, `${service.url}/media/talk.mp4`);
    await page.getByRole("button", { name: "Share" }).click();
    await page.getByLabel("A note").fill("Look <b>here</b>");
    expect(await violations(page)).toEqual([]);
    await page.getByRole("button", { name: "Make a link" }).click();
    const link = await page.locator("#shared-link").inputValue();
    await page.close();
    const stranger = await browser.newContext({ viewport: { width: 320, height: 640 } });
    const { page: seen, wrong: theirs } = await openPage(stranger, link);
    await seen.getByText("Look <b>here</b>").waitFor();
    await seen.getByText("kilometres").waitFor();
    await seen.waitForFunction(() => (document.querySelector("video")?.readyState ?? 0) >= 1);
    expect(await overflows(seen)).toBe(false);
    expect(await violations(seen)).toEqual([]);
    const code = new URL(link).searchParams.get("code") ?? "";
    for (const changed of [`${code}x`, code.slice(0, -3), ""]) {
      const asked = await fetch(`${service.url}/v1/shared?code=${changed}`);
      expect(asked.status, changed).toBeGreaterThanOrEqual(400);
    }
    const removed = await fetch(`${service.url}/v1/objects/talk.mp4`, { method: "DELETE" });
    expect(removed.status).toBe(204);
    await seen.reload();
    await seen.getByRole("heading", { name: "not good any more" }).waitFor();
    expect((await fetch(`${service.url}/v1/shared/media?code=${code}`)).status).toBe(404);
    expect([...wrong, ...theirs]).toEqual([]);
    await stranger.close();
  });
});

describe.skipIf(!hasBrowser)("signing in", () => {
  it("takes a key where the server asks for one, and ends with it", async () => {
    const dataDir = join(folder, "keyed");
    await dailies(dataDir, "users", "add", "ada");
    const made = await dailies(dataDir, "keys", "create", "browser", "--user", "ada", "--json");
    const key = JSON.parse(made.stdout) as { token: string; accessKeyId: string };
    writeFileSync(join(dataDir, "config.json"), JSON.stringify({ requireKeys: true }));
    const service = await startServing(dataDir);
    const browser = await openBrowser();
    const context = await browser.newContext();
    const { page, wrong } = await openPage(context, service.url);
    await page.getByLabel("Access key").fill("dailies_wrong");
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByText("the key is not known").waitFor();
    expect(await violations(page)).toEqual([]);
    await page.getByLabel("Access key").fill(key.token);
    await page.getByRole("button", { name: "Sign in" }).click();
    await page.getByRole("heading", { name: "Drop films" }).waitFor();
    const [cookie] = await context.cookies();
    expect(cookie).toMatchObject({ httpOnly: true, sameSite: "Strict" });
    // a page of another port has the cookie, too, and may not use it
    const headers = { cookie: `${cookie?.name}=${cookie?.value}`, origin: "http://127.0.0.1:1" };
    const foreign = await fetch(`${service.url}/v1/keys`, { method: "POST", headers, body: "{}" });
    expect(foreign.status).toBe(403);
    const own = await fetch(`${service.url}/v1/session`, { headers: { cookie: headers.cookie } });
    expect(await own.json()).toMatchObject({ user: "ada" });
    await page.getByRole("button", { name: "Sign out" }).click();
    await page.getByLabel("Access key").waitFor();
    expect(await context.cookies()).toEqual([]);
    expect(wrong).toEqual([]);
    await browser.close();
    await stopServing(service);
  });
});
