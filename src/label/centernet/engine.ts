import { asMediaError } from "../../media/errors.ts";
import type { LabelEngine } from "../labeler.ts";
import { findCenternet } from "./install.ts";
import { createCenternetLabeler, type CenternetOptions } from "./labeler.ts";

/** CenterNet, as the registry has it. */
export function centernetEntry(options: CenternetOptions): LabelEngine {
  const labeler = createCenternetLabeler(options);
  return {
    name: "centernet",
    ids: /^centernet-/,
    can: { boxes: true, kinds: 80 },
    missing() {
      try {
        findCenternet(options.modelDir);
        return undefined;
      } catch (thrown) {
        return asMediaError(thrown);
      }
    },
    best: () => labeler,
    named: () => labeler, // a newer revision does what an older one was asked for
    close: () => labeler.close(),
  };
}
