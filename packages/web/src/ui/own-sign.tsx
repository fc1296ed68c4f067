import "./own-sign.css";
import { signal } from "@preact/signals";
import { SIGN_IN_TEXT } from "@baraza/engine/own-sign";
import type { ComponentChildren } from "preact";

/** One of a conversation's own emoji. */
export interface OwnSign {
  /** As it is called now, without colons. */
  name: string;
  /** Of this page's own. */
  url: string;
}

/** Those of the conversation that is open, by what they are and were called. Empty where there are none: see app/screens/own-signs.ts. */
export const ownSigns = signal<ReadonlyMap<string, OwnSign>>(new Map());

/** An emoji as it was sent: a sign, or one of the conversation's own by its name, which is read where there is none. */
export function Sign({ of }: { of: string }) {
  if (!of.startsWith(":")) return <>{of}</>;
  const own = ownSigns.value.get(of.slice(1, -1));
  return own === undefined ? <>{of}</> : <OwnSignPicture of={own} />;
}

/** Its picture, in a line of text. */
export function OwnSignPicture({ of }: { of: OwnSign }) {
  return (
    <img class="own-sign" src={of.url} alt={of.name} title={`:${of.name}:`} draggable={false} />
  );
}

/** A text with the conversation's own emoji in it. */
export function withOwnSigns(text: string): ComponentChildren {
  if (ownSigns.value.size === 0 || !text.includes(":")) return text;
  const parts: ComponentChildren[] = [];
  let done = 0;
  SIGN_IN_TEXT.lastIndex = 0;
  for (let found = SIGN_IN_TEXT.exec(text); found !== null; found = SIGN_IN_TEXT.exec(text)) {
    const own = ownSigns.value.get((found[1] ?? "").toLowerCase());
    if (own === undefined) {
      // Its last colon may be the first of another.
      SIGN_IN_TEXT.lastIndex -= 1;
      continue;
    }
    parts.push(text.slice(done, found.index), <OwnSignPicture key={found.index} of={own} />);
    done = SIGN_IN_TEXT.lastIndex;
  }
  return [...parts, text.slice(done)];
}
