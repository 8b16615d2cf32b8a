import { engineNamed, type EngineEntry } from "../media/engine-registry.ts";
import type { Limits } from "../media/limits.ts";
import { withLocalFile } from "../objects/local-file.ts";
import type { ObjectStore } from "../objects/object-store.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";
import { createProbe } from "./probe.ts";
import type { Prober } from "./prober.ts";

interface Parts {
  readonly sandbox: Sandbox;
  readonly objects: ObjectStore;
  readonly limits: Limits;
}

/** What a prober can do. */
interface ProbeCapabilities {
  /** Whether it reads pictures, besides video and audio. */
  readonly pictures: boolean;
}

/** A prober of this machine. */
interface ProbeEngine extends EngineEntry<Prober> {
  readonly can: ProbeCapabilities;
}

/** ffprobe, in the sandbox. A missing program is found by the first job. */
function ffprobeEntry({ sandbox, objects, limits }: Parts): ProbeEngine {
  const probe = createProbe({ sandbox, limits });
  const prober: Prober = {
    id: "ffprobe",
    async begin({ source, tracks = {} }, { signal }) {
      const result = await withLocalFile(objects, source, (path) =>
        probe(path, { signal, tracks }),
      );
      return { state: "done", result };
    },
  };
  return {
    name: "ffprobe",
    ids: /^ffprobe$/,
    can: { pictures: true },
    missing: () => undefined,
    best: () => prober,
    named: () => prober,
    close: async () => {},
  };
}

/** The registry of probers on this machine. A job gets the prober that it names, else the first. */
export function createProbing(parts: Parts): { proberOf: (engine: unknown) => Prober } {
  const usual = ffprobeEntry(parts);
  const registry = [usual];
  return {
    proberOf: (id) => engineNamed(registry, id) ?? usual.best(),
  };
}
