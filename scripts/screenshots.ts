// Takes the pictures of docs/page.md: every screen of the page, from a library that it makes of the demo's sample
// and a picture. `npm run screenshots [FOLDER]`: also at 320 pixels and in the dark, all into FOLDER.
import { execFileSync } from "node:child_process";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { openBrowser, openPage } from "../test/support/browser.ts";
import { dailies } from "../test/support/command.ts";
import { startServing, stopServing } from "../test/support/serving.ts";

const root = fileURLToPath(new URL("../", import.meta.url));
const [folder] = process.argv.slice(2);
const out = folder ?? `${root}docs/page`;
mkdirSync(out, { recursive: true });
const work = mkdtempSync(join(tmpdir(), "dailies-screenshots-"));
const library = join(work, "library");
const sample = join(work, "sunrise in the mountains.mp4");
const made = `${root}demo-out/sample.mp4`;
if (existsSync(made)) copyFileSync(made, sample);
else execFileSync("sh", [`${root}scripts/make-sample.sh`, sample], { stdio: "inherit" });
const frame = ["-v", "error", "-ss", "3", "-i", sample, "-frames:v", "1"];
execFileSync("ffmpeg", [...frame, "-y", join(work, "a still from it.jpg")]);
execFileSync("ffmpeg", ["-v", "error", "-i", sample, "-vn", "-y", join(work, "the voice.m4a")]);
const args = ["sunrise in the mountains.mp4", "a still from it.jpg", "the voice.m4a"];
const processed = await dailies(library, "process", ...args.map((name) => join(work, name)));
if (processed.exitCode === 1) throw new Error(processed.stderr);

const service = await startServing(library);
const empty = await startServing(join(work, "empty"));
const browser = await openBrowser();
const media = `/media/${encodeURIComponent("sunrise in the mountains.mp4")}`;
const screens: readonly (readonly [name: string, path: string, click?: string])[] = [
  ["library", "/"],
  ["media", `${media}?t=3`],
  ["mending", media, "dblclick .words"],
  ["files", `${media}?tab=files`],
  ["labels", `${media}?tab=labels`],
  ["sharing", media, "click button:has-text('Share')"],
  ["search", "/search?q=mountain"],
  ["work", "/work"],
  ["empty", "/"],
];
const shown = folder === undefined ? new Set(["library", "media", "search"]) : undefined;
const sizes = folder === undefined ? [1_440] : [1_440, 768, 320];
const schemes = folder === undefined ? (["light"] as const) : (["light", "dark"] as const);
try {
  for (const width of sizes)
    for (const colorScheme of schemes) {
      const viewport = { width, height: width < 500 ? 640 : 720 };
      const context = await browser.newContext({ viewport, colorScheme, locale: "en-GB" });
      for (const [name, path, action = ""] of screens) {
        if (shown?.has(name) === false) continue;
        const { url } = name === "empty" ? empty : service;
        const { page, wrong } = await openPage(context, url + path);
        await page.waitForLoadState("networkidle", { timeout: 3_000 }).catch(() => {}); // events stay open
        const [verb = "", ...what] = action.split(" ");
        const target = page.locator(what.join(" ") || "body").first();
        if (verb === "dblclick") await target.dblclick();
        if (verb === "click") await target.click();
        await page.evaluate(`document.querySelector("video")?.pause()`);
        await page.waitForTimeout(400);
        const file = folder === undefined ? name : `${name}-${width}-${colorScheme}`;
        const jpeg = { type: "jpeg", quality: 72 } as const;
        await page.screenshot({ path: join(out, `${file}.jpg`), ...jpeg });
        for (const one of wrong) console.error(`${file}: ${one}`);
        await page.close();
      }
      await context.close();
    }
} finally {
  await browser.close();
  await Promise.all([stopServing(service), stopServing(empty)]);
  rmSync(work, { recursive: true });
}
