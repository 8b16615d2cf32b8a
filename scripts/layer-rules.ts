/**
 * Who may import whom (docs/architecture.md, "Rooms"), as rules of the linter. test/layers.test.ts tries
 * to break each of them.
 */

interface Layer {
  /** Folders below src/ whose files the rule is for; `room/*` are the folders in a room. */
  readonly rooms: readonly string[];
  readonly message: string;
  /** Rooms and files below src/ that may be imported as values. */
  readonly values: readonly string[];
  /** Rooms of which not even types may be imported. Default: types of all rooms may be. */
  readonly never?: readonly string[];
  /** No types of other rooms either. Default: false. */
  readonly noTypes?: boolean;
  /** Modules of Node that are forbidden beside `node:sqlite`. */
  readonly modules?: readonly string[];
  /** May import node:sqlite. Default: false. */
  readonly isStore?: boolean;
}

const words = (text: string): string[] => text.split(" ");

const leaves = ["sandbox", "models", "process", "files", "log"];
const ports = [
  "catalog",
  "queue",
  "objects",
  "search",
  "access",
  "notify",
  "buckets",
  "transcriptions",
  "label-jobs",
];
const engines = ["probe", "transcode", "transcribe", "captions", "label", "export"];
/** Reads and writes whole objects over the port: pure helpers that many rooms need. */
const wholeObjects = ["objects/local-file.ts", "objects/stored.ts"];
const commandRooms = ["app", "log", "files", "access/access.ts"];
const commands = [...commandRooms, "config", "doctor", "batch", "models", "local"];

const layers: readonly Layer[] = [
  { rooms: ["media"], message: "media/ imports nothing.", values: [], noTypes: true },
  {
    rooms: [...ports, ...engines].flatMap((room) => [room, `${room}/*`]),
    message:
      "A room imports media/, leaf rooms and its own files; of other rooms only types of ports.",
    values: [...leaves, ...wholeObjects],
    never: ["state", "app", "local", "batch", "runtime", "api", "aws", "cli", "doctor"],
  },
  {
    rooms: leaves,
    message: "A leaf room imports media/, leaf rooms and its own files.",
    values: leaves,
    noTypes: true,
  },
  {
    rooms: ["app"],
    message:
      "app/ sees ports, media/ and pure functions: never an engine, a store or this machine.",
    values: words(
      "pipeline.ts log captions export queue catalog buckets objects/stored.ts label/timeline.ts " +
        "label/sampling.ts transcribe/vocabulary-file.ts",
    ),
    never: words(
      "state config local batch runtime doctor api aws cli sandbox models process files probe transcode",
    ),
    modules: ["node:fs", "node:fs/promises"],
  },
  {
    rooms: ["local", "local/*", "batch", "batch/*"],
    message: "local/ and batch/ see app/ and ports, never an engine or a store.",
    values: [
      ...leaves,
      ...wholeObjects,
      ...words("app local pipeline.ts export catalog transcribe/vocabulary-file.ts probe/sniff.ts"),
    ],
    never: ["state", "runtime", "api", "aws", "cli", "doctor", "config"],
  },
  {
    rooms: ["config"],
    message: "config/ imports media/, and what each room says of its own settings.",
    values: [...leaves, "label/choose.ts", "notify/reach.ts", "transcode/profile.ts"],
    never: ["state", "app", "local", "batch", "runtime", "api", "cli", "doctor"],
  },
  {
    rooms: ["doctor"],
    message: "doctor/ sees this machine and its engines, never a library.",
    values: [...leaves, "local/space.ts", "label", "transcribe", "objects/memory.ts"],
    never: ["state", "runtime", "api", "cli", "batch"],
  },
  {
    rooms: ["api", "api/*"],
    message: "api/ sees the use cases, never an engine or a store.",
    values: commandRooms,
    never: words(
      "state runtime sandbox config cli batch doctor probe transcode transcribe label captions",
    ),
  },
  {
    rooms: ["aws", "aws/*"],
    message: "aws/ sees the use cases and what api/ says of HTTP, never an engine or a store.",
    values: [
      ...commandRooms,
      ...words(
        "buckets transcriptions api/close-server.ts api/collect.ts api/connections.ts api/range.ts",
      ),
      ...words("api/security/origin.ts api/security/peer.ts"),
    ],
    never: words(
      "state runtime sandbox config cli batch doctor probe transcode transcribe label captions",
    ),
  },
  {
    rooms: ["cli"],
    message: "cli/ sees the use cases; runtime/ only where a command opens a library.",
    values: commands,
    never: words("state sandbox probe transcode transcribe label captions api aws"),
  },
  {
    rooms: ["state/*", "state/*/*"],
    message: "A store imports media/, leaf rooms and the ports that it implements.",
    values: [...leaves, ...ports],
    isStore: true,
  },
];

/** The commands that open a library or start a service. */
const openers = ["context", "serve", "batch", "restore", "doctor"].map(
  (command) => `src/cli/${command}.ts`,
);

const sdks = {
  group: ["pg", "pg-boss", "@aws-sdk/*"],
  message: "Only adapters use the SDK of a database or a cloud.",
};

const isFile = (path: string): boolean => path.endsWith(".ts");

function restriction(layer: Layer, up: string): object {
  const { message, values, never = [], noTypes = false, modules = [], isStore = false } = layer;
  const allowed = ["media", ...values].map((one) => `!${up}${one}${isFile(one) ? "" : "/**"}`);
  const group = layer.rooms.includes("media") ? [] : allowed;
  const pattern = { group: [`${up}*/**`, `${up}*.ts`, ...group], message };
  const forbidden = `^${up.replaceAll(".", "\\.")}(?:${never.join("|")})/`;
  const paths = [
    ...(isStore ? [] : [{ name: "node:sqlite", message: "Only state/sqlite/ speaks SQL." }]),
    ...modules.map((name) => ({ name, message })),
  ];
  const patterns = [
    noTypes ? pattern : { ...pattern, allowTypeImports: true },
    ...(never.length === 0 ? [] : [{ regex: forbidden, message }]),
    ...(isStore ? [] : [sdks]),
  ];
  return { "no-restricted-imports": ["error", { paths, patterns }] };
}

/** Files at one depth share a rule, because patterns are relative: `../` or `../../`. */
function rulesOf(layer: Layer): { files: string[]; rules: object }[] {
  const depths = Map.groupBy(layer.rooms, (room) => room.split("/").length);
  return Array.from(depths, ([depth, rooms]) => ({
    files: rooms.map((room) => `src/${room}/*.ts`),
    rules: restriction(layer, "../".repeat(depth)),
  }));
}

const opening: Layer = {
  rooms: ["cli"],
  message: "cli/ sees the use cases, never an engine or a store.",
  values: [...commands, "runtime"],
};

export const layerRules = [
  ...layers.flatMap(rulesOf),
  { files: openers, rules: restriction(opening, "../") },
];
