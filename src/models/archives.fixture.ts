/**
 * Small archives for tests, packed by bzip2 once, so that a machine without it runs them too. In
 * each a folder `toy`; what is wrong with it is its name.
 */
export const archives = {
  whole:
    "QlpoOTFBWSZTWXDiaqgAAUz/gMvQEABAAf+ACyceBPZv3+ALKDAA+NmGUFNlPUD0gAAANAPKekaEFT9RlMQaYTEMAmATINMgRUKT9JqNMajTanlGIyDEA9T1BnC6+6H5ZlqHPBcI5CdsZC3YkAeq067DmmsVqFzRsoxyo5FkvKqkBa4C1y/b8fhPDMd2+NnyQporjBvg6hwLigoEbaVkKB57d20lvmoFLQeS9BiBGoAQdCEe4EoIoVMk9UEhKTAlhEtm1BHXxroOx896yNHFISihqRlQStJNI5tkPJj7g2ZFdlYLEVBUhIMiN41OWAGTQYroS4uiuklkBQAHtRDx9qE4qfUTUR4dBVmz5ANCAcRdyRThQkHDiaqg",
  "without tokens":
    "QlpoOTFBWSZTWYJshWAAAHd7gMnAEAhAAeeAEABmB55gCAggAFQ0p6gA2oB6gyemoJKRk0GQAAGkvYEyEHzUIRb3fSZWVPQIYRYRk5xzDB4msBBTIItSGa170CbRl7SzStDO8ZvfgEIiA/F3JFOFCQgmyFYA",
  "cut model":
    "QlpoOTFBWSZTWecv+iwAAJp7gMnQEBBAAecAEABmD55gCIggAHIaTUNBpkAyDTNTQSUymgDUGjAJib/vxIHNoABXOkhE1+5eVg7WkScQiASgEumjFZbcdH0oLYCGoGBGgwjMcjIwYeZ9HWCdAPjI5emaLRU1B4r+E4CLEphQXscNQRAfi7kinChIc5f9FgA=",
  "symbolic link":
    "QlpoOTFBWSZTWZ6a1IsAAHj7gMiAABBAAf0AEgAuB97gAAggAFRGkQGgB6gNP1T1BJKMgBoDQBpL7SYSCxyEIbqFJUOegQwMRhKL82RQwhoBIZ7NgsqgfVct1NYkzspKO6W/PGV2QARPxdyRThQkJ6a1IsA=",
  "hard link":
    "QlpoOTFBWSZTWWUzav4AAHj7gMiAABBAAfWAEgAuB97gAAggAFQ0U9RoNANqAzU9QSURkBpoDQBpP7RokFtKEIj1GssHvQIYDCUZycJzBGrSGqQWJrAzDUN2XuZozTusYO4v+dMI6ERAfi7kinChIMpm1fw=",
  device:
    "QlpoOTFBWSZTWfopcdgAAHpbhNiAQAH9BBAAZgeeYAAQAAggAFQ0o9I0ZNBkY1PUyCSU9QNNANAAVdx+EgacEIjy18CwhSIQwm29cB2EpScFEcZPw5PaTQPlqlDVUatrXvprAiID8XckU4UJD6KXHYA=",
  pipe: "QlpoOTFBWSZTWWWt1pAAAHP7gMiAABBAAecAEABmB55gAAggAFRGqME00YmEzTQSST0g0aAAZT+cBIJOhCG8ncXjxQIYGOaWYMh2EbQBTU9nMfmjR/4uozw40TSdP9ABFsXckU4UJBlrdaQA",
  "way out":
    "QlpoOTFBWSZTWR4nqycAAHb9gMmAAAFAAeWAAAFiJJ9gCAggAFQyoxGjJptINDygkkmIaMgAGlepDkIN3oQizmlo174IEMDEyZd84pFKKYgiziEdKtoPwCNRR4H3Vm94+URahJA/F3JFOFCQHierJw==",
  "absolute path":
    "QlpoOTFBWSZTWTeVFeIAAFx7gMmAAAFAAe0ACABiJl9ACAggAFQyiaZGjJkB6jygklGRpoAxNAfdRLEIJuQhGtdoDRhcgQwMX1yzeJ7COHkXw3dO1cYmzcKEEPUVmy+VhnQkgfi7kinChIG8qK8Q",
  twice:
    "QlpoOTFBWSZTWSDtK4QAAJx7gMnAEEBAAeeAEABuB55gCQggAHQSUU8oNPSeoepp6JtTT9JBJKGgBoAAA+7KQgPGADNySEPdyWkwX4VEZKIQwPYJ3jFakyhyMHCIjgRUeImQgdh48pU4j3Axbb8NUgWIKIw2x0TFbki299yRivAkH8XckU4UJAg7SuEA",
  bomb: "QlpoOTFBWSZTWeVa2U4Ffj7bgMyAQAHnABAAZgeeYAAIIAByG1UAaGgYmnqeoIpU9E2g0T1MmTDmZ2CgCqokhVAFVRKcUunF87lUAVVEgI27ysGyBK+i+GXyJRlFS1658rS5mrkzuz5wiIEkgAEL8xQVkmU1kfrg3fAKKDQADBAAAIIAAwzAUpplAkJsVAkJ4u5IpwoSGqN36EA=",
} as const;

export type ArchiveName = keyof typeof archives;

export function archive(name: ArchiveName): Buffer {
  return Buffer.from(archives[name], "base64");
}

/** The smallest thing that has the outline of an ONNX model, and any number of bytes in it. */
export function onnxOf(length: number): Buffer {
  const size: number[] = [];
  for (let rest = length; ; rest = Math.floor(rest / 128)) {
    size.push(rest < 128 ? rest : (rest % 128) | 0x80);
    if (rest < 128) break;
  }
  const head = Buffer.from([0x08, 0x07, 0x12, ...size]);
  const body = Buffer.alloc(length);
  for (let at = 0; at < length; at += 1) body[at] = (at * 2_654_435_761) >>> 24;
  return Buffer.concat([head, body]);
}
