import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { wireError } from "../errors.ts";
import { checkedInput } from "./check.ts";
import { wholeMatch } from "./constraints.ts";
import { serviceModels, type ServiceModel } from "./model.ts";
import { queryInput } from "./query-input.ts";

const { transcribe, rekognition, sns } = serviceModels;

/** The error that an input is refused with; undefined when it holds. */
function refusal(model: ServiceModel, operation: string, input: unknown) {
  try {
    checkedInput(model, operation, input, "BadRequestException");
    return undefined;
  } catch (error) {
    const { code, message } = wireError(error);
    return { code, message };
  }
}

const job = { TranscriptionJobName: "a", Media: { MediaFileUri: "s3://b/a.mp3" } };
const refusedJob = (members: object) =>
  refusal(transcribe, "StartTranscriptionJob", { ...job, ...members })?.message;

describe("an input is refused in AWS's words", () => {
  it.each([
    [
      { TranscriptionJobName: "my job" },
      "1 validation error detected: Value 'my job' at 'transcriptionJobName' failed to satisfy constraint: " +
        "Member must satisfy regular expression pattern: ^[0-9a-zA-Z._-]+",
    ],
    [
      { TranscriptionJobName: "a".repeat(201) },
      `1 validation error detected: Value '${"a".repeat(201)}' at 'transcriptionJobName' failed to satisfy ` +
        "constraint: Member must have length less than or equal to 200",
    ],
    [
      { Media: undefined },
      "1 validation error detected: Value null at 'media' failed to satisfy constraint: Member must not be null",
    ],
    [
      { MediaFormat: "avi" },
      "1 validation error detected: Value 'avi' at 'mediaFormat' failed to satisfy constraint: " +
        "Member must satisfy enum value set: [mp3, mp4, wav, flac, ogg, amr, webm, m4a]",
    ],
    [
      { Settings: { MaxSpeakerLabels: 1 } },
      "1 validation error detected: Value '1' at 'settings.maxSpeakerLabels' failed to satisfy constraint: " +
        "Member must have value greater than or equal to 2",
    ],
    [
      { Settings: { MaxSpeakerLabels: 31 } },
      "1 validation error detected: Value '31' at 'settings.maxSpeakerLabels' failed to satisfy constraint: " +
        "Member must have value less than or equal to 30",
    ],
    [
      { Tags: [{ Key: "a", Value: "b" }, { Key: "" }] },
      "2 validation errors detected: Value '' at 'tags.2.member.key' failed to satisfy constraint: Member must " +
        "have length greater than or equal to 1; Value null at 'tags.2.member.value' failed to satisfy " +
        "constraint: Member must not be null",
    ],
    [
      { Subtitles: { Formats: ["vtt", "ass"] } },
      "1 validation error detected: Value '[vtt, ass]' at 'subtitles.formats' failed to satisfy constraint: " +
        "Member must satisfy constraint: [Member must satisfy enum value set: [vtt, srt]]",
    ],
    [
      { KMSEncryptionContext: { "": "b" } },
      "Value '{=b}' at 'kMSEncryptionContext' failed to satisfy constraint: Map keys must satisfy constraint: [",
    ],
  ])("Transcribe: %j", (members, message) => {
    expect(refusedJob(members)).toContain(message);
  });

  it("numbers, pictures and required members of Rekognition", () => {
    const of = (input: object) => refusal(rekognition, "DetectLabels", input)?.message;
    expect(of({})).toBe(
      "1 validation error detected: Value null at 'image' failed to satisfy constraint: Member must not be null",
    );
    expect(of({ Image: {}, MinConfidence: 100.5, MaxLabels: -1 })).toBe(
      "2 validation errors detected: Value '-1' at 'maxLabels' failed to satisfy constraint: Member must have " +
        "value greater than or equal to 0; Value '100.5' at 'minConfidence' failed to satisfy constraint: " +
        "Member must have value less than or equal to 100",
    );
    expect(of({ Image: { Bytes: Buffer.alloc(5 * 1024 ** 2 + 1).toString("base64") } })).toMatch(
      /Value 'java.nio.HeapByteBuffer\[pos=0 lim=5242881 cap=5242881\]' at 'image.bytes' .* less than or equal to 5242880$/,
    );
  });

  it.each([
    [{ TranscriptionJobName: 1 }, "NUMBER_VALUE can not be converted to a String"],
    [{ IdentifyLanguage: "true" }, "STRING_VALUE can not be converted to a Boolean"],
    [{ MediaSampleRateHertz: "8000" }, "STRING_VALUE can not be converted to an Integer"],
    [{ Media: [] }, "Start of list found where not expected"],
    [{ TranscriptionJobName: {} }, "Start of structure or map found where not expected."],
  ])("a wrong type: %j", (members, message) => {
    const refused = refusal(transcribe, "StartTranscriptionJob", { ...job, ...members });
    expect(refused).toEqual({ code: "SerializationException", message });
  });
});

describe("an input that holds", () => {
  it("has the model's members only, without null, blobs as bytes, whole numbers", () => {
    const input = JSON.parse(
      '{"Image":{"Bytes":"aGk=","S3Object":null},"MaxLabels":3.7,"Other":1,"__proto__":{"a":1}}',
    ) as unknown;
    expect(checkedInput(rekognition, "DetectLabels", input, "ValidationException")).toEqual({
      Image: { Bytes: Buffer.from("hi") },
      MaxLabels: 3,
    });
  });

  it("whatever is sent, the answer is an input or one of two errors", () => {
    const member = fc.constantFrom(
      "Settings",
      "Media",
      "Tags",
      "Subtitles",
      "KMSEncryptionContext",
    );
    fc.assert(
      fc.property(fc.dictionary(member, fc.jsonValue({ maxDepth: 4 })), (input) => {
        const code = refusal(transcribe, "StartTranscriptionJob", { ...job, ...input })?.code;
        expect(["SerializationException", "BadRequestException", undefined]).toContain(code);
      }),
    );
  });
});

describe("the models", () => {
  it("every pattern compiles, and every shape that is named is there", () => {
    for (const [name, { shapes }] of Object.entries(serviceModels))
      for (const shape of Object.values(shapes)) {
        if (shape.type === "string" && shape.pattern !== undefined)
          expect(wholeMatch(shape.pattern), name).toBeInstanceOf(RegExp);
        const named =
          shape.type === "structure"
            ? Object.values(shape.members)
            : shape.type === "list"
              ? [shape.member]
              : shape.type === "map"
                ? [shape.key, shape.value]
                : [];
        for (const one of named) expect(Object.keys(shapes)).toContain(one);
      }
  });
});

describe("a form of the query protocol", () => {
  const form = (text: string) => new Map(new URLSearchParams(text));
  const read = (operation: string, text: string) => {
    const input = queryInput(sns, operation, form(text));
    return checkedInput(sns, operation, input, "ValidationException");
  };

  it("gives members, lists, maps and their types", () => {
    expect(
      read(
        "CreateTopic",
        "Action=CreateTopic&Name=t&Tags.member.1.Key=a&Tags.member.1.Value=b" +
          "&Attributes.entry.1.key=DisplayName&Attributes.entry.1.value=T",
      ),
    ).toEqual({
      Name: "t",
      Tags: [{ Key: "a", Value: "b" }],
      Attributes: { DisplayName: "T" },
    });
    expect(
      read(
        "Publish",
        "Message=m&MessageAttributes.entry.1.Name=n" +
          "&MessageAttributes.entry.1.Value.DataType=String&MessageAttributes.entry.1.Value.StringValue=v",
      ),
    ).toEqual({
      Message: "m",
      MessageAttributes: { n: { DataType: "String", StringValue: "v" } },
    });
    expect(read("Subscribe", "TopicArn=a&Protocol=http&ReturnSubscriptionArn=true")).toMatchObject({
      ReturnSubscriptionArn: true,
    });
  });

  it("is refused like JSON", () => {
    expect(() => read("Subscribe", "Protocol=http&ReturnSubscriptionArn=yes")).toThrow(
      "STRING_VALUE can not be converted to a Boolean",
    );
    expect(() => read("Publish", "Subject=x")).toThrow("Value null at 'message'");
  });
});
