import { parseXml, XmlElement } from "@rgrove/parse-xml";
import { awsError } from "./errors.ts";

/** XML in and out. Input is refused where it declares entities; output escapes what a parser would change. */

/** An element's content: text, elements in order (several of one name as a list), or nothing. */
export type XmlContent = string | number | boolean | XmlFields | undefined;
export interface XmlFields {
  readonly [name: string]: XmlContent | readonly XmlContent[];
}

const escapes: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
};

/** Text of an element. Letters that XML 1.0 cannot hold are written as references, as S3 does. */
function escaped(text: string): string {
  return text
    .replace(/[&<>"]/g, (letter) => escapes[letter] ?? letter)
    .replace(
      // oxlint-disable-next-line no-control-regex
      /[\u0000-\u0008\u000b-\u001f\u007f-\u009f\ufffe\uffff]/g,
      (letter) => `&#x${letter.charCodeAt(0).toString(16)};`,
    );
}

function element(name: string, content: XmlContent | readonly XmlContent[]): string {
  if (content === undefined) return "";
  if (Array.isArray(content)) return content.map((one: XmlContent) => element(name, one)).join("");
  if (typeof content === "object")
    return `<${name}>${Object.entries(content as XmlFields)
      .map(([child, inner]) => element(child, inner))
      .join("")}</${name}>`;
  return `<${name}>${escaped(String(content))}</${name}>`;
}

/** A document. @param namespace of its root element */
export function xmlDocument(root: string, content: XmlContent, namespace?: string): string {
  const text = element(root, content ?? "");
  const named = namespace === undefined ? root : `${root} xmlns="${namespace}"`;
  return `<?xml version="1.0" encoding="UTF-8"?>\n${text.replace(root, named)}`;
}

/** The most elements below each other in a document that is read. */
const maxDepth = 12;

function checkDepth(node: XmlElement, depth: number): void {
  if (depth > maxDepth) throw awsError("MalformedXML");
  for (const child of node.children) if (child instanceof XmlElement) checkDepth(child, depth + 1);
}

const localName = (name: string): string => name.slice(name.indexOf(":") + 1);

/** Reads a document whose root has this name. @throws MediaError (MalformedXML) */
export function readXml(text: string, root: string): XmlElement {
  try {
    const found = parseXml(text).root;
    if (found === null || localName(found.name) !== root) throw awsError("MalformedXML");
    checkDepth(found, 0);
    return found;
  } catch {
    throw awsError("MalformedXML");
  }
}

/** The elements of that name right below. */
export function childrenOf(parent: XmlElement, name: string): XmlElement[] {
  return parent.children.filter(
    (child): child is XmlElement => child instanceof XmlElement && localName(child.name) === name,
  );
}

/** The text of the first element of that name right below; undefined when there is none. */
export function textOf(parent: XmlElement, name: string): string | undefined {
  return childrenOf(parent, name)[0]?.text;
}
