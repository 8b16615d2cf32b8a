import { z } from "zod";
import { labelEngines } from "../media/label.ts";
import { defaultLimits } from "../media/limits.ts";
import { speechEngines } from "../media/speech.ts";
import { defaultReach } from "../notify/reach.ts";
import {
  baseUrl,
  between,
  flag,
  line,
  listOf,
  matching,
  oneOf,
  origin,
  path,
  port,
  positive,
  section,
  webAddress,
  whole,
} from "./kinds.ts";

/**
 * Every setting of `config.json`: its type, bounds, default, and what it does. `config.schema.json` for
 * editors, the table in docs/settings.md and the types come from here. Each description ends with the
 * default.
 */

/** How many media files of one kind of work are under way at once. */
const slot = () => whole(1).exactOptional();

const limits = section({
  maxDurationMs: positive()
    .default(defaultLimits.maxDurationMs)
    .describe("The longest media file, in milliseconds. Default: 43,200,000 (12 hours)"),
  maxPixels: positive()
    .default(defaultLimits.maxPixels)
    .describe("The largest frame of a film, width × height. Default: 36,000,000"),
  maxPicturePixels: positive()
    .default(defaultLimits.maxPicturePixels)
    .describe("The largest still picture, width × height. Default: 120,000,000"),
  maxPixelsPerByte: positive()
    .default(defaultLimits.maxPixelsPerByte)
    .describe(
      "Pixels of all frames of a film together, for each byte of its file. Default: 500,000",
    ),
  memoryBytes: positive()
    .default(defaultLimits.memoryBytes)
    .describe("The address space of one decoder. Default: 4,294,967,296 (4 GiB)"),
  outputBytes: positive()
    .default(defaultLimits.outputBytes)
    .describe(
      "The most that a decoder writes for one media file. Default: 53,687,091,200 (50 GiB)",
    ),
  timeFactor: positive()
    .default(defaultLimits.timeFactor)
    .describe("A step may take this many times the media file's duration. Default: 30"),
  minTimeMs: positive()
    .default(defaultLimits.minTimeMs)
    .describe("A step may take at least this long. Default: 600,000 (10 minutes)"),
  maxUploadBytes: positive()
    .default(defaultLimits.maxUploadBytes)
    .describe(
      "The largest file that is taken from the network. Default: 107,374,182,400 (100 GiB)",
    ),
  minFreeBytes: positive()
    .exactOptional()
    .describe(
      "With less free on the data directory's disk, nothing is taken in and no job begins. " +
        "Default: 1 GiB, or a hundredth of the disk where that is less",
    ),
});

const slots = section({
  light: slot().describe(
    "Media files that are probed and indexed at once. Default: one for each core, at least 2",
  ),
  picture: slot().describe(
    "Pictures that are worked on at once. Default: one for each two cores, at least 1",
  ),
  transcode: slot().describe(
    "Media files that are transcoded at once. Default: one for each two cores, at least 1",
  ),
  speech: slot().describe(
    "Media files that are transcribed at once. Default: one for each two cores, at least 1",
  ),
  vision: slot().describe(
    "Media files that are labelled at once. Default: one for each two cores, at least 1",
  ),
});

/** A display name before the address, or the address alone; never a line end, which would begin a header. */
const mailbox = /^(?:[^<>\p{Cc}]*<[^\s<>@]+@[^\s<>@]+>|[^\s<>@]+@[^\s<>@]+)$/u;

const smtp = section({
  host: line().describe("The mail server. Default: none, and no e-mails"),
  from: matching(mailbox, "must be the address that mails come from").describe(
    "The address that mails come from. Default: none",
  ),
  port: port()
    .exactOptional()
    .describe("The mail server's port. Default: 465 with secure, else 587"),
  secure: flag().default(false).describe("TLS from the first byte. Default: `false`"),
  user: line().exactOptional().describe("Who signs in at the mail server. Default: nobody"),
  password: line().exactOptional().describe("The password of `smtp.user`. Default: none"),
  passwordFile: path()
    .exactOptional()
    .describe("A file that holds the password alone; read for each message. Default: none"),
});

/** A host name, an address, or a network such as `10.1.0.0/16`. */
const reachable = matching(
  /^[\p{L}\p{N}.:-]+(?:\/\d{1,3})?$/u,
  "must be a host name, an address or a network",
);

const webhooks = section({
  ports: listOf(port(), "ports")
    .default([...defaultReach.ports])
    .describe("Ports that webhooks may reach. Default: `[80, 443, 8080, 8443]`"),
  allow: listOf(reachable, "host names, addresses and networks")
    .default([])
    .describe(
      "Hosts, addresses and networks that webhooks may reach on any port, private ones too. Default: `[]`",
    ),
  allowPrivate: flag()
    .default(false)
    .describe("Webhooks may reach all private addresses. Default: `false`"),
});

export const settingsSchema = section({
  $schema: z.string().exactOptional().describe("Where an editor finds this schema. Default: none"),
  languageCode: matching(/^(auto|[a-z]{2,3}(-[A-Za-z0-9]+)*)$/, "must be a language such as en-US")
    .default("auto")
    .describe(
      "What is spoken when nothing else says it, BCP 47. `auto`: the tag of the sound track says it where an engine here knows that language, else it is found out where a model that knows several languages is here, else en-US. Default: `auto`",
    ),
  metadataTable: matching(
    /^[A-Za-z0-9_.-]{1,255}$/,
    "must be a table's name of letters, digits, _ . and -",
  )
    .default("metadata")
    .describe("The table that metadata records are kept under. Default: `metadata`"),
  engines: section({
    speech: oneOf(speechEngines)
      .default("auto")
      .describe(
        "The speech engine. `auto`: sherpa where its package and a model are here, else the draft engine. Default: `auto`",
      ),
    labels: oneOf(labelEngines)
      .default("auto")
      .describe(
        "The label engine. `auto`: ONNX where a model is here, else CenterNet. Default: `auto`",
      ),
  }).prefault({}),
  speech: section({
    channels: flag()
      .default(false)
      .describe(
        "Each channel of a recording is one speaker, as in those of telephone calls, unless its own options say otherwise. Default: `false`",
      ),
  }).prefault({}),
  labels: section({
    minConfidence: between(0.1, 1)
      .exactOptional()
      .describe("The least confidence of every label. Default: the engine's own, label by label"),
    maxLabels: whole(1)
      .exactOptional()
      .describe("The most labels of a picture or of one frame. Default: the engine's own"),
  }).prefault({}),
  profile: path()
    .exactOptional()
    .describe(
      "The renditions: a profile file, or the name of one in `profiles` of the data directory ([renditions.md](renditions.md#own-profiles)). Default: `default`",
    ),
  poster: section({
    atMs: whole(0)
      .exactOptional()
      .describe(
        "The time of a film that its poster is taken at, in milliseconds. Default: where its best frame is",
      ),
  }).prefault({}),
  stream: section({
    enabled: flag()
      .default(true)
      .describe("Films over 10 seconds get an adaptive stream. Default: `true`"),
  }).prefault({}),
  captions: section({
    voices: flag().default(true).describe("The stored WebVTT says who speaks. Default: `true`"),
    wordTimes: flag()
      .default(false)
      .describe("The stored WebVTT marks the time of each word. Default: `false`"),
  }).prefault({}),
  slots: slots.prefault({}),
  limits: limits.prefault({}),
  publicUrl: baseUrl()
    .exactOptional()
    .describe("Where others reach the service. Default: none, and no links in messages"),
  requireKeys: flag()
    .exactOptional()
    .describe(
      "Keys are asked for on this machine, too. Default: `false`; `true` when `publicUrl` is another host's",
    ),
  trustLocalUsers: flag()
    .default(false)
    .describe(
      "Without keys, every user of this machine may do everything; else only the service's own user and root. Default: `false`",
    ),
  connectionsPerAddress: whole(1)
    .default(256)
    .describe(
      "Connections of one address at a time; a new one takes the place of one that waits. Default: 256",
    ),
  cors: section({
    origins: listOf(origin(), "origins")
      .default([])
      .describe(
        'Origins whose pages may ask and read: `["https://player.example"]`. Default: `[]`',
      ),
  }).prefault({}),
  rateLimit: section({
    perSecond: positive().describe(
      "Requests a second with one key, or from one address without a key. Default: 100",
    ),
    burst: positive()
      .min(1, "must be at least 1")
      .describe("Requests at once; `perSecond` and `burst` are given together. Default: 1,000"),
  }).exactOptional(),
  masterKeyFile: path()
    .default("keys/master.key")
    .describe("The key that secrets in the catalog are sealed with. Default: `keys/master.key`"),
  smtp: smtp.exactOptional(),
  webhooks: webhooks.prefault({}),
  modelsDir: path()
    .exactOptional()
    .describe(
      "Where models lie, for all libraries of a user. Default: `dailies/models` in `XDG_DATA_HOME`, else `~/.local/share/dailies/models`",
    ),
  modelsMirror: webAddress()
    .exactOptional()
    .describe(
      "The address below which all models are by their files' names. Default: none, the publishers' own addresses",
    ),
});

/** The settings of one library, checked, with their defaults. */
export type Settings = z.infer<typeof settingsSchema>;
