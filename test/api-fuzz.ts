import { request } from "node:http";
import fc from "fast-check";

/** One request to the service. The path is sent exactly as it is. */
export interface FuzzRequest {
  readonly operationId: string;
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: Buffer;
}

export interface FuzzAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly text: string;
}

/** The parts of an OpenAPI description from which requests are made. */
export interface Description {
  readonly paths: Readonly<Record<string, Readonly<Record<string, DescribedOperation>>>>;
}

interface DescribedOperation {
  readonly operationId: string;
  readonly parameters?: readonly { readonly in: string; readonly name: string }[];
  readonly requestBody?: { readonly content: Readonly<Record<string, unknown>> };
  readonly responses: Readonly<Record<string, unknown>>;
}

/** Values that have broken other servers: paths that lead outside, line ends, odd numbers, odd letters. */
const hostileTexts: readonly string[] = [
  ["", ".", "..", "../../etc/passwd", "..\\..\\boot.ini", "/etc/passwd", "a//b", "a/", "/"],
  ["\0", "a\0.mp4", "a\r\nSet-Cookie: x=1", "a\nb.mp4", "\u001b[31m", "C:\\x.mp4", "~/x", "-rf"],
  ["a".repeat(900), "ä".repeat(451), "x".repeat(12_000), "e\u0301.mp4", "\u00e9.mp4"],
  ["\u202egpm.exe", "\ufeffa.mp4", "\ud800.mp4", "👩‍👩‍👧.mp4", "ﷺ".repeat(80), "CON", "nul.mp4"],
  ["'; DROP TABLE media;--", '" OR ""="', "%", "%zz", "_%", "*", "a*b?", "{{7*7}}", "${7*7}"],
  ["<script>alert(1)</script>", "$(id)", "`id`", "|id", "__proto__", "constructor", "toString"],
  ["-1", "0", "1", "1001", "1e9", "NaN", "Infinity", "99999999999999999999", "0x10", "1.5", " 1"],
  ["true", "null", "[]", "{}", "undefined", "2026-13-45", "2026-01-01T00:00:00Z", "a,b", "a=b&c=d"],
  ["output/web/x.mp4", "talk.media", ".mp4", "mp4", "talk.mp4/../secret", "talk.mp4.media"],
  ['"unclosed', "NEAR(a b", "a OR", "(", "a*", "^", "name:a", "a AND NOT b", "-a"],
].flat();

const hostile = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom(...hostileTexts) },
  { weight: 1, arbitrary: fc.string({ unit: "binary", maxLength: 40 }) },
);

/** Ways to write a hostile text into a URL: encoded, encoded twice, half encoded, with encoded dots and slashes. */
function encodings(text: string): readonly string[] {
  const whole = encodeURIComponent(text.toWellFormed());
  return [
    whole,
    encodeURIComponent(whole),
    whole.replaceAll("%2F", "/"),
    whole.replaceAll(".", "%2e").replaceAll("%2F", "%2f"),
    whole.replaceAll("%2F", "%5C"),
    `${whole}%00`,
    `${whole}%c0%ae`,
    `${whole}%`,
    `%ED%A0%80${whole}`,
  ];
}

const inUrl = (known: readonly string[]) =>
  fc.oneof(
    { weight: 2, arbitrary: fc.constantFrom(...known.map(encodeURIComponent)) },
    {
      weight: 3,
      arbitrary: fc
        .tuple(hostile, fc.nat(8))
        .map(([text, way]) => encodings(text)[way] ?? encodeURIComponent("x")),
    },
  );

/** Header values without line ends and other control characters, because the client would refuse those. */
const headerText = hostile.map((text) =>
  Buffer.from(text, "utf8")
    .toString("latin1")
    .replace(/[^\t\x20-\x7e\x80-\xff]/g, "?")
    .slice(0, 4_000),
);

const requestHeaders = fc.dictionary(
  fc.constantFrom(
    ...[
      ["range", "if-range", "if-none-match", "if-match", "accept", "last-event-id"],
      ["content-type", "upload-offset", "upload-length", "x-http-method-override", "origin"],
      ["x-forwarded-for", "cookie", "accept-language", "te", "if-modified-since"],
      ["if-unmodified-since", "content-range", "content-encoding", "content-md5"],
      ["content-digest", "repr-digest", "digest"],
    ].flat(),
  ),
  fc.oneof(
    headerText,
    fc.constantFrom(
      ...[
        ["bytes=0-", "bytes=-1", "bytes=5-1", "bytes=0-0,2-3", "bytes=-0", "bytes=99999999999-"],
        ["bytes=a-b", "*", '"x"', 'W/"x"', "text/vtt", "application/json;q=0", "*/*;q=x"],
      ].flat(),
    ),
  ),
  { maxKeys: 3 },
);

/** Responses of the tus protocol, which the description leaves to that protocol's specification. */
const uploadHeaders = fc.record(
  {
    "tus-resumable": fc.constantFrom("1.0.0", "1.0.0", "1.0.0", "0.2.2", "x"),
    "upload-length": fc.constantFrom("0", "10", "10", "-1", "1e3", "99999999999999999999", "x"),
    "upload-offset": fc.constantFrom("0", "0", "5", "-1", "x"),
    "upload-defer-length": fc.constantFrom("1", "0", "x"),
    "upload-concat": fc.constantFrom("partial", "final;/v1/uploads/a /v1/uploads/../b"),
    "upload-checksum": fc.constantFrom("sha1 x", "md5 AAAA", "md5 1B2M2Y8AsgTpgAmY7PhCfg==", "x"),
    "content-type": fc.constantFrom("application/offset+octet-stream", "text/html"),
    "upload-metadata": fc.oneof(
      hostile.map((text) => `filename ${Buffer.from(text).toString("base64")}`),
      hostile.map((text) => `name YS5tcDQ=,owner ${Buffer.from(text).toString("base64")}`),
      headerText,
      fc.constant("filename"),
    ),
  },
  { requiredKeys: ["tus-resumable"] },
);

/** The requests of tus clients, in the form of a description. */
export const uploadPaths: Description["paths"] = Object.fromEntries(
  [
    { path: "/v1/uploads", methods: ["post", "options", "get", "put"] },
    {
      path: "/v1/uploads/{upload}",
      methods: ["head", "patch", "delete", "options", "get", "post"],
    },
  ].map(({ path, methods }) => [
    path,
    Object.fromEntries(
      methods.map((method) => [
        method,
        {
          operationId: `upload ${method} ${path}`,
          requestBody: { content: {} },
          responses: Object.fromEntries(
            [201, 204, 403, 404, 405, 409, 410, 412, 413, 415, 460].map((status) => [status, {}]),
          ),
        },
      ]),
    ),
  ]),
);

const jsonValue = fc.oneof(
  fc.jsonValue({ maxDepth: 3 }),
  hostile,
  fc.constantFrom<unknown>("gif", ["gif"], ["read"], [], "2030-01-01T00:00:00Z", 1e308, -0),
);
const jsonBody = fc
  .dictionary(
    fc.constantFrom("step", "only", "name", "scopes", "expiresAt", "__proto__", "address", "topic"),
    jsonValue,
    { maxKeys: 4 },
  )
  .map((value) => JSON.stringify(value));

const body = fc.oneof(
  { weight: 6, arbitrary: jsonBody.map((text) => Buffer.from(text)) },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 200 }).map((bytes) => Buffer.from(bytes)) },
  {
    weight: 1,
    arbitrary: fc.constantFrom(
      Buffer.alloc(0),
      Buffer.from("{"),
      Buffer.from("[".repeat(30_000)),
      Buffer.from(`{"name":"${"x".repeat(100_000)}"}`),
      Buffer.from([0xff, 0xfe, 0x7b]),
      Buffer.from('{"step":"gif","step":"web"}'),
    ),
  },
);

/** Path parameters of the description that have only a few values. */
const closedValues: Readonly<Record<string, readonly string[]>> = {
  rendition: ["web", "audio", "poster"],
  format: ["srt", "vtt", "json"],
};

/** Requests for one operation. `names`: names of existing media files. */
function requestsFor(
  path: string,
  method: string,
  operation: DescribedOperation,
  names: readonly string[],
): fc.Arbitrary<FuzzRequest> {
  const inPath = [...path.matchAll(/\{([^}]+)\}/g)].map((match) => match[1] ?? "");
  const queries = (operation.parameters ?? []).filter((one) => one.in === "query");
  const queryNames = [...queries.map(({ name }) => name), "unknown", "__proto__", "limit"];
  const values = fc.tuple(...inPath.map((name) => inUrl(closedValues[name] ?? names)));
  const query = fc.array(fc.tuple(fc.constantFrom(...queryNames), inUrl(["1", "video", "name"])), {
    maxLength: 3,
  });
  const headed = path.startsWith("/v1/uploads") ? uploadHeaders : requestHeaders;
  return fc.tuple(values, query, headed, body).map(([given, asked, chosen, bytes]) => {
    const headers = chosen as Record<string, string>;
    let filled = path;
    for (const [index, name] of inPath.entries())
      filled = filled.replace(`{${name}}`, () => given[index] ?? "");
    const search = asked.map(([name, value]) => `${name}=${value}`).join("&");
    return {
      operationId: operation.operationId,
      method: method.toUpperCase(),
      path: search === "" ? filled : `${filled}?${search}`,
      headers,
      body: operation.requestBody === undefined ? Buffer.alloc(0) : bytes,
    };
  });
}

/** Requests spread over all operations of the description. The same seed gives the same requests. */
export function fuzzRequests(
  description: Description,
  options: { readonly names: readonly string[]; readonly seed: number; readonly number: number },
): FuzzRequest[] {
  const all = Object.entries(description.paths).flatMap(([path, operations]) =>
    Object.entries(operations).map(([method, operation]) =>
      requestsFor(path, method, operation, options.names),
    ),
  );
  const each = Math.ceil(options.number / all.length);
  const samples = all.map((arbitrary, index) =>
    fc.sample(arbitrary, { seed: options.seed + index, numRuns: each }),
  );
  // one operation after the other, so that a request meets the changes of earlier ones
  return Array.from({ length: each }, (_, round) =>
    samples.flatMap((sample) => sample[round] ?? []),
  ).flat();
}

/** Sends a request exactly as written, without correcting its path. Cuts off a stream that does not end. */
export function ask(url: string, token: string, asked: FuzzRequest): Promise<FuzzAnswer> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const sent = request(
      {
        hostname,
        port,
        method: asked.method,
        path: asked.path,
        headers: {
          ...asked.headers,
          authorization: `Bearer ${token}`,
          ...(asked.body.length > 0 && { "content-length": asked.body.length }),
        },
      },
      (answer) => {
        let text = "";
        const end = () =>
          resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text });
        answer.setEncoding("utf8").on("data", (part: string) => {
          text += part;
          if (answer.headers["content-type"] !== "text/event-stream") return;
          end();
          sent.destroy();
        });
        answer.on("end", end);
        answer.on("error", end);
      },
    );
    // a server may refuse a body without reading it
    sent.on("error", (error) => reject(error));
    sent.setTimeout(15_000, () => sent.destroy(new Error("no answer within 15 s")));
    sent.end(asked.body);
  });
}
