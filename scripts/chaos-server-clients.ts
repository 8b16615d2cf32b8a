// Clients of a server that is killed and restarted: uploaders that retry, and clients that break off.
import { connect } from "node:net";
import { pause, type Chance } from "./chaos-random.ts";

export type Address = () => string | undefined;

/** Sends bytes in small pieces with pauses, so that a kill can happen in the middle. */
async function* slowly(
  bytes: Uint8Array,
  size: number,
  pauseMs: () => number,
): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < bytes.length; at += size) {
    yield bytes.subarray(at, at + size);
    await pause(pauseMs());
  }
}

interface Answered {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Sends a request. Returns undefined when the server did not answer. */
async function ask(url: string, how: RequestInit): Promise<Answered | undefined> {
  try {
    const answer = await fetch(url, { ...how, duplex: "half" });
    return { status: answer.status, headers: answer.headers, text: await answer.text() };
  } catch {
    return undefined;
  }
}

/** Repeats `again` until it is done. Returns a message when the server finally refused. */
async function untilTaken(
  name: string,
  address: Address,
  again: (base: string) => Promise<Answered | "done" | undefined>,
): Promise<string[]> {
  for (const since = performance.now(); performance.now() - since < 180_000; await pause(150)) {
    const base = address();
    const said = base === undefined ? undefined : await again(base);
    if (said === "done") return [];
    if (said !== undefined && said.status >= 400 && said.status < 500)
      return [`${name} was refused: ${said.status} ${said.text}`];
  }
  return [`${name} was never taken in`];
}

/** Uploads by a plain PUT, again from the start until the server answers. */
export function putObject(address: Address, name: string, bytes: Uint8Array, chance: Chance) {
  return untilTaken(name, address, async (base) => {
    const pieces = slowly(bytes, Math.ceil(bytes.length / 5), () => chance.between(0, 40));
    const body = pieces as unknown as NonNullable<RequestInit["body"]>;
    const url = `${base}/v1/objects/${encodeURIComponent(name)}`;
    const said = await ask(url, { method: "PUT", body });
    return said !== undefined && said.status < 300 ? "done" : said;
  });
}

const version = { "tus-resumable": "1.0.0" };

/** Uploads by the tus protocol over seconds. After an interruption it asks for the offset and resumes there; `onResumed` is called. */
export function tusUpload(
  address: Address,
  name: string,
  bytes: Uint8Array,
  chance: Chance,
  onResumed: () => void,
) {
  let place: string | undefined;
  let sent = false;
  const create = async (base: string): Promise<Answered | undefined> => {
    const metadata = `name ${Buffer.from(name).toString("base64")}`;
    const headers = { ...version, "upload-length": `${bytes.length}`, "upload-metadata": metadata };
    const said = await ask(`${base}/v1/uploads`, { method: "POST", headers });
    if (said?.status === 201) place = said.headers.get("location") ?? undefined;
    return said;
  };
  return untilTaken(name, address, async (base) => {
    if (place === undefined) return create(base);
    const url = new URL(place, base).href;
    const head = await ask(url, { method: "HEAD", headers: version });
    if (head === undefined || head.status >= 500) return head;
    if (head.status >= 400) return void (place = undefined); // for example expired: start again
    const offset = Number(head.headers.get("upload-offset"));
    if (offset === bytes.length) return "done";
    if (sent && offset > 0) onResumed();
    sent = true;
    const headers = {
      ...version,
      "content-type": "application/offset+octet-stream",
      "upload-offset": `${offset}`,
    };
    const size = Math.ceil(bytes.length / 10);
    const pieces = slowly(bytes.subarray(offset), size, () => chance.between(0, 1_200));
    const body = pieces as unknown as NonNullable<RequestInit["body"]>;
    const said = await ask(url, { method: "PATCH", headers, body });
    // a wrong offset of this client is no refusal: it asks for the offset again
    return said?.status === 404 || said?.status === 409 || said?.status === 410 ? undefined : said;
  });
}

/** Breaks off a connection during a body, an answer, a stream of events or a request line. */
export async function breakOff(address: Address, names: readonly string[], chance: Chance) {
  const base = address();
  if (base === undefined) return;
  const { host, hostname, port } = new URL(base);
  const name = encodeURIComponent(names[Math.floor(chance.between(0, names.length))] ?? "");
  const line = chance.one([
    `PUT /v1/objects/rude.mp4 HTTP/1.1\r\nhost: ${host}\r\ncontent-length: 90000\r\n\r\nhalf`,
    `PUT /v1/objects/rude.mp4 HTTP/1.1\r\nhost: ${host}\r\ntransfer-encoding: chunked\r\n\r\n4\r\nhalf\r\nzz`,
    `POST /v1/uploads HTTP/1.1\r\nhost: ${host}\r\ntus-resumable: 1.0.0\r\nupload-length: 9000\r\n` +
      `upload-metadata: name cnVkZS5tcDQ=\r\ncontent-type: application/offset+octet-stream\r\n` +
      `content-length: 9000\r\n\r\nhalf`,
    `GET /v1/objects/${name} HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
    `GET /v1/events?after=0 HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
    `GET /v1/search?q=go HTTP/1.1\r\nhost: ${host}\r\n\r\nGET /v1/media HTTP/1.1\r\nhost: ${host}\r\n\r\n`,
    `POST /v1/media/x/retry HTTP/1.1\r\nhost: ${host}\r\ncontent-type: application/json\r\ncontent-length: 50\r\n\r\n{`,
    `GET /v1/me`,
  ]);
  await new Promise<void>((resolve) => {
    const socket = connect(Number(port), hostname, () => {
      socket.write(line);
      setTimeout(() => socket.resetAndDestroy(), chance.between(0, 60));
    });
    socket.on("error", () => {}).on("close", () => resolve());
  });
}
