/** A link with what it leads to: read from a text, shown as a card, offered while one writes. */
import "./link-card.css";
import type { Block, Inline } from "@baraza/engine/formatting";
import { readFormatted } from "@baraza/engine/formatting";
import { hostOf, tame } from "@baraza/engine/safe-text";
import { Link, X } from "lucide";
import { useLayoutEffect, useRef } from "preact/hooks";
import type { MessageMedia } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";

export type LinkSeen = NonNullable<MessageMedia["link"]>;

/** The first link of a text that stands there itself, and whose host deceives nobody; undefined: there is none. */
export function firstLink(text: string): { url: string; host: string } | undefined {
  const found = inlines(readFormatted(text)).find(
    (one) => one.kind === "link" && one.host === null && text.includes(one.text),
  );
  return found?.kind === "link"
    ? { url: found.text, host: hostOf(found.href, found.text).host.replace(/^www\./, "") }
    : undefined;
}

function inlines(blocks: readonly Block[]): Inline[] {
  return blocks.flatMap((block) => {
    if (block.kind === "quote") return inlines(block.blocks);
    if (block.kind === "list") return block.items.flatMap(({ children }) => deep(children));
    return block.kind === "paragraph" ? deep(block.children) : [];
  });
}

const deep = (all: readonly Inline[]): Inline[] =>
  all.flatMap((one) => ("children" in one ? deep(one.children) : [one]));

/** What its author's node found behind a link. It is drawn from the message alone: nothing is fetched. */
export function LinkCard({ card }: { card: LinkSeen }) {
  const link = firstLink(card.url);
  // One that would not be offered is not believed either.
  if (link?.url !== card.url) return null;
  return (
    <a class="link-card" href={card.url} target="_blank" rel="noopener noreferrer nofollow">
      <CardWords card={card} host={link.host} />
    </a>
  );
}

function CardWords({ card, host }: { card: LinkSeen; host: string }) {
  return (
    <>
      <span class="link-card-host">
        <Icon of={Link} />
        <bdi dir="ltr">{host}</bdi>
      </span>
      <span class="link-card-title" dir="auto">
        {tame(card.title)}
      </span>
      {card.description !== "" && (
        <span class="link-card-description" dir="auto">
          {tame(card.description)}
        </span>
      )}
    </>
  );
}

export interface LinkOfferProps {
  host: string;
  /** What was found; undefined: nothing yet. */
  card: LinkSeen | undefined;
  busy: boolean;
  /** Why nothing was. */
  failed: string | undefined;
  onLook: () => void;
  /** Goes without, also when the link stands there still. */
  onDrop: () => void;
}

/** Above the field, while a link stands in it: to have it looked up, and what was found. */
export function LinkOffer({ host, card, busy, failed, onLook, onDrop }: LinkOfferProps) {
  const root = useRef<HTMLDivElement>(null);
  // The button is gone: one goes on in the field, and sends.
  const toField = (): void => root.current?.closest("footer")?.querySelector("textarea")?.focus();
  useLayoutEffect(() => {
    if (card !== undefined && document.activeElement === document.body) toField();
  }, [card]);
  return (
    <div class="link-offer" role="group" aria-label={t("media.link.card", { host })} ref={root}>
      <p class={card === undefined ? "link-offer-words" : "visually-hidden"} role="status">
        {card?.title ?? failed ?? t(busy ? "media.link.busy" : "media.link.what", { host })}
      </p>
      {card === undefined ? (
        <Button kind="quiet" icon={Link} busy={busy} onClick={onLook}>
          {failed === undefined ? t("media.link.add") : t("media.again")}
        </Button>
      ) : (
        <div class="link-card" aria-hidden>
          <CardWords card={card} host={host} />
        </div>
      )}
      <IconButton
        icon={X}
        tip="above"
        label={t("media.link.drop")}
        onClick={() => {
          toField();
          onDrop();
        }}
      />
    </div>
  );
}
