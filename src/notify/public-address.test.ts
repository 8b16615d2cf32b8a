import type { lookup } from "node:dns";
import { networkInterfaces } from "node:os";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { asMediaError } from "../media/errors.ts";
import { createGuard, isPublicAddress } from "./public-address.ts";
import { defaultReach } from "./reach.ts";

const codeOf = (check: () => unknown): string => {
  try {
    check();
    return "allowed";
  } catch (thrown) {
    return asMediaError(thrown).code;
  }
};

describe("a public address", () => {
  it.each([
    ["loopback", "127.0.0.1", "127.255.255.254", "::1"],
    [
      "private",
      "10.0.0.1",
      "172.16.0.1",
      "172.31.255.255",
      "192.168.1.1",
      "fc00::1",
      "fd00:ec2::254",
    ],
    [
      "link-local and the clouds' metadata",
      "169.254.169.254",
      "fe80::1",
      "168.63.129.16",
      "192.0.0.192",
    ],
    ["carrier-grade NAT", "100.64.0.1", "100.100.100.200", "100.127.255.255"],
    ["multicast and broadcast", "224.0.0.1", "239.255.255.255", "255.255.255.255", "ff02::1"],
    ["unspecified and reserved", "0.0.0.0", "0.1.2.3", "240.0.0.1", "::", "fec0::1", "5f00::1"],
    [
      "documentation and benchmarks",
      "192.0.2.1",
      "198.51.100.1",
      "203.0.113.9",
      "198.18.0.1",
      "2001:db8::1",
    ],
    [
      "IPv4 in IPv6",
      "::ffff:127.0.0.1",
      "::ffff:8.8.8.8",
      "::127.0.0.1",
      "::8.8.8.8",
      "::ffff:0:8.8.8.8",
    ],
    ["translated", "64:ff9b::7f00:1", "64:ff9b:1::7f00:1", "2002:7f00:1::", "2001::7f00:1"],
    ["no address", "localhost", "", "1.2.3", "8.8.8.8 "],
  ])("is none that is %s", (_what, ...addresses) => {
    for (const address of addresses)
      expect([address, isPublicAddress(address)]).toEqual([address, false]);
  });

  it.each([
    "8.8.8.8",
    "1.1.1.1",
    "172.32.0.1",
    "100.128.0.1",
    "2606:4700:4700::1111",
    "2a00:1450::1",
  ])("is %s", (address) => expect(isPublicAddress(address)).toBe(true));

  it("is never an IPv4 address that is mapped into IPv6", () => {
    fc.assert(
      fc.property(fc.ipV4(), (address) => {
        expect(isPublicAddress(`::ffff:${address}`)).toBe(false);
        expect(isPublicAddress(`64:ff9b::${address}`)).toBe(false);
      }),
    );
  });
});

describe("the guard of webhooks", () => {
  const guard = createGuard(defaultReach);

  it.each([
    "http://127.0.0.1/",
    "http://2130706433/",
    "http://0x7f.1/",
    "http://0177.0.0.1/",
    "http://127.1/",
    "http://[::1]/",
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://①②⑦.0.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0/",
    "https://example.org:22/",
    "https://example.org:6379/",
    "http://8.8.8.8:9200/",
  ])("refuses %s", (url) => expect(codeOf(() => guard.check(url))).toBe("unsafe_address"));

  it.each([
    "ftp://example.org/",
    "file:///etc/passwd",
    "gopher://example.org/",
    "javascript:alert(1)",
    "http://user:pass@example.org/",
    "http://user@example.org/",
    "http://",
    "example.org",
    `https://example.org/${"a".repeat(3000)}`,
  ])("does not understand %s", (url) =>
    expect(codeOf(() => guard.check(url))).toBe("invalid_argument"),
  );

  it.each([
    "https://example.org/hook",
    "http://example.org:8080/",
    "https://[2606:4700::1]:8443/x?y=1",
  ])("lets %s pass", (url) => expect(codeOf(() => guard.check(url))).toBe("allowed"));

  /** What a connection would be made to, when the name stands for these addresses by then. */
  const connectTo = (
    addresses: readonly string[],
    reach = defaultReach,
    all = true,
    interfaces: typeof networkInterfaces = networkInterfaces,
  ) =>
    new Promise<unknown>((resolve) => {
      const answer = addresses.map((address) => ({
        address,
        family: address.includes(":") ? 6 : 4,
      }));
      const resolver = ((_host: string, _options: object, done: (...given: unknown[]) => void) =>
        done(null, answer)) as typeof lookup;
      createGuard(reach, resolver, interfaces).lookup("rebind.example", { all }, (error, found) =>
        resolve(error === null ? found : asMediaError(error).code),
      );
    });

  it("judges the addresses that are connected to, not those of before", async () => {
    expect(await connectTo(["127.0.0.1"])).toBe("unsafe_address");
    expect(await connectTo(["::ffff:10.0.0.1", "169.254.169.254"])).toBe("unsafe_address");
    expect(await connectTo([])).toBe("unsafe_address");
    expect(await connectTo(["10.0.0.1", "8.8.8.8"])).toEqual([{ address: "8.8.8.8", family: 4 }]);
    expect(await connectTo(["10.0.0.1", "8.8.8.8"], defaultReach, false)).toBe("8.8.8.8");
  });

  it("reaches no address of this machine's interfaces, public ones included, by no name", async () => {
    const own = (...addresses: string[]) =>
      (() => ({ eth0: addresses.map((address) => ({ address })) })) as never;
    const here = own("8.8.8.8", "2606:4700:4700:0:0:0:0:1111", "fe80::1%eth0", "10.1.0.7");
    const guarded = createGuard(defaultReach, undefined, here);
    for (const host of [
      "8.8.8.8",
      "134744072",
      "[2606:4700:4700::1111]",
      "[2606:4700:4700:0::1111]",
    ])
      expect(
        codeOf(() => guarded.check(`http://${host}/`)),
        host,
      ).toBe("unsafe_address");
    expect(codeOf(() => guarded.check("http://8.8.4.4/"))).toBe("allowed");
    const answers = ["2606:4700:4700::1111", "8.8.8.8", "8.8.4.4"];
    expect(await connectTo(answers.slice(0, 2), defaultReach, true, here)).toBe("unsafe_address");
    expect(await connectTo(answers, defaultReach, false, here)).toBe("8.8.4.4");
    // an allowed network does not open this machine in it; its address by itself does
    const network = { ...defaultReach, allow: ["10.1.0.0/16"] };
    expect(await connectTo(["10.1.0.7"], network, false, here)).toBe("unsafe_address");
    expect(await connectTo(["10.1.0.8"], network, false, here)).toBe("10.1.0.8");
    const single = { ...defaultReach, allow: ["10.1.0.7"] };
    expect(await connectTo(["10.1.0.7"], single, false, here)).toBe("10.1.0.7");
  });

  it("looks its addresses up at each connection", () => {
    const addresses: string[] = [];
    const here = (() => ({ eth0: addresses.map((address) => ({ address })) })) as never;
    const guarded = createGuard(defaultReach, undefined, here);
    expect(codeOf(() => guarded.check("http://8.8.8.8/"))).toBe("allowed");
    addresses.push("8.8.8.8");
    expect(codeOf(() => guarded.check("http://8.8.8.8/"))).toBe("unsafe_address");
  });

  it("lets pass what the operator allows, and nothing beside it", async () => {
    const reach = { ...defaultReach, allow: ["10.1.0.0/16", "hooks.internal", "fd12::/32"] };
    const allowing = createGuard(reach);
    expect(codeOf(() => allowing.check("http://10.1.2.3:9000/"))).toBe("allowed");
    expect(codeOf(() => allowing.check("http://hooks.internal:9000/"))).toBe("allowed");
    expect(codeOf(() => allowing.check("http://[fd12::5]/"))).toBe("allowed");
    expect(codeOf(() => allowing.check("http://10.2.0.1/"))).toBe("unsafe_address");
    expect(codeOf(() => allowing.check("http://other.internal:9000/"))).toBe("unsafe_address");
    expect(await connectTo(["10.1.9.9"], reach)).toEqual([{ address: "10.1.9.9", family: 4 }]);
    expect(await connectTo(["10.3.9.9"], reach)).toBe("unsafe_address");
  });
});
