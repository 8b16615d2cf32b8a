import { Argument, InvalidArgumentError, type Command } from "commander";
import { topics, type Topic } from "../media/notice.ts";
import { examples, type Go } from "./command.ts";

const units: Readonly<Record<string, number>> = { m: 60_000, h: 3_600_000, d: 86_400_000 };

/** `90m`, `12h`, `3d` ago, or a date and time. */
export function parseSince(value: string, now = Date.now()): number {
  const [, number, unit = ""] = /^(\d{1,6})([mhd])$/.exec(value) ?? [];
  const since =
    number === undefined
      ? Date.parse(/^\d{4}-\d\d-\d\d/.test(value) ? value : "")
      : now - Number(number) * (units[unit] ?? Number.NaN);
  if (Number.isFinite(since)) return since;
  throw new InvalidArgumentError("It must be a time: 12h, 3d, or a date such as 2027-01-31.");
}

function parseLimit(value: string): number {
  if (/^[1-9]\d{0,6}$/.test(value)) return Number(value);
  throw new InvalidArgumentError("It must be a number from 1 up.");
}

function addSubscribing(notify: Command, go: Go): void {
  notify
    .command("subscribe")
    .description("subscribe an address to messages; it must confirm")
    .addArgument(
      new Argument("<topic>", "about media that are done, or failed").choices([...topics, "both"]),
    )
    .argument(
      "<address>",
      "an e-mail address, a webhook's URL, or for a log a file's path or `stderr`",
    )
    .option("--owner <user>", "only media files of this user (default: all users)")
    .option("--secret <secret>", "the signing secret of a webhook, whsec_… (default: a new one)")
    .addHelpText(
      "after",
      examples(
        "notify subscribe both ada@example.org",
        "notify subscribe error https://example.org/hooks/dailies",
        "notify subscribe both /var/log/dailies/notices.jsonl",
      ),
    )
    .action((topic: Topic | "both", address: string, options: object, command: Command) =>
      go(command, async (context) =>
        (await import("./notify.ts")).subscribe(context, topic, address, options),
      ),
    );
  notify
    .command("confirm")
    .description("confirm a subscription with the token from its message")
    .argument("<token>", "from the message")
    .action((token: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./notify.ts")).confirm(context, token)),
    );
  notify
    .command("unsubscribe")
    .description("end a subscription")
    .argument("<id>", "as `notify list` lists it")
    .action((id: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./notify.ts")).unsubscribe(context, id)),
    );
  notify
    .command("rotate")
    .description("make a new signing secret for a webhook; the old one is valid for another day")
    .argument("<id>", "as `notify list` lists it")
    .action((id: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./notify.ts")).rotate(context, id)),
    );
  notify
    .command("list")
    .description("list subscriptions and count messages by state")
    .option("--removed", "also ended subscriptions, with the reason")
    .action((options: object, command: Command) =>
      go(command, async (context) => (await import("./notify.ts")).list(context, options)),
    );
}

function addDelivering(notify: Command, go: Go): void {
  notify
    .command("deliver")
    .description("send all due messages once; `dailies serve` does it continuously")
    .action((_options: object, command: Command) =>
      go(command, async (context) => (await import("./notify-delivery.ts")).deliver(context)),
    );
  notify
    .command("dead")
    .description("list messages that could not be delivered, with the reason")
    .option("--limit <n>", "at most so many", parseLimit)
    .action((options: object, command: Command) =>
      go(command, async (context) => (await import("./notify-delivery.ts")).dead(context, options)),
    );
  notify
    .command("replay")
    .description("send messages again, under the same ids")
    .argument("[id]", "a message's id")
    .option("--dead", "all that could not be delivered")
    .option("--since <when>", "all since this time: 12h, 3d, 2027-01-31", (value) =>
      parseSince(value),
    )
    .addHelpText("after", examples("notify replay --dead", "notify replay --since 12h"))
    .action((id: string | undefined, options: object, command: Command) =>
      go(command, async (context) =>
        (await import("./notify-delivery.ts")).replay(context, id, options),
      ),
    );
  notify
    .command("test")
    .description("send a test message to a subscription now")
    .argument("<id>", "as `notify list` lists it")
    .action((id: string, _options: object, command: Command) =>
      go(command, async (context) => (await import("./notify-delivery.ts")).test(context, id)),
    );
}

/** `dailies notify …`: subscriptions and the delivery of messages. */
export function addNotify(program: Command, go: Go): void {
  const notify = program
    .command("notify")
    .description("notify people and programs when media files are done or failed");
  addSubscribing(notify, go);
  addDelivering(notify, go);
}
