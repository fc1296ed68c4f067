/** Offers to look up the link that stands in what one writes. Loaded with the first. */
import { useEffect, useRef, useState } from "preact/hooks";
import {
  firstLink,
  LinkOffer as LinkOfferView,
  type LinkSeen,
} from "../../features/media/link-card.tsx";
import type { EnginePort } from "../engine.ts";
import { useRequest } from "../hooks.ts";

/** `text` as it stands in the field; `onCard` is told what is to go with it, and of nothing any more. */
export function LinkOffer({
  engine,
  text,
  onCard,
}: {
  engine: EnginePort;
  text: string;
  onCard: (card: LinkSeen | undefined) => void;
}) {
  const [card, setCard] = useState<LinkSeen>();
  const [dropped, setDropped] = useState<string>();
  const { busy, failure, run } = useRequest();
  const [asked, setAsked] = useState<string>();
  const link = firstLink(text);
  const url = link?.url;
  const shown = card !== undefined && card.url === url ? card : undefined;
  const told = useRef(onCard);
  told.current = onCard;
  useEffect(() => {
    told.current(shown);
  }, [shown]);
  // Sent, or taken out of the text: the next message begins without.
  useEffect(() => () => told.current(undefined), []);
  if (link === undefined || url === undefined || dropped === url) return null;
  return (
    <LinkOfferView
      host={link.host}
      card={shown}
      busy={busy && asked === url}
      failed={failure !== undefined && asked === url}
      onLook={() => {
        setAsked(url);
        void run(() => engine.call("chat.lookUp", { url })).then(
          (found) => found !== undefined && setCard(found),
        );
      }}
      onDrop={() => {
        setDropped(url);
        setCard(undefined);
      }}
    />
  );
}
