import { readFileSync } from "node:fs";
import { isIP } from "node:net";
import { asMediaError, MediaError } from "../media/errors.ts";
import { emailAddress } from "./email-address.ts";
import { emailText } from "./email-text.ts";
import type { Links } from "./links.ts";
import type { Outgoing, Sender, Sent } from "./notice.ts";
import { unsubscribeToken } from "./secrets.ts";

/** The mail server that Dailies sends by. */
export interface Smtp {
  readonly host: string;
  /** Default: 465 with `secure`, else 587. */
  readonly port: number;
  /** TLS from the first byte; otherwise STARTTLS where the server offers it, always when there is a user. */
  readonly secure: boolean;
  readonly user?: string;
  readonly password?: string;
  /** A file that holds only the password. It is read for each message, so that it can be changed. */
  readonly passwordFile?: string;
  /** `dailies@example.org` or `Dailies <dailies@example.org>`. */
  readonly from: string;
}

interface Options {
  /** Undefined: mail cannot be sent. */
  readonly smtp?: Smtp | undefined;
  readonly links?: Links | undefined;
  /** For one message, from connecting until the server has accepted it. Default: 45 s. */
  readonly timeoutMs?: number;
}

function passwordOf({ password, passwordFile }: Smtp): string {
  return password ?? (passwordFile === undefined ? "" : readFileSync(passwordFile, "utf8").trim());
}

function isLocal(host: string): boolean {
  return host === "localhost" || host === "::1" || (isIP(host) === 4 && host.startsWith("127."));
}

async function transportTo(smtp: Smtp) {
  const { createTransport } = await import("nodemailer");
  const { host, port, secure, user } = smtp;
  return createTransport({
    host,
    port,
    secure,
    ...(user !== undefined && { auth: { user, pass: passwordOf(smtp) } }),
    // a password does not go over the network in the clear
    requireTLS: !secure && user !== undefined && !isLocal(host),
    connectionTimeout: 10_000,
    greetingTimeout: 10_000,
    socketTimeout: 20_000,
    disableFileAccess: true,
    disableUrlAccess: true,
  });
}

/** `dailies@example.org` of `Dailies <dailies@example.org>`. */
function mailboxOf(from: string): string {
  return /<([^<>]*)>\s*$/.exec(from)?.[1] ?? from;
}

function unsubscribeHeaders(message: Outgoing, from: string, links: Links | undefined) {
  const [secret] = message.secrets;
  if (message.token !== undefined || secret === undefined) return {};
  const url = links?.unsubscribe(unsubscribeToken(message.subscription.id, secret));
  const subject = encodeURIComponent(`unsubscribe ${message.subscription.id}`);
  const mailto = `<mailto:${mailboxOf(from)}?subject=${subject}>`;
  if (url === undefined) return { "List-Unsubscribe": mailto };
  // RFC 8058 asks for https
  const oneClick = url.startsWith("https:")
    ? { "List-Unsubscribe-Post": "List-Unsubscribe=One-Click" }
    : {};
  return { "List-Unsubscribe": `<${url}>, ${mailto}`, ...oneClick };
}

function mailOf(message: Outgoing, { from }: Smtp, links: Links | undefined) {
  const { id, at } = message.notification;
  const { address } = message.subscription;
  const domain = mailboxOf(from).split("@").at(-1) ?? "localhost";
  return {
    from,
    // given as an object it is one mailbox, whatever characters it has
    to: { name: "", address },
    date: new Date(at),
    messageId: `<${id}.${message.subscription.id}@${domain}>`,
    headers: {
      "Auto-Submitted": "auto-generated",
      "X-Auto-Response-Suppress": "All",
      ...unsubscribeHeaders(message, from, links),
    },
    ...emailText(message, links),
  };
}

/** Whether the server refuses this recipient or message for good (RFC 5321: 5yz), and not this client. */
function isFinal(thrown: unknown): boolean {
  const { code, responseCode } = thrown as { code?: unknown; responseCode?: unknown };
  const about = code === "EENVELOPE" || code === "EMESSAGE";
  return about && typeof responseCode === "number" && responseCode >= 500;
}

/** E-mail by SMTP, with a text part and an HTML part. */
export function createEmailSender({ smtp, links, timeoutMs = 45_000 }: Options): Sender {
  return {
    check(address) {
      if (smtp === undefined)
        throw new MediaError("invalid_config", "no mail server is set: config.json needs `smtp`");
      return emailAddress(address);
    },
    async send(message, signal): Promise<Sent> {
      if (smtp === undefined) return { state: "failed", error: "no mail server is set (`smtp`)" };
      const timeout = AbortSignal.timeout(timeoutMs);
      try {
        const transport = await transportTo(smtp);
        const mail = mailOf(message, smtp, links);
        await transport.sendMail({ ...mail, signal: AbortSignal.any([signal, timeout]) });
        return { state: "delivered" };
      } catch (thrown) {
        if (timeout.aborted)
          return { state: "failed", error: `the mail server took more than ${timeoutMs / 1000} s` };
        const error = asMediaError(thrown).message.replace(/\s+/g, " ").slice(0, 500);
        return { state: isFinal(thrown) ? "refused" : "failed", error };
      }
    },
  };
}
