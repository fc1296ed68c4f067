import "./channels.css";
import { signal } from "@preact/signals";
import { BellOff, ChevronDown, Hash } from "lucide";
import type { ChannelMark, ConversationRow } from "../../app/model.ts";
import { conversationOf, hrefOf } from "../../app/routes.ts";
import { formatNumber, t } from "../../i18n/index.ts";
import { Icon } from "../../ui/icon.tsx";
import { Badge } from "../../ui/list.tsx";
import { channelName } from "./names.tsx";

/** So many stand there; of more, those with something new and the open one, until one unfolds them. */
const FEW = 6;

/** Conversations whose channels one has unfolded; stays while the app is open. */
const unfolded = signal<ReadonlySet<string>>(new Set());

/**
 * The channels of a conversation under its row in the list, on wide screens. Of a conversation that is not open only those with
 * something new stand there.
 */
export function RowChannels({
  row,
  now,
  current,
}: {
  row: ConversationRow;
  now: number;
  /** The conversation is open: at this channel, or (null) at another page of it. */
  current?: string | null;
}) {
  const isNew = (one: ChannelMark): boolean =>
    (one.unread > 0 || one.marked) && (one.mentioned || one.mutedUntil <= now);
  const isOpen = current !== undefined;
  const folds = row.channels.length > FEW;
  const whole = isOpen && (!folds || unfolded.value.has(row.spaceId));
  const shown = row.channels.filter(
    (one) => whole || isNew(one) || (isOpen && one.channelId === current),
  );
  const toggle = (): void => {
    const next = new Set(unfolded.value);
    if (!next.delete(row.spaceId)) next.add(row.spaceId);
    unfolded.value = next;
  };
  if (shown.length === 0 && !isOpen) return null;
  return (
    <div class="row-channels">
      <ul aria-label={t("channels.of", { name: row.title })}>
        {shown.map((one) => (
          <li key={one.channelId}>
            <a
              class="row-channel"
              href={hrefOf(conversationOf({ spaceId: row.spaceId, channel: one.channelId }))}
              aria-current={one.channelId === current ? "page" : undefined}
              data-new={isNew(one) || undefined}
            >
              <Icon of={Hash} />
              <bdi class="row-channel-name">{channelName(one)}</bdi>
              {one.mutedUntil > now && (
                <>
                  <Icon of={BellOff} />
                  <span class="visually-hidden">{t("list.muted")}</span>
                </>
              )}
              <Unread of={one} now={now} />
            </a>
          </li>
        ))}
      </ul>
      {isOpen && folds && (
        <button type="button" class="row-channel" aria-expanded={whole} onClick={toggle}>
          <Icon of={ChevronDown} />
          {whole ? t("channels.fewer") : t("channels.manage")}
        </button>
      )}
    </div>
  );
}

/** How much is new in a channel. */
export function Unread({
  of,
  now,
}: {
  of: Pick<ChannelMark, "unread" | "mentioned" | "mutedUntil" | "marked">;
  now: number;
}) {
  if (of.unread > 0)
    return (
      <Badge
        label={t("list.unread", { count: of.unread })}
        tone={of.mutedUntil > now && !of.mentioned ? "plain" : "accent"}
      >
        {of.unread > 99 ? `${formatNumber(99)}+` : formatNumber(of.unread)}
      </Badge>
    );
  if (!of.marked) return null;
  return (
    <span class="unread-dot">
      <span class="visually-hidden">{t("list.markedUnread")}</span>
    </span>
  );
}
