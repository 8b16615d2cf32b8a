import { spawn } from "node:child_process";
import { createServer, type Socket } from "node:net";
import { once } from "node:events";
import { describe, expect, it } from "vitest";
import { isSameUser, tableAddress, userBetween, usersIn } from "./peer.ts";

const table = `  sl  local_address rem_address   st tx_queue rx_queue tr tm->when retrnsmt   uid  timeout inode
   0: 0100007F:125C 00000000:0000 0A 00000000:00000000 00:00000000 00000000  1000        0 20001 1 0 100 0 0 10 0
   1: 0100007F:C350 0100007F:125C 01 00000000:00000000 00:00000000 00000000  1001        0 20002 1 0 20 4 30 10 -1
   2: 0100007F:125C 0100007F:C350 01 00000000:00000000 00:00000000 00000000  1000        0 20003 1 0 20 4 30 10 -1
   3: 0100007F:C351 0100007F:125C 06 00000000:00000000 03:00000F00 00000000     0        0 0 3 0
   4: 0100007F:C352 0100007F:125C 05 00000000:00000000 00:00000000 00000000     0        0 0 1 0 20 4 30 10 -1`;

const userIn = (...ends: [readonly string[], readonly string[]]) =>
  userBetween(usersIn(table), ...ends);

describe("the user at the other end", () => {
  it("is the one of the socket with the ends the other way round", () => {
    const server = tableAddress("127.0.0.1", 4_700);
    expect(userIn(tableAddress("127.0.0.1", 50_000), server)).toBe(1001);
    expect(userIn(server, tableAddress("127.0.0.1", 50_000))).toBe(1000);
    expect(userIn(tableAddress("127.0.0.1", 50_003), server)).toBeUndefined();
  });

  it("is nobody when the socket is being closed: the table says 0 then, which is root", () => {
    const server = tableAddress("127.0.0.1", 4_700);
    for (const port of [50_001, 50_002])
      expect(userIn(tableAddress("127.0.0.1", port), server)).toBeUndefined();
  });

  it("is found by IPv4, by IPv6, and by IPv4 within IPv6", () => {
    expect(tableAddress("127.0.0.1", 4_700)).toEqual([
      "0100007F:125C",
      "0000000000000000FFFF00000100007F:125C",
    ]);
    expect(tableAddress("::1", 80)).toEqual(["00000000000000000000000001000000:0050"]);
    expect(tableAddress("::ffff:127.0.0.1", 1)).toEqual(tableAddress("127.0.0.1", 1));
  });

  const isRoot = process.getuid?.() === 0;
  it.runIf(isRoot && process.platform === "linux")(
    "of another user's process is another, of our own is our own",
    async () => {
      const server = createServer();
      server.listen(0, "127.0.0.1");
      await once(server, "listening");
      const address = server.address();
      const port = typeof address === "object" && address !== null ? address.port : 0;
      const connecting = (uid: number) =>
        spawn("bash", ["-c", `exec 3<>/dev/tcp/127.0.0.1/${port}; sleep 30`], { uid, gid: uid });
      try {
        for (const [uid, expected] of [
          [0, true],
          [65_534, false],
        ] as const) {
          const child = connecting(uid);
          const [socket] = (await once(server, "connection")) as [Socket];
          expect(await isSameUser(socket), String(uid)).toBe(expected);
          child.kill("SIGKILL");
          socket.destroy();
        }
      } finally {
        server.close();
      }
    },
  );
});
