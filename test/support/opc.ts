import { posix } from "node:path";
import { strFromU8, unzipSync } from "fflate";

/** The parts of an Office Open XML package. */
export interface Package {
  readonly parts: ReadonlyMap<string, Uint8Array>;
  readonly text: (part: string) => string;
  /** Violations of ECMA-376 part 2; empty when there are none. */
  readonly faults: readonly string[];
}

const name = /^[A-Za-z_][\w.:-]*/;

/** The first error of an XML text among those that a writer can make; undefined when it is well-formed. */
export function xmlFault(text: string): string | undefined {
  // eslint-disable-next-line no-control-regex
  if (/[\u0000-\u0008\u000b\u000c\u000e-\u001f\ufffe\uffff]/.test(text) || !text.isWellFormed())
    return "a character that XML cannot hold";
  const open: string[] = [];
  let [at, roots] = [0, 0];
  for (const tag of text.matchAll(/<(\?[^>]*\?|!--[\s\S]*?--|[^<>]*)>/g)) {
    const between = text.slice(at, tag.index);
    at = tag.index + tag[0].length;
    if (/<|&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/.test(between))
      return `bare < or & near ${between.slice(0, 40)}`;
    if (open.length === 0 && between.trim() !== "") return "text outside of the root";
    const inner = tag[1] ?? "";
    if (inner.startsWith("?") || inner.startsWith("!--")) continue;
    if (inner.startsWith("/")) {
      const last = open.pop();
      if (last !== inner.slice(1).trim()) return `${inner} ends ${String(last)}`;
      continue;
    }
    const [element] = name.exec(inner) ?? [];
    if (element === undefined) return `<${inner}> has no name`;
    const attributes = inner.slice(element.length).replace(/\/$/, "");
    const keys = [...attributes.matchAll(/\s([\w.:-]+)="([^"<]*)"/g)];
    if (keys.map(([whole]) => whole).join("") !== attributes.trimEnd()) return `<${inner}>`;
    if (new Set(keys.map(([, key]) => key)).size < keys.length) return `<${inner}> twice the same`;
    if (
      keys.some(([, , value = ""]) =>
        /&(?!(?:amp|lt|gt|quot|apos|#\d+|#x[\da-fA-F]+);)/.test(value),
      )
    )
      return `bare & in <${inner}>`;
    if (open.length === 0) roots += 1;
    if (!inner.endsWith("/")) open.push(element);
  }
  if (open.length > 0) return `${open.join(" ")} is not ended`;
  return roots === 1 ? undefined : `${roots} roots`;
}

const attribute = (tag: string, key: string): string | undefined =>
  new RegExp(`\\s${key}="([^"]*)"`).exec(tag)?.[1];

/** Opens a package. Checks the types of its parts, and that every part that is referred to exists. */
export function openPackage(bytes: Uint8Array): Package {
  const parts = new Map(Object.entries(unzipSync(bytes)));
  const text = (part: string): string => {
    const found = parts.get(part);
    if (found === undefined) throw new Error(`there is no part ${part}`);
    return strFromU8(found);
  };
  const faults: string[] = [];
  const types = text("[Content_Types].xml");
  const tags = (of: string, xml: string) =>
    [...xml.matchAll(new RegExp(`<${of}\\s[^>]*>`, "g"))].map(([tag]) => tag);
  const extensions = new Set(tags("Default", types).map((tag) => attribute(tag, "Extension")));
  const overrides = new Set(
    tags("Override", types).map((tag) => attribute(tag, "PartName")?.slice(1)),
  );
  for (const part of overrides)
    if (part !== undefined && !parts.has(part))
      faults.push(`a type for ${part}, which is not there`);
  for (const part of parts.keys()) {
    if (/\.(xml|rels)$/.test(part)) {
      const fault = xmlFault(text(part));
      if (fault !== undefined) faults.push(`${part}: ${fault}`);
    }
    if (part === "[Content_Types].xml") continue;
    if (!overrides.has(part) && !extensions.has(part.split(".").at(-1)))
      faults.push(`${part} has no type`);
    if (!part.endsWith(".rels")) continue;
    const folder = posix.dirname(posix.dirname(part));
    const ids: (string | undefined)[] = [];
    for (const tag of tags("Relationship", text(part))) {
      ids.push(attribute(tag, "Id"));
      if (attribute(tag, "TargetMode") === "External") continue;
      const target = attribute(tag, "Target") ?? "";
      const path = target.startsWith("/") ? target.slice(1) : posix.join(folder, target);
      if (!parts.has(path)) faults.push(`${part} points to ${path}, which is not there`);
    }
    if (new Set(ids).size < ids.length) faults.push(`${part} has an id twice`);
    const source = posix.join(folder, posix.basename(part, ".rels"));
    if (!parts.has(source)) continue;
    for (const [, id] of text(source).matchAll(/\sr:(?:id|embed|link)="([^"]*)"/g))
      if (!ids.includes(id)) faults.push(`${source} refers to ${id}, which ${part} has not`);
  }
  return { parts, text, faults };
}
