/** A part of a message, written once as text and once as HTML. */
export type Part =
  | { readonly is: "title" | "line" | "quote" | "message"; readonly text: string }
  | { readonly is: "link" | "image"; readonly text: string; readonly url: string }
  | { readonly is: "list"; readonly items: readonly (string | { text: string; url: string })[] };

/** A text without characters that control a terminal or turn the direction of writing. Spaces and line ends stay. */
export function plain(text: string): string {
  return text.replace(/[^\P{Cc}\n\t]|[\u200e\u200f\u202a-\u202e\u2066-\u2069\ufeff]/gu, " ");
}

/** On one line. */
export function oneLine(text: string): string {
  return plain(text).replace(/\s+/g, " ").trim();
}

/** As plain text. */
export function textOf(part: Part): string {
  switch (part.is) {
    case "title":
    case "line":
      return oneLine(part.text);
    case "message":
      return plain(part.text);
    case "quote":
      return plain(part.text).replace(/^/gm, "> ");
    case "link":
    case "image":
      return `${oneLine(part.text)}: ${part.url}`;
    case "list":
      return part.items
        .map((item) =>
          typeof item === "string"
            ? `- ${oneLine(item)}`
            : `- ${oneLine(item.text)}\n  ${item.url}`,
        )
        .join("\n");
  }
}

function escaped(text: string): string {
  const entities: Record<string, string> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? "");
}

function htmlLink({ text, url }: { text: string; url: string }): string {
  return `<a href="${escaped(url)}">${escaped(oneLine(text))}</a>`;
}

/** As HTML: whatever it holds is only shown. */
export function htmlOf(part: Part): string {
  switch (part.is) {
    case "title":
      return `<h2>${escaped(oneLine(part.text))}</h2>`;
    case "line":
      return `<p>${escaped(oneLine(part.text))}</p>`;
    case "message":
    case "quote":
      return `<pre style="white-space:pre-wrap">${escaped(plain(part.text))}</pre>`;
    case "link":
      return `<p>${htmlLink(part)}</p>`;
    case "image":
      return `<p><img src="${escaped(part.url)}" alt="${escaped(oneLine(part.text))}" width="480"></p>`;
    case "list":
      return `<ul>${part.items
        .map(
          (item) =>
            `<li>${typeof item === "string" ? escaped(oneLine(item)) : htmlLink(item)}</li>`,
        )
        .join("")}</ul>`;
  }
}
