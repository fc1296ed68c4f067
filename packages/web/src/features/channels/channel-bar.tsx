import "./channels.css";
import type { Channel } from "@baraza/engine";
import { Bell, BellOff, ChevronDown, Hash, Settings2 } from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";
import { channelName } from "./names.tsx";
import { Unread } from "./row-channels.tsx";

export interface ChannelBarProps {
  /** In their order. */
  channels: readonly Channel[];
  current: string;
  now: number;
  hrefOf: (channelId: string) => string;
  /** Where all of them are, and where one makes more. */
  allHref: string;
  onMute: (channelId: string, on: boolean) => void;
}

/** Above a conversation with several channels: which one this is, and a press away from all others. */
export function ChannelBar({ channels, current, now, hrefOf, allHref, onMute }: ChannelBarProps) {
  const [open, setOpen] = useState(false);
  const here = channels.find(({ channelId }) => channelId === current);
  if (here === undefined) return null;
  const others = channels.filter(
    ({ channelId, archived, mutedUntil, mentions }) =>
      channelId !== current && !archived && (mutedUntil <= now || mentions > 0),
  );
  const fresh = others.filter(({ unread, markedUnread }) => unread > 0 || markedUnread).length;
  const muted = here.mutedUntil > now;
  return (
    <nav class="channel-bar" aria-label={t("channels.title")}>
      <button
        type="button"
        class="channel-now"
        aria-haspopup="dialog"
        aria-expanded={open}
        onClick={() => setOpen(true)}
      >
        <Icon of={Hash} />
        <bdi>{channelName(here)}</bdi>
        {muted && <Icon of={BellOff} />}
        {fresh > 0 && <Badge label={t("channels.fresh", { count: fresh })}>{fresh}</Badge>}
        <Icon of={ChevronDown} />
      </button>
      {here.purpose !== "" && (
        <p class="channel-purpose" dir="auto" title={here.purpose}>
          {here.purpose}
        </p>
      )}
      {open && (
        <Dialog
          title={t("channels.title")}
          onClose={() => setOpen(false)}
          actions={
            <>
              {current !== "" && (
                <Button icon={muted ? Bell : BellOff} onClick={() => onMute(current, !muted)}>
                  {muted ? t("channels.unmute") : t("channels.mute")}
                </Button>
              )}
              <a class="button" data-kind="secondary" href={allHref}>
                <Icon of={Settings2} />
                <span class="button-words">{t("channels.manage")}</span>
              </a>
            </>
          }
        >
          <List label={t("channels.title")}>
            {channels
              .filter(({ archived, channelId }) => !archived || channelId === current)
              .map((one) => (
                <ListItem
                  key={one.channelId}
                  href={hrefOf(one.channelId)}
                  current={one.channelId === current}
                  onClick={() => setOpen(false)}
                  strong={one.unread > 0}
                  start={
                    <span class="channel-icon">
                      <Icon of={Hash} />
                    </span>
                  }
                  title={channelName(one)}
                  detail={one.purpose}
                  mark={
                    <Unread
                      of={{ ...one, mentioned: one.mentions > 0, marked: one.markedUnread }}
                      now={now}
                    />
                  }
                />
              ))}
          </List>
        </Dialog>
      )}
    </nav>
  );
}
