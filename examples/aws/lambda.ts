// Part 2: what a Lambda function does when an object is created, here as a webhook. It takes S3's event, decodes the
// key, skips what is no recording, and starts a job whose transcript goes into the output bucket.
// Run: eval "$(dailies aws-env --export)"; node examples/aws/lambda.ts OUTPUT_BUCKET [PORT]
import {
  ConflictException,
  StartTranscriptionJobCommand,
  TranscribeClient,
} from "@aws-sdk/client-transcribe";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const [OutputBucketName = "transcripts", port = "0"] = process.argv.slice(2);
const transcribe = new TranscribeClient();
const formats = new Set(["mp3", "mp4", "wav", "flac", "ogg", "amr", "webm", "m4a"]);

interface S3Event {
  readonly Records: readonly {
    readonly s3: {
      readonly bucket: { readonly name: string };
      readonly object: { readonly key: string };
    };
  }[];
}

/** Different keys never give the same name, and the same key gives the same one again. */
function jobNameOf(key: string): string {
  const hash = createHash("sha256").update(key).digest("hex").slice(0, 12);
  return `${key.replaceAll(/[^0-9a-zA-Z._-]+/g, "_").slice(0, 150)}-${hash}`;
}

async function handle({ Records }: S3Event): Promise<string[]> {
  const said: string[] = [];
  for (const { s3 } of Records) {
    const key = decodeURIComponent(s3.object.key.replaceAll("+", " "));
    if (!formats.has(key.split(".").pop()?.toLowerCase() ?? "")) {
      said.push(`skipped ${key}`);
      continue;
    }
    const TranscriptionJobName = jobNameOf(key);
    const start = new StartTranscriptionJobCommand({
      TranscriptionJobName,
      LanguageCode: "en-US",
      Media: { MediaFileUri: `s3://${s3.bucket.name}/${key}` },
      OutputBucketName,
    });
    try {
      await transcribe.send(start);
      said.push(`started ${TranscriptionJobName}`);
    } catch (error) {
      if (!(error instanceof ConflictException)) throw error;
      said.push(`there already: ${TranscriptionJobName}`); // events come twice
    }
  }
  return said;
}

const server = createServer(async (request, response) => {
  try {
    const said = await handle(JSON.parse(await text(request)) as S3Event);
    for (const line of said) console.log(line);
    response.end(JSON.stringify(said));
  } catch (error) {
    // what fails is sent again, so the sender must see it
    console.error(error);
    response.writeHead(500).end(String(error));
  }
});
server.listen(Number(port), "127.0.0.1", () => {
  const address = server.address();
  console.log(`listening on ${typeof address === "object" ? address?.port : port}`);
});
