import { execFile, spawn } from "node:child_process";
import {
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { clientEnv, clients } from "../support/aws-clients.ts";
import { ffmpeg } from "../support/ffmpeg.ts";
import { describeWithSharedMedia, sharedMedia } from "../support/shared-media.ts";
import { signAndSend } from "../support/sign.ts";
import { endedJob, transcribe } from "../support/transcribe-jobs.ts";

/**
 * The programs in examples/aws/ against the service, as they are. `npm test` runs one of each language;
 * `npm run examples` (EXAMPLES=all) runs all of them, in TypeScript and with every boto3 that is here.
 */

const isWhole = process.env["EXAMPLES"] === "all";
const folderOf = fileURLToPath(new URL("../../examples/aws/", import.meta.url));
/** A language, and the program that runs it. */
interface Way {
  readonly name: string;
  readonly ending: string;
  readonly command: readonly string[];
}
const node: Way = { name: "TypeScript", ending: "ts", command: [process.execPath] };
const pythons = clients.pythons.map((one) => ({ ...one, ending: "py" }));
const boto: readonly Way[] =
  pythons.length > 0 || !process.env["CI"]
    ? pythons
    : [{ name: "boto3", ending: "py", command: ["missing"] }];
const ways: readonly Way[] = [node, ...boto];
const only = (inShort: readonly Way[]) => (isWhole ? ways : inShort);

describeWithSharedMedia("the programs in examples/aws", () => {
  const speech = sharedMedia("speech/goforward.wav");
  const folder = mkdtempSync(join(tmpdir(), "dailies-aws-examples-"));
  let aws: TestAws;
  beforeAll(async () => {
    aws = await startAws();
    await aws.withLibrary((library) => library.resume());
  });
  afterAll(async () => {
    await aws.close();
    rmSync(folder, { recursive: true });
  });
  const env = () => ({
    ...process.env,
    ...clientEnv(aws),
    AWS_REGION: "us-east-1",
    AWS_CA_BUNDLE: undefined,
    AWS_PROFILE: undefined,
  });
  const run = async (way: Way, program: string, ...args: string[]) => {
    const [file = "", ...first] = way.command;
    const path = join(folderOf, `${program}.${way.ending}`);
    const { stdout } = await promisify(execFile)(file, [...first, path, ...args], { env: env() });
    return stdout;
  };
  const send = (method: string, path: string, body: string | Uint8Array = "") =>
    signAndSend(aws.endpoint, aws.key, { method, path: encodeURI(path), body });

  it.each(only(boto.slice(0, 1)))("part 1 in $name: to the clean-up and its proof", async (way) => {
    const out = await run(way, "part1", speech);
    expect(out).toContain("objects: goforward.wav\n");
    expect(out).toContain("second turn: goforward.wav is transcribed already, it is skipped\n");
    expect(out).toContain("goforward.wav COMPLETED\n");
    expect(out.toLowerCase()).toContain("transcript: go forward");
    expect(out).toMatch(/^pronunciation\t\d+\.\d+\t\d+\.\d+\t\w+$/m);
    expect(out).toMatch(/left: no bucket, 0 jobs\n$/);
  });

  it.each(only([node]))("the Lambda flow in $name: an event of S3's starts a job", async (way) => {
    const [file = "", ...first] = way.command;
    const out = `out-${way.name.toLowerCase().replaceAll(/[^a-z0-9]+/g, "-")}`;
    for (const bucket of ["in", out].map((one) => (one === "in" ? `in-${out}` : one)))
      await send("PUT", `/${bucket}`);
    const key = "talks/go forward + ä.wav";
    const path = `/in-${out}/talks/go%20forward%20%2B%20%C3%A4.wav`;
    await signAndSend(aws.endpoint, aws.key, { method: "PUT", path, body: readFileSync(speech) });
    const program = join(folderOf, `lambda.${way.ending}`);
    const child = spawn(file, [...first, program, out], { env: env() });
    try {
      const port = await new Promise<string>((resolve, reject) => {
        let said = "";
        child.stdout.on("data", (text: Buffer) => {
          said += String(text);
          const [, found] = /listening on (\d+)/.exec(said) ?? [];
          if (found !== undefined) resolve(found);
        });
        child.once("close", () => reject(new Error(`it ended: ${said}`)));
      });
      const record = (name: string) => ({
        eventName: "ObjectCreated:Put",
        s3: { bucket: { name: `in-${out}` }, object: { key: name } },
      });
      const encoded = encodeURIComponent(key).replaceAll("%20", "+").replaceAll("%2F", "/");
      const event = { Records: [record(encoded), record("a+picture.JPG")] };
      const post = () =>
        fetch(`http://127.0.0.1:${port}`, { method: "POST", body: JSON.stringify(event) });
      const said = (await (await post()).json()) as string[];
      const [, name = ""] = /^started (talks_go_forward_.+)$/.exec(said[0] ?? "") ?? [];
      expect(said).toEqual([`started ${name}`, "skipped a picture.JPG"]);
      expect(await endedJob(aws, aws.key, name)).toMatchObject({
        TranscriptionJobStatus: "COMPLETED",
      });
      expect((await send("GET", `/${out}/${name}.json`)).text.toLowerCase()).toContain(
        "go forward",
      );
      // events come twice
      expect(await (await post()).json()).toEqual([`there already: ${name}`, said[1]]);
      await transcribe(aws, aws.key, "DeleteTranscriptionJob", { TranscriptionJobName: name });
    } finally {
      child.kill();
    }
  });

  it.each(only([]))("the concurrent batch in $name", async (way) => {
    const [inputs, out] = [mkdtempSync(join(folder, "in-")), mkdtempSync(join(folder, "out-"))];
    for (const name of ["a b.wav", "c.wav"]) copyFileSync(speech, join(inputs, name));
    writeFileSync(join(inputs, "no recording.wav"), "these bytes are no recording");
    expect(await run(way, "batch", inputs, out)).toBe("COMPLETED: 2\nFAILED: 1\n");
    const files = readdirSync(out);
    expect(files.filter((file) => file.endsWith(".json"))).toEqual(["a_b.wav.json", "c.wav.json"]);
    const csv = (state: string) => {
      const file = files.find((one) => one.startsWith(`job_summary_${state}_`)) ?? "";
      return readFileSync(join(out, file), "utf8").replaceAll("\r", "");
    };
    expect(csv("completed")).toMatch(/a_b.wav,COMPLETED.*\n.*c.wav,COMPLETED/);
    expect(csv("failed")).toMatch(/no_recording.wav,FAILED,.*Unsupported media format/);
  });

  it.each(only([]))("a film's way in $name: four outputs, transcript, metadata", async (way) => {
    const name = `film-${way.name.replaceAll(/[^A-Za-z0-9]+/g, "-")}`;
    mkdirSync(join(folder, "films"), { recursive: true });
    const film = join(folder, "films", `${name}.mp4`);
    ffmpeg("-f", "lavfi", "-i", "testsrc=size=128x96:rate=5", "-i", speech, "-shortest", film);
    const out = await run(way, "upload", film);
    const lines = out.trim().split("\n");
    expect(
      lines
        .slice(0, -1)
        .map((line) => line.split(" ")[0])
        .toSorted(),
    ).toEqual([
      `output/audio/${name}.mp3`,
      `output/gif/${name}.gif`,
      `output/phone/${name}.mp4`,
      `output/web/${name}.mp4`,
    ]);
    const record = JSON.parse(lines.at(-1) ?? "") as { transcript: string };
    expect(record).toMatchObject({
      JsonFile: `output/transcribe/${name}.json`,
      jobName: name,
      status: "COMPLETED",
    });
    expect(record.transcript.toLowerCase()).toContain("go forward");
  });
});
