import type { Label, LabelInstance } from "../media/label.ts";
import { parentsOf } from "./taxonomy.ts";

/** The labels of one picture while they are gathered: one a name, as sure as the surest sight of it. */
export interface PictureLabels {
  /**
   * Notes that something is there, and all that it is a kind of, this sure (0–1). Returns the
   * places of this name; whoever knows one adds it.
   */
  note(name: string, confidence: number): LabelInstance[];
  /** All that was noted, the surest first. */
  surestFirst(): Label[];
}

/** Of a picture in which nothing was noted yet. */
export function createPictureLabels(): PictureLabels {
  const labels = new Map<string, Label & { readonly instances: LabelInstance[] }>();
  function noteAlone(name: string, confidence: number) {
    const known = labels.get(name);
    const label = {
      name,
      confidence: Math.max(confidence, known?.confidence ?? 0),
      parents: known?.parents ?? parentsOf(name),
      instances: known?.instances ?? [],
    };
    labels.set(name, label);
    return label;
  }
  return {
    note(name, confidence) {
      const { parents, instances } = noteAlone(name, confidence);
      for (const parent of parents) noteAlone(parent, confidence);
      return instances;
    },
    surestFirst: () => [...labels.values()].toSorted((a, b) => b.confidence - a.confidence),
  };
}
