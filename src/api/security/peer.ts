import { readFile } from "node:fs/promises";
import type { Socket } from "node:net";
import { isLoopback } from "./loopback.ts";

/**
 * Who is at the other end of a connection on this machine: the kernel's tables of TCP sockets name the
 * user of each. https://docs.kernel.org/networking/proc_net_tcp.html
 */

/** Users by both ends of a connection. */
type Users = ReadonlyMap<string, number>;

/** An address and a port as the tables write them: words of four bytes, each in the machine's order. */
export function tableAddress(address: string, port: number): readonly string[] {
  const hexPort = port.toString(16).toUpperCase().padStart(4, "0");
  const words = (bytes: readonly number[]): string => {
    let text = "";
    for (let at = 0; at < bytes.length; at += 4)
      text += Buffer.from(bytes.slice(at, at + 4).toReversed())
        .toString("hex")
        .toUpperCase();
    return `${text}:${hexPort}`;
  };
  const zeros = (count: number): number[] => Array.from({ length: count }, () => 0);
  const [, ipv4] = /^(?:::ffff:)?(\d+\.\d+\.\d+\.\d+)$/i.exec(address) ?? [];
  if (ipv4 === undefined) return address === "::1" ? [words([...zeros(15), 1])] : [];
  const bytes = ipv4.split(".").map(Number);
  // an IPv4 address is in the table of IPv6, too, when its socket is of that kind
  return [words(bytes), words([...zeros(10), 255, 255, ...bytes])];
}

/**
 * The users of the sockets that are open (state 01), by both ends, of a table's text. A socket that is
 * being closed has no user: the table says 0 then, which is root.
 */
export function usersIn(table: string): Users {
  const users = new Map<string, number>();
  const open = /^ *\d+: (\S+) (\S+) 01 \S+ \S+ \S+ +(\d+) /gm;
  for (const [, from = "", to = "", user] of table.matchAll(open))
    users.set(`${from} ${to}`, Number(user));
  return users;
}

/** The user of the open socket that has these ends. */
export function userBetween(
  users: Users,
  local: readonly string[],
  remote: readonly string[],
): number | undefined {
  for (const from of local)
    for (const to of remote) {
      const user = users.get(`${from} ${to}`);
      if (user !== undefined) return user;
    }
  return undefined;
}

const tables = ["/proc/net/tcp", "/proc/net/tcp6"];

const usersOf = async (table: string): Promise<Users> =>
  usersIn(await readFile(table, "utf8").catch(() => ""));

let last: Promise<unknown> = Promise.resolve();
let next: Promise<readonly Users[]> | undefined;

/**
 * Reads the tables, one reading after the other: all who ask while one is under way share the next, so
 * that a thousand connections at once cost two or three.
 */
function readTables(): Promise<readonly Users[]> {
  next ??= last.then(() => {
    next = undefined;
    const reading = Promise.all(tables.map(usersOf));
    last = reading;
    return reading;
  });
  return next;
}

/** The user at the other end of a connection from this machine; undefined when there is none to be seen. */
async function userOf(socket: Socket): Promise<number | undefined> {
  const { remoteAddress = "", remotePort = 0, localAddress = "", localPort = 0 } = socket;
  const theirs = tableAddress(remoteAddress, remotePort);
  const ours = tableAddress(localAddress, localPort);
  const found = (await readTables()).map((users) => userBetween(users, theirs, ours));
  return found.find((user) => user !== undefined);
}

const isTrusted = new WeakMap<Socket, Promise<boolean>>();

/**
 * Whether the process at the other end runs as this process's user, or as root. To be asked first when
 * the connection opens: the answer is kept for it. Where users cannot be seen (no Linux), all of this
 * machine count as this one.
 */
export function isSameUser(socket: Socket): Promise<boolean> {
  const known = isTrusted.get(socket);
  if (known !== undefined) return known;
  const own = process.getuid?.();
  const isHere = isLoopback(socket.remoteAddress ?? "");
  const asked =
    process.platform === "linux" && own !== undefined && isHere
      ? userOf(socket).then((user) => user === own || user === 0)
      : Promise.resolve(isHere);
  isTrusted.set(socket, asked);
  return asked;
}
