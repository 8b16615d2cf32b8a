import { createServer, type Server } from "node:http";
import { text } from "node:stream/consumers";
import { afterAll, beforeAll, expect, it } from "vitest";
import { startAws, type TestAws } from "../support/aws.ts";
import { signAndSend } from "../support/sign.ts";

interface Event {
  readonly Records: readonly {
    readonly eventName: string;
    readonly s3: {
      readonly bucket: { readonly name: string };
      readonly object: { readonly key: string; readonly size?: number; readonly sequencer: string };
    };
  }[];
}

/** A receiver that answers as it is told, and keeps what it has taken. */
const taken: Event[] = [];
let answers: number[] = [];
let asked = 0;
let server: Server;
let aws: TestAws;
beforeAll(async () => {
  server = createServer((request, response) => {
    void text(request).then((body) => {
      asked += 1;
      const status = answers.shift() ?? 200;
      if (status === 200) taken.push(JSON.parse(body) as Event);
      response.writeHead(status).end();
    });
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" ? address?.port : 0;
  aws = await startAws({ s3Events: `http://127.0.0.1:${port}`, inputs: [{ bucket: "films" }] });
});
afterAll(async () => {
  await aws.close();
  server.close();
});
const send = async (method: string, path: string, body = "") => {
  const answer = await signAndSend(aws.endpoint, aws.key, { method, path, body });
  expect(answer.status).toBeLessThan(300);
};
const seen = () =>
  taken.map(({ Records: [record] }) => [
    record?.eventName,
    record?.s3.bucket.name,
    record?.s3.object.key,
    record?.s3.object.size,
  ]);

it("an object's coming and going is posted once it has arrived, with its key encoded", async () => {
  answers = [503]; // it comes again
  await send("PUT", "/uploads/talks/a%20b%2B%C3%A4.wav", "sound");
  await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(1);
  await send("PUT", "/films/one.mp4", "pictures");
  await send("PUT", `/uploads/transcribe-jobs/x-${"0".repeat(22)}`, "the media file of a job");
  await send("DELETE", "/uploads/talks/a%20b%2B%C3%A4.wav");
  await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(3);
  expect(seen()).toEqual([
    ["ObjectCreated:Put", "uploads", "talks/a+b%2B%C3%A4.wav", 5],
    ["ObjectCreated:Put", "films", "one.mp4", 8],
    ["ObjectRemoved:Delete", "uploads", "talks/a+b%2B%C3%A4.wav", undefined],
  ]);
  const sequencers = taken.map(({ Records: [record] }) => record?.s3.object.sequencer ?? "");
  expect(sequencers).toEqual(sequencers.toSorted());
});

it("a restart goes on behind the last one", async () => {
  await aws.restart();
  await send("PUT", "/uploads/next.wav", "more sound");
  await expect.poll(() => taken.length, { timeout: 10_000 }).toBe(4);
  expect(seen().at(-1)).toEqual(["ObjectCreated:Put", "uploads", "next.wav", 10]);
});

it("a receiver that is away gets what has waited", async () => {
  const before = asked;
  answers = [500, 502];
  await send("PUT", "/uploads/waits.wav", "sound that waits");
  await expect.poll(() => taken.length, { timeout: 15_000 }).toBe(5);
  expect(asked - before).toBe(3);
  expect(seen().at(-1)?.[2]).toBe("waits.wav");
});
