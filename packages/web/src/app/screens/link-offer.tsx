/** Offers to look up the link that stands in what one writes. Loaded with the first. */
import { useEffect, useRef, useState } from "preact/hooks";
import {
  firstLink,
  LinkOffer as LinkOfferView,
  type LinkSeen,
} from "../../features/media/link-card.tsx";
import { t } from "../../i18n/index.ts";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import type { Failure } from "../model.ts";

/** What became of a link that stands in the text, or has stood there. */
type Known = "busy" | "dropped" | { card: LinkSeen } | { failure: Failure };

/** Engines whose node looks nothing up. */
const none = new WeakSet<EnginePort>();

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
  const [all, setAll] = useState<ReadonlyMap<string, Known>>(new Map());
  // As it is sent.
  const link = firstLink(text.normalize("NFC"));
  const url = link?.url ?? "";
  const known = all.get(url);
  const card = typeof known === "object" && "card" in known ? known.card : undefined;
  const told = useRef(onCard);
  told.current = onCard;
  useEffect(() => {
    told.current(card);
  }, [card]);
  // Sent, or taken out of the text: the next message begins without.
  useEffect(() => () => told.current(undefined), []);
  if (link === undefined || known === "dropped") return null;
  if (known === undefined && none.has(engine)) return null;
  const put = (value: Known): void =>
    setAll((before) => (before.get(url) === "dropped" ? before : new Map(before).set(url, value)));
  const look = async (): Promise<void> => {
    put("busy");
    const result = await engine.call("chat.lookUp", { url });
    if (!result.ok) return put({ failure: result.failure });
    if (result.value !== null) return put({ card: result.value });
    none.add(engine);
    put({ failure: "unexpected" });
  };
  return (
    <LinkOfferView
      host={link.host}
      card={card}
      busy={known === "busy"}
      failed={
        typeof known === "object" && "failure" in known
          ? known.failure === "tooMany"
            ? failureText(known.failure)
            : t("media.link.nothing", { host: link.host })
          : undefined
      }
      onLook={() => void look()}
      onDrop={() => put("dropped")}
    />
  );
}
