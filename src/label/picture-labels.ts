import type { Label, LabelInstance } from "../media/label.ts";
import { parentsOf } from "./taxonomy.ts";

/** Collects the labels of one picture: one for each name, with the highest confidence that was found. */
export interface PictureLabels {
  /**
   * Adds a label, and the labels that it is a kind of, with this confidence (0–1). Returns the list of
   * places of this name, to which the caller adds one if it knows one.
   */
  note(name: string, confidence: number): LabelInstance[];
  /** All labels, the surest first. */
  surestFirst(): Label[];
}

/** Starts with no labels. */
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
