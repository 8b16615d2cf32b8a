import { isTopicArn } from "../media/notice.ts";
import { asMediaError } from "../media/errors.ts";
import type { Sender } from "./notice.ts";
import { createPoster } from "./post.ts";
import type { Reach } from "./reach.ts";
import { snsBody, subscriptionArn } from "./sns-body.ts";
import type { SnsSigner } from "./sns-signer.ts";
import type { TopicStore } from "./topic-store.ts";

/** Posts messages to URLs as Amazon SNS does: a receiver of its messages needs nothing else. */
export function createSnsSender(options: {
  readonly reach: Reach;
  readonly signer: () => Promise<SnsSigner>;
  readonly store: Pick<TopicStore, "topic">;
}): Sender {
  const { reach, signer, store } = options;
  const poster = createPoster({ reach });
  const postOf = async (message: Parameters<Sender["send"]>[0]) => {
    const { id, topic } = message.subscription;
    const known = isTopicArn(topic) ? await store.topic(topic) : undefined;
    const {
      type,
      id: messageId,
      body,
    } = snsBody(message, await signer(), known?.signatureVersion ?? "1");
    return {
      body,
      headers: {
        "content-type": "text/plain; charset=UTF-8",
        "user-agent": "Amazon Simple Notification Service Agent",
        "x-amz-sns-message-type": type,
        "x-amz-sns-message-id": messageId,
        "x-amz-sns-topic-arn": topic,
        ...(type === "Notification" && {
          "x-amz-sns-subscription-arn": subscriptionArn(topic, id),
        }),
      },
    };
  };
  return {
    check: (address) => poster.check(address),
    async send(message, signal) {
      try {
        return await poster.post(message.subscription.address, await postOf(message), signal);
      } catch (thrown) {
        return { state: "failed", error: `it cannot be signed: ${asMediaError(thrown).message}` };
      }
    },
  };
}
