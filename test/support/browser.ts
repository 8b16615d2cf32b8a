import { existsSync } from "node:fs";
import { chromium, type Browser, type BrowserContext, type Page } from "playwright-core";

/** Debian's browser. */
const program = "/usr/bin/chromium";

/** Whether tests that drive a browser can run. In CI one that is missing is a failure. */
export const hasBrowser = existsSync(program) || process.env["CI"] !== undefined;

/** A browser without a window. */
export function openBrowser(): Promise<Browser> {
  return chromium.launch({
    executablePath: program,
    args: [
      "--no-sandbox", // root runs tests in containers
      "--autoplay-policy=no-user-gesture-required",
      "--mute-audio",
    ],
  });
}

/** A page, and what went wrong on it: errors of scripts, refusals of the policy, requests to other hosts. */
export async function openPage(
  context: BrowserContext,
  url: string,
): Promise<{ page: Page; wrong: string[] }> {
  const page = await context.newPage();
  const wrong: string[] = [];
  page.on("pageerror", (error) => wrong.push(error.message));
  page.on("console", (message) => {
    if (message.type() === "error" && !message.text().startsWith("Failed to load resource"))
      wrong.push(message.text());
  });
  page.on("request", (request) => {
    const to = new URL(request.url());
    if (/^https?:$/.test(to.protocol) && to.origin !== new URL(url).origin)
      wrong.push(`another host: ${request.url()}`);
  });
  await page.goto(url);
  return { page, wrong };
}
