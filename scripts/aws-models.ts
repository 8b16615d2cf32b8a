// Writes src/aws/model/*.json: the shapes of the AWS operations that are offered here, from the service models
// that AWS publishes with botocore, without their prose.
// usage: node scripts/aws-models.ts [BOTOCORE_DIRECTORY]   (default: the botocore that scripts/setup.sh installs)
import { execFileSync } from "node:child_process";
import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { gunzipSync } from "node:zlib";
import type { Shape, ServiceModel } from "../src/aws/model/model.ts";

const words = (text: string): string[] => text.trim().split(/\s+/);

const services = [
  {
    name: "transcribe",
    version: "2017-10-26",
    operations:
      words(`StartTranscriptionJob GetTranscriptionJob ListTranscriptionJobs DeleteTranscriptionJob
      CreateVocabulary GetVocabulary ListVocabularies UpdateVocabulary DeleteVocabulary`),
  },
  {
    name: "rekognition",
    version: "2016-06-27",
    operations: words("DetectLabels StartLabelDetection GetLabelDetection"),
  },
  {
    name: "sns",
    version: "2010-03-31",
    operations:
      words(`CreateTopic DeleteTopic ListTopics Subscribe ConfirmSubscription ListSubscriptions
      ListSubscriptionsByTopic Unsubscribe Publish`),
  },
];

/** Of a published model, what is read here. */
interface PublishedShape extends Record<string, unknown> {
  readonly type: string;
  readonly members?: Record<string, Reference>;
  readonly member?: Reference;
  readonly key?: Reference;
  readonly value?: Reference;
  readonly error?: { code?: string; httpStatusCode?: number };
}
interface Reference {
  readonly shape: string;
  readonly locationName?: string;
}
interface PublishedModel {
  readonly metadata: { targetPrefix?: string; xmlNamespace?: string };
  readonly operations: Record<
    string,
    { input: Reference; output?: Reference; errors?: Reference[] }
  >;
  readonly shapes: Record<string, PublishedShape>;
}

function readPublished(botocore: string, { name, version }: (typeof services)[number]) {
  const file = join(botocore, "data", name, version, "service-2.json");
  const text = existsSync(file) ? readFileSync(file) : gunzipSync(readFileSync(`${file}.gz`));
  return JSON.parse(text.toString()) as PublishedModel;
}

function compact(shape: PublishedShape): Shape {
  const { members, member, key, value, ...rest } = shape;
  const kept = words("type required min max pattern enum sensitive").flatMap((field) =>
    rest[field] === undefined ? [] : [[field, rest[field]]],
  );
  return {
    ...Object.fromEntries(kept),
    ...(members && {
      members: Object.fromEntries(Object.entries(members).map(([name, one]) => [name, one.shape])),
    }),
    ...(member && { member: member.shape }),
    ...(key && { key: key.shape, ...(key.locationName && { keyName: key.locationName }) }),
    ...(value && {
      value: value.shape,
      ...(value.locationName && { valueName: value.locationName }),
    }),
  } as Shape;
}

/** The shapes that are reached from these, with them. */
function reached(model: PublishedModel, roots: readonly string[]): Record<string, Shape> {
  const names = new Set<string>();
  const visit = (name: string): void => {
    const shape = model.shapes[name];
    if (shape === undefined) throw new Error(`the model lacks the shape ${name}`);
    if (names.has(name)) return;
    names.add(name);
    const inner = [...Object.values(shape.members ?? {}), shape.member, shape.key, shape.value];
    for (const one of inner) if (one !== undefined) visit(one.shape);
  };
  for (const root of roots) visit(root);
  return Object.fromEntries(
    [...names].toSorted().map((name) => [name, compact(model.shapes[name] as PublishedShape)]),
  );
}

function selected(model: PublishedModel, operations: readonly string[]): ServiceModel {
  const chosen = operations.map((name) => {
    const found = model.operations[name];
    if (found === undefined) throw new Error(`the model lacks the operation ${name}`);
    return [name, found] as const;
  });
  const errors = new Set(chosen.flatMap(([, one]) => (one.errors ?? []).map(({ shape }) => shape)));
  return {
    ...(model.metadata.targetPrefix && { target: model.metadata.targetPrefix }),
    ...(model.metadata.xmlNamespace && { namespace: model.metadata.xmlNamespace }),
    operations: Object.fromEntries(
      chosen.map(([name, { input, output, errors: named = [] }]) => [
        name,
        {
          input: input.shape,
          ...(output && { output: output.shape }),
          errors: named.map(({ shape }) => errorCode(model, shape)),
        },
      ]),
    ),
    errors: Object.fromEntries(
      [...errors]
        .toSorted()
        .map((name) => [
          errorCode(model, name),
          model.shapes[name]?.error?.httpStatusCode ?? (name.startsWith("Internal") ? 500 : 400),
        ]),
    ),
    shapes: reached(
      model,
      chosen.flatMap(([, { input, output }]) => [input.shape, ...(output ? [output.shape] : [])]),
    ),
  };
}

/** JSON with one operation and one shape a line, so that a later model's changes can be read. */
function written({ operations, errors, shapes, ...rest }: ServiceModel): string {
  const lines = (entries: object) =>
    Object.entries(entries)
      .map(([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`)
      .join(",\n");
  const head = Object.entries({ ...rest, errors }).map(
    ([name, one]) => `${JSON.stringify(name)}:${JSON.stringify(one)}`,
  );
  const listed = `"operations":{\n${lines(operations)}},\n"shapes":{\n${lines(shapes)}}`;
  return `{${head.join(",\n")},\n${listed}}\n`;
}

const errorCode = (model: PublishedModel, shape: string): string =>
  model.shapes[shape]?.error?.code ?? shape;

const python = fileURLToPath(
  new URL("../node_modules/.cache/aws-clients/bin/python", import.meta.url),
);
const botocore =
  process.argv[2] ??
  execFileSync(python, ["-c", "import botocore; print(botocore.__path__[0])"], {
    encoding: "utf8",
  }).trim();
for (const service of services) {
  const target = new URL(`../src/aws/model/${service.name}.json`, import.meta.url);
  const model = selected(readPublished(botocore, service), service.operations);
  writeFileSync(fileURLToPath(target), written(model));
}
