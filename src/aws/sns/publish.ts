import type { MessageAttribute, Published } from "../../media/notice.ts";
import { invalid, refuse, required, type SnsInput } from "./input.ts";

/** The largest message with its attributes, in bytes. */
const maxBytes = 256 * 1024;

/** As SNS limits it: what a header of an e-mail can hold. */
function subjectOf({ Subject: subject }: SnsInput): string | undefined {
  if (subject === undefined) return undefined;
  if (!/^[!-~][ -~]{0,99}$/.test(subject)) throw invalid("Subject");
  return subject;
}

/** The texts of `MessageStructure: json`, by protocol. */
function structured(input: SnsInput, message: string): Record<string, string> | undefined {
  const { MessageStructure: structure } = input;
  if (structure === undefined) return undefined;
  if (structure !== "json") throw invalid("MessageStructure");
  let parsed: unknown;
  try {
    parsed = JSON.parse(message);
  } catch {
    throw invalid("Message Structure - JSON message body failed to parse");
  }
  const texts = Object.entries(typeof parsed === "object" && parsed !== null ? parsed : {});
  if (!texts.some(([name, text]) => name === "default" && typeof text === "string"))
    throw invalid("Message Structure - No default entry in JSON message body");
  return Object.fromEntries(
    texts.filter((one): one is [string, string] => typeof one[1] === "string"),
  );
}

const attributeName = /^(?!\.)(?!.*\.\.)[\w.-]{1,256}(?<!\.)$/;

function attributesOf({ MessageAttributes = {} }: SnsInput): Record<string, MessageAttribute> {
  const all = Object.entries(MessageAttributes).map(([name, { DataType: type, ...given }]) => {
    const binary = given.BinaryValue && Buffer.from(given.BinaryValue).toString("base64");
    const value = type.startsWith("Binary") ? binary : given.StringValue;
    const isKnown = /^(?:String|Number|Binary|String\.Array)(?:\.|$)/.test(type);
    if (!attributeName.test(name) || !isKnown || value === undefined || value === "")
      throw invalid(
        `the message attribute ${JSON.stringify(name)} has an invalid name, type or value`,
      );
    return [name, { type, value }] as const;
  });
  return Object.fromEntries(all);
}

/** What a request publishes. @throws MediaError (InvalidParameter) */
export function publishedOf(input: SnsInput): Published {
  refuse(input, "TargetArn", "PhoneNumber", "MessageGroupId", "MessageDeduplicationId");
  const message = required(input, "Message");
  const subject = subjectOf(input);
  const byProtocol = structured(input, message);
  const attributes = attributesOf(input);
  const extra = Object.entries(attributes).flatMap(([name, { type, value }]) => [
    name,
    type,
    value,
  ]);
  if (Buffer.byteLength(message + extra.join("")) > maxBytes) throw invalid("Message too long");
  return {
    message: byProtocol?.["default"] ?? message,
    ...(subject !== undefined && { subject }),
    ...(byProtocol !== undefined && { byProtocol }),
    ...(Object.keys(attributes).length > 0 && { attributes }),
  };
}
