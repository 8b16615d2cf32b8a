// Part 7: the media query application. Pictures are labelled at once, films by a label job that tells an SNS topic when
// it has ended; a table of media is asked over HTTP. S3's events and the topic's messages come in by POST.
// Run: eval "$(dailies aws-env --export)"; node examples/aws/media-query.ts [PORT]
// The service must be allowed to reach it: config.json needs {"webhooks": {"allow": ["127.0.0.1"]}}.
import {
  DetectLabelsCommand,
  paginateGetLabelDetection,
  RekognitionClient,
  StartLabelDetectionCommand,
} from "@aws-sdk/client-rekognition";
import {
  ConfirmSubscriptionCommand,
  CreateTopicCommand,
  SNSClient,
  SubscribeCommand,
} from "@aws-sdk/client-sns";
import { createHash } from "node:crypto";
import { createServer } from "node:http";
import { text } from "node:stream/consumers";

const [port = "0"] = process.argv.slice(2);
const rekognition = new RekognitionClient();
const sns = new SNSClient();
const pictures = new Set(["jpg", "jpeg", "png"]);
const films = new Set(["mp4", "flv", "mov", "mkv", "webm"]);

interface Media {
  readonly name: string;
  readonly type: "image" | "video";
  readonly labels: readonly string[];
}
/** By name. */
const table = new Map<string, Media>();
/** The film of each job that is not done. A film that is removed meanwhile has none. */
const jobs = new Map<string, string>();

interface S3Record {
  readonly eventName: string;
  readonly s3: {
    readonly bucket: { readonly name: string };
    readonly object: { readonly key: string; readonly sequencer?: string };
  };
}

const { TopicArn = "" } = await sns.send(
  new CreateTopicCommand({ Name: "AmazonRekognition-media" }),
);

async function onS3({ eventName, s3 }: S3Record): Promise<void> {
  const name = decodeURIComponent(s3.object.key.replaceAll("+", " "));
  const ending = name.split(".").pop()?.toLowerCase() ?? "";
  const S3Object = { Bucket: s3.bucket.name, Name: name };
  for (const [job, of] of jobs) if (of === name) jobs.delete(job);
  if (eventName.startsWith("ObjectRemoved")) {
    table.delete(name);
    return;
  }
  if (pictures.has(ending)) {
    const { Labels = [] } = await rekognition.send(
      new DetectLabelsCommand({ Image: { S3Object } }),
    );
    table.set(name, { name, type: "image", labels: Labels.map((one) => one.Name ?? "") });
  } else if (films.has(ending)) {
    // one token for each event: an event that comes twice starts one job
    const event = `${S3Object.Bucket} ${name} ${s3.object.sequencer}`;
    const { JobId = "" } = await rekognition.send(
      new StartLabelDetectionCommand({
        Video: { S3Object },
        ClientRequestToken: createHash("sha256").update(event).digest("hex"),
        NotificationChannel: {
          SNSTopicArn: TopicArn,
          RoleArn: "arn:aws:iam::123456789012:role/rekognition",
        },
      }),
    );
    jobs.set(JobId, name);
    await collect(JobId); // it may have ended before this program began
  }
}

/** Takes the labels of a job of ours, if it has ended. */
async function collect(JobId: string): Promise<void> {
  const name = jobs.get(JobId);
  if (name === undefined) return;
  const labels = new Set<string>();
  for await (const page of paginateGetLabelDetection({ client: rekognition }, { JobId })) {
    if (page.JobStatus === "IN_PROGRESS") return;
    for (const { Label } of page.Labels ?? []) if (Label?.Name) labels.add(Label.Name);
  }
  if (jobs.delete(JobId)) table.set(name, { name, type: "video", labels: [...labels] });
}

interface SnsMessage {
  readonly Type: string;
  readonly Token?: string;
  readonly Message: string;
}

async function onSns({ Type, Token, Message }: SnsMessage): Promise<void> {
  if (Type === "SubscriptionConfirmation")
    await sns.send(new ConfirmSubscriptionCommand({ TopicArn, Token }));
  // whoever sends this: it is only looked at which job it names
  if (Type === "Notification") await collect((JSON.parse(Message) as { JobId: string }).JobId);
}

/** `GET /api/` with startswith, media-type and label; `GET /api/NAME`. */
function answer(url: URL): { status: number; body: unknown } {
  const name = decodeURIComponent(url.pathname.slice("/api/".length));
  const asked = url.searchParams;
  const [type, label] = [asked.get("media-type"), asked.get("label")];
  if (name !== "") {
    const found = table.get(name);
    const Message = `NotFoundError: Media file (${name}) not found`;
    return found
      ? { status: 200, body: found }
      : { status: 404, body: { Code: "NotFoundError", Message } };
  }
  const body = [...table.values()].filter(
    (one) =>
      one.name.startsWith(asked.get("startswith") ?? "") &&
      (type === null || one.type === type) &&
      (label === null || one.labels.includes(label)),
  );
  return { status: 200, body };
}

const server = createServer(async (request, response) => {
  try {
    const url = new URL(request.url ?? "/", "http://localhost");
    if (request.method === "POST") {
      const sent = JSON.parse(await text(request)) as SnsMessage & { Records?: S3Record[] };
      if (url.pathname === "/sns") await onSns(sent);
      else for (const record of sent.Records ?? []) await onS3(record);
      return response.end("{}");
    }
    const { status, body } = answer(url);
    return response.writeHead(status).end(JSON.stringify(body));
  } catch (error) {
    // what fails is sent again, so the sender must see it
    console.error(error);
    return response.writeHead(500).end(String(error));
  }
});
server.listen(Number(port), "127.0.0.1", async () => {
  const address = server.address();
  const at = typeof address === "object" ? address?.port : port;
  const Endpoint = `http://127.0.0.1:${at}/sns`;
  await sns.send(new SubscribeCommand({ TopicArn, Protocol: "http", Endpoint }));
  console.log(`listening on ${at}`);
});
