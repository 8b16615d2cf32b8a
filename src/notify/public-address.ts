import { lookup as systemLookup, type LookupAddress } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { networkInterfaces } from "node:os";
import ipaddr from "ipaddr.js";
import { MediaError } from "../media/errors.ts";
import type { Reach } from "./reach.ts";

/** Azure's host agent answers every guest at this public address. */
const hostAgents = ["168.63.129.16"];

/** Whether an address is global unicast, and does not stand for an address of another kind. */
export function isPublicAddress(address: string): boolean {
  if (isIP(address) === 0 || hostAgents.includes(address)) return false;
  const parsed = ipaddr.parse(address);
  if (parsed.range() !== "unicast") return false;
  // 2000::/3 is all of IPv6 that is assigned to the public internet
  return parsed.kind() === "ipv4" || (parsed.toByteArray()[0] ?? 0) >> 5 === 1;
}

function networksOf(allow: readonly string[]): BlockList {
  const list = new BlockList();
  for (const entry of allow) {
    const [address = "", bits] = entry.split("/");
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (isIP(address) === 0) continue;
    if (bits === undefined) list.addAddress(address, family);
    else list.addSubnet(address, Number(bits), family);
  }
  return list;
}

/** The same text for every spelling of an address: without its zone, IPv4 within IPv6 as IPv4. */
function normalized(address: string): string {
  return ipaddr.process(address.replace(/%.*$/, "")).toNormalizedString();
}

/** Every address of this machine's interfaces as they are now: they come and go. */
function ownAddresses(interfaces: typeof networkInterfaces): ReadonlySet<string> {
  const all = Object.values(interfaces()).flatMap((addresses) => addresses ?? []);
  return new Set(all.map(({ address }) => normalized(address)));
}

export interface Guard {
  /** The URL in its normal form. @throws MediaError `invalid_argument`, `unsafe_address` */
  readonly check: (text: string) => URL;
  /** Resolves a name. The connection is made to exactly these addresses. */
  readonly lookup: LookupFunction;
}

const longestUrl = 2048;

function parsedUrl(text: string): URL {
  const url = text.length <= longestUrl ? URL.parse(text) : null;
  if (url === null || !["http:", "https:"].includes(url.protocol) || url.hostname === "")
    throw new MediaError("invalid_argument", "a webhook's address must be an http or https URL");
  if (url.username !== "" || url.password !== "")
    throw new MediaError("invalid_argument", "a webhook's URL cannot hold a user and a password");
  url.hash = "";
  return url;
}

/**
 * Says which addresses a webhook may reach: public ones and what `reach` allows, but none of this
 * machine's own, unless that one is allowed by itself or `allowPrivate` is set.
 */
export function createGuard(
  reach: Reach,
  resolve: typeof systemLookup = systemLookup,
  interfaces: typeof networkInterfaces = networkInterfaces,
): Guard {
  const networks = networksOf(reach.allow);
  const names = new Set(reach.allow.map((name) => name.toLowerCase()));
  const mayReach = (address: string): boolean => {
    if (reach.allowPrivate || names.has(address.toLowerCase())) return true;
    const isAllowed =
      isPublicAddress(address) || networks.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
    return isAllowed && !ownAddresses(interfaces).has(normalized(address));
  };
  const refuse = (host: string): MediaError =>
    new MediaError("unsafe_address", `${host} is no address that webhooks may reach`);

  return {
    check(text) {
      const url = parsedUrl(text);
      const host = url.hostname.replace(/^\[|\]$/g, "");
      const named = names.has(host.toLowerCase());
      const literal = isIP(host) !== 0;
      if (literal && !named && !mayReach(host)) throw refuse(host);
      const port = Number(url.port || (url.protocol === "https:" ? 443 : 80));
      const anyPort = reach.allowPrivate || named || (literal && !isPublicAddress(host));
      if (!anyPort && !reach.ports.includes(port))
        throw new MediaError("unsafe_address", `webhooks are not sent to port ${port}`);
      return url;
    },
    lookup(host, options, callback) {
      const named = names.has(host.toLowerCase());
      resolve(host, { ...options, all: true }, (error, found: LookupAddress[]) => {
        if (error) return callback(error, "", 0);
        const reachable = found.filter(({ address }) => named || mayReach(address));
        const [first] = reachable;
        if (first === undefined) return callback(refuse(host), "", 0);
        if (options.all) callback(null, reachable);
        else callback(null, first.address, first.family);
      });
    },
  };
}
