/** A stretch of a message: plain, a link, or a person's name that was mentioned. */
export type Stretch =
  | { kind: "text" | "mention"; text: string }
  | { kind: "link"; text: string; href: string };

const LINK = /https?:\/\/[^\s<>"'`\u200e\u200f]+/giu;

/** A message's text in stretches. `names` are those of the people in the conversation; the longest that fits is taken. */
export function stretchesOf(text: string, names: readonly string[]): Stretch[] {
  const out: Stretch[] = [];
  let at = 0;
  for (const match of text.matchAll(LINK)) {
    const raw = trimLink(match[0]);
    const href = safeHref(raw);
    if (!href) continue;
    out.push(...mentionsIn(text.slice(at, match.index), names), { kind: "link", text: raw, href });
    at = match.index + raw.length;
  }
  out.push(...mentionsIn(text.slice(at), names));
  return out;
}

/** Punctuation at the end belongs to the sentence, a closing bracket too unless it was opened in the link. */
function trimLink(link: string): string {
  let end = link.length;
  for (;;) {
    const last = link[end - 1]!;
    const unopened = last === ")" && !link.slice(0, end).includes("(");
    if (!unopened && !/[.,;:!?…»”’\]}*_~،؛؟।。、]/u.test(last)) return link.slice(0, end);
    end--;
  }
}

function safeHref(link: string): string | undefined {
  const url = URL.canParse(link) ? new URL(link) : undefined;
  return url && (url.protocol === "https:" || url.protocol === "http:") && url.hostname
    ? url.href
    : undefined;
}

function mentionsIn(text: string, names: readonly string[]): Stretch[] {
  const sorted = names.filter(Boolean).toSorted((a, b) => b.length - a.length);
  const out: Stretch[] = [];
  let plain = "";
  let at = 0;
  while (at < text.length) {
    const name = text[at] === "@" ? sorted.find((one) => text.startsWith(one, at + 1)) : undefined;
    if (name) {
      if (plain) out.push({ kind: "text", text: plain });
      plain = "";
      out.push({ kind: "mention", text: `@${name}` });
      at += name.length + 1;
    } else plain += text[at++];
  }
  if (plain) out.push({ kind: "text", text: plain });
  return out;
}
