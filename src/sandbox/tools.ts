import type { FilterFiles } from "./filter-file.ts";
import type { Identities } from "./identity.ts";

/** The tools of a level, by absolute path, and what they were found to be able to do here. */
export type Tools =
  | {
      readonly level: "bubblewrap";
      readonly bwrap: string;
      readonly prlimit: string;
      /** Options that newer bubblewraps have: a bounded /tmp, no namespaces inside. */
      readonly modern: boolean;
      /** Whose children these are when we are root; absent: they run as our own user. */
      readonly identities?: Identities;
      /** Absent where no filter of system calls can be had. */
      readonly filters?: FilterFiles;
    }
  | {
      readonly level: "kernel";
      readonly setpriv: string;
      readonly prlimit: string;
      /** `unshare` and its options, when cutting the network is allowed here. */
      readonly unshare: readonly string[];
      /** Whether we are root, and so have capabilities to drop. */
      readonly dropCapabilities: boolean;
      /** Whose children these are when we are root; absent: they run as our own user. */
      readonly identities?: Identities;
    }
  | { readonly level: "limits"; readonly shell: string };
