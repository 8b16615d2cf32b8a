import { InvalidArgumentError, Option, type Command } from "commander";
import { examples, type Go } from "./command.ts";
import { parseFolder } from "./option-values.ts";
import { profileOption } from "./profile.ts";
import type { ServeCommand } from "./serve.ts";

const parseFolders = (value: string, before: readonly string[] = []): readonly string[] => [
  ...before,
  parseFolder(value),
];

interface Input {
  readonly bucket: string;
  readonly outputs?: string;
}

function parseInputs(value: string, before: readonly Input[] = []): readonly Input[] {
  const [bucket = "", outputs, ...rest] = value.split("=");
  if (bucket === "" || outputs === "" || rest.length > 0)
    throw new InvalidArgumentError("It must be BUCKET or BUCKET=OUTPUTS.");
  return [...before, { bucket, ...(outputs !== undefined && { outputs }) }];
}

function parsePort(value: string): number {
  if (!/^\d{1,5}$/.test(value) || Number(value) > 65_535)
    throw new InvalidArgumentError("It must be a number from 0 to 65535.");
  return Number(value);
}

function parseUrl(value: string): string {
  const url = URL.parse(value);
  if (!/^https?:\/\//i.test(value) || url === null || url.search !== "" || url.hash !== "")
    throw new InvalidArgumentError("It must be an http or https URL.");
  return url.href.replace(/\/+$/, "");
}

function parseSlots(value: string): number {
  const slots = /^\d{1,5}$/.test(value) ? Number(value) : 0;
  if (slots < 1 || slots > 10_000)
    throw new InvalidArgumentError("It must be a number from 1 to 10000.");
  return slots;
}

function parseGrace(value: string): number {
  if (!/^\d{1,5}$/.test(value)) throw new InvalidArgumentError("It must be a number of seconds.");
  return Number(value);
}

/** `serve`: runs until it is stopped. */
export function addServe(program: Command, go: Go): void {
  program
    .command("serve")
    .description("run the service: HTTP, and work as it arrives")
    .option("--host <host>", "the address to listen on", "127.0.0.1")
    .addOption(
      new Option("--port <port>", "the port; 0 chooses a free one")
        .argParser(parsePort)
        .default(4700),
    )
    .option(
      "--watch <dir>",
      "process every file that is put into this folder; several as NAME=DIR, then names begin with NAME/",
      parseFolders,
    )
    .addOption(profileOption())
    .option("--results <dir>", "keep every output as a file below this folder", parseFolder)
    .addOption(
      new Option("--aws-port <port>", "speak AWS's protocols here, as on 4701").argParser(
        parsePort,
      ),
    )
    .option(
      "--input <bucket>",
      "an S3 bucket whose objects are processed, too; BUCKET=OUTPUTS shows what is made of them there",
      parseInputs,
    )
    .option("--aws-domain <domain>", "a bucket may also be named by the host: BUCKET.DOMAIN")
    .option(
      "--aws-url <url>",
      "where others reach AWS's protocols, for the links in SNS's messages",
      parseUrl,
    )
    .option("--anonymous", "this user's AWS requests need no signature (127.0.0.1 only)")
    .option("--s3-events <url>", "post S3's events of uploads and removals here", parseUrl)
    .addOption(
      new Option(
        "--transcribe-slots <number>",
        "transcription jobs of one user that may be in progress at once (AWS). Default: 100",
      ).argParser(parseSlots),
    )
    .addOption(
      new Option("--grace <seconds>", "how long a stop waits for running jobs")
        .argParser(parseGrace)
        .default(10),
    )
    .addOption(
      new Option(
        "--accept-sandbox <level>",
        "allow other addresses although this sandbox does not cut the network",
      ).choices(["kernel", "limits"]),
    )
    .addHelpText(
      "after",
      examples(
        "serve",
        "serve --watch footage/ --results results/",
        "serve --watch cam1=/mnt/a --watch cam2=/mnt/b",
      ),
    )
    .action((options: ServeCommand, command: Command) =>
      go(command, async (context) => (await import("./serve.ts")).serve(context, options)),
    );
}
