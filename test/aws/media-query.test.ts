import { execFileSync, spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, it } from "vitest";
import { importModel } from "../../src/models/import.ts";
import { startAws, type TestAws } from "../support/aws.ts";
import { clientEnv, clients } from "../support/aws-clients.ts";
import { describeWithSharedMedia, sharedMedia, sharedModel } from "../support/shared-media.ts";
import { signAndSend } from "../support/sign.ts";

/**
 * The media query application (examples/aws/media-query.*) against the service: `npm test` runs it in TypeScript,
 * `npm run examples` with every boto3 that is here, too.
 */

const pythons = clients.pythons.map(({ name, command }) => ({ name, command, ending: "py" }));
const node = { name: "TypeScript", command: [process.execPath], ending: "ts" };
const ways = process.env["EXAMPLES"] === "all" ? [node, ...pythons] : [node];

describeWithSharedMedia("the media query application", () => {
  let aws: TestAws;
  let folder: string;
  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "dailies-media-query-"));
    const modelsDir = join(folder, "models");
    const { signal } = new AbortController();
    await importModel(sharedModel("yolox_nano.onnx"), "yolox-nano", { dir: modelsDir, signal });
    aws = await startAws({}, { webhooks: { allow: ["127.0.0.1"] }, modelsDir });
    await aws.withLibrary((library) => library.resume());
    const filter = ["-vf", "scale=480:360,setsar=1", "-pix_fmt", "yuv420p"];
    for (const args of [
      ["-i", sharedMedia("images/pets.jpg"), ...filter, "pets.jpg"],
      ["-loop", "1", "-i", "pets.jpg", "-t", "1", "-r", "5", ...filter, "pets.mp4"],
    ])
      execFileSync("ffmpeg", ["-v", "error", "-y", ...args], { cwd: folder });
    const put = async (path: string, body: string | Uint8Array = "") => {
      const raw = { method: "PUT", path, body };
      expect((await signAndSend(aws.endpoint, aws.key, raw)).status).toBe(200);
    };
    await put("/shelf");
    for (const name of ["pets.jpg", "pets.mp4"])
      await put(`/shelf/my%20${name}`, readFileSync(join(folder, name)));
  }, 60_000);
  afterAll(async () => {
    await aws.close();
    rmSync(folder, { recursive: true });
  });

  it.each(ways)(
    "in $name: labels, a table, removal and return",
    async ({ command, ending }) => {
      const [file = "", ...first] = command;
      const path = `../../examples/aws/media-query.${ending}`;
      const program = fileURLToPath(new URL(path, import.meta.url));
      const env = { ...process.env, ...clientEnv(aws), AWS_REGION: "us-east-1" };
      const clean = { ...env, AWS_CA_BUNDLE: undefined, AWS_PROFILE: undefined };
      const child = spawn(file, [...first, program], { env: clean });
      try {
        const port = await new Promise<string>((resolve, reject) => {
          let said = "";
          for (const stream of [child.stdout, child.stderr])
            stream.on("data", (text: Buffer) => {
              said += String(text);
              const [, found] = /listening on (\d+)/.exec(said) ?? [];
              if (found !== undefined) resolve(found);
            });
          child.once("close", () => reject(new Error(`it ended: ${said}`)));
        });
        const event = async (eventName: string, key: string, sequencer: string) => {
          const s3 = { bucket: { name: "shelf" }, object: { key, sequencer } };
          const body = JSON.stringify({ Records: [{ eventName, s3 }] });
          const answer = await fetch(`http://127.0.0.1:${port}/`, { method: "POST", body });
          expect(answer.status, await answer.text()).toBe(200);
        };
        const get = async (query: string): Promise<unknown> =>
          (await fetch(`http://127.0.0.1:${port}/api/${query}`)).json();
        const names = async (query: string) =>
          ((await get(query)) as { name: string }[]).map(({ name }) => name);

        // the second way starts the same job again, which has ended
        // its subscription has to be confirmed before a job ends
        const confirmed = () => aws.withLibrary(({ notices }) => notices.subscriptions());
        await expect.poll(confirmed, { timeout: 10_000 }).toContainEqual(
          expect.objectContaining({
            address: `http://127.0.0.1:${port}/sns`,
            state: "confirmed",
          }),
        );
        await event("ObjectCreated:Put", "my+pets.jpg", "1");
        expect(await get("my%20pets.jpg")).toMatchObject({
          name: "my pets.jpg",
          type: "image",
          labels: expect.arrayContaining(["Dog"]),
        });
        for (const _twice of [1, 2]) await event("ObjectCreated:Put", "my+pets.mp4", "2");
        await expect
          .poll(() => names("?media-type=video&label=Dog"), { timeout: 30_000 })
          .toEqual(["my pets.mp4"]);
        expect(await names("?label=Dog&startswith=my")).toEqual(["my pets.jpg", "my pets.mp4"]);
        expect(await names("?label=Zebra")).toEqual([]);

        await event("ObjectRemoved:Delete", "my+pets.jpg", "3");
        expect(await get("my%20pets.jpg")).toEqual({
          Code: "NotFoundError",
          Message: "NotFoundError: Media file (my pets.jpg) not found",
        });
        await event("ObjectCreated:Put", "my+pets.jpg", "4");
        expect(await names("?media-type=image")).toEqual(["my pets.jpg"]);
        const jobs = await aws.withLibrary(({ labelJobs }) => labelJobs.inProgress());
        expect(jobs).toEqual([]);
      } finally {
        child.kill();
      }
    },
    60_000,
  );
});
