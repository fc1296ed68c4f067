import "./channels.css";
import type { Channel } from "@baraza/engine";
import {
  Archive,
  ArchiveRestore,
  ArrowDown,
  ArrowLeft,
  ArrowUp,
  Bell,
  BellOff,
  Hash,
  MailOpen,
  Pencil,
  Plus,
  Ellipsis,
} from "lucide";
import { useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { MenuButton, type MenuItem } from "../../ui/menu.tsx";
import { channelName } from "./names.tsx";
import { Unread } from "./row-channels.tsx";

export interface ChannelsProps {
  title: string;
  /** In their order, the first before all, those that were put away too. */
  channels: readonly Channel[];
  /** One keeps order here: makes, names, orders and puts away. */
  orders: boolean;
  now: number;
  hrefOf: (channelId: string) => string;
  /** @returns a sentence when it did not work */
  onSave: (wish: {
    channelId: string | null;
    name: string;
    purpose: string;
  }) => Promise<string | undefined>;
  onArchive: (channelId: string, archived: boolean) => void;
  /** All but the first, in their new order. */
  onOrder: (channelIds: string[]) => void;
  onMute: (channelId: string, on: boolean) => void;
  onRead: (channelId: string) => void;
  onBack: () => void;
}

/** UTF-16 units, as the engine has them. */
const NAME = 60;
const PURPOSE = 300;

/** All channels of a conversation, and what one does with them. */
export function Channels(props: ChannelsProps) {
  const { channels, orders, now } = props;
  const [editing, setEditing] = useState<Channel | "new">();
  const open = channels.filter(({ archived }) => !archived);
  const away = channels.filter(({ archived }) => archived);
  const movable = open.filter(({ channelId }) => channelId !== "");
  const move = (channelId: string, by: 1 | -1): void => {
    const ids = movable.map((one) => one.channelId);
    const at = ids.indexOf(channelId);
    const other = ids[at + by];
    if (other === undefined) return;
    ids[at] = other;
    ids[at + by] = channelId;
    props.onOrder([...ids, ...away.map((one) => one.channelId)]);
  };
  const actsOf = (one: Channel): MenuItem[] => {
    const { channelId, mutedUntil } = one;
    const muted = mutedUntil > now;
    const at = movable.indexOf(one);
    const own: MenuItem[] =
      one.archived || channelId === ""
        ? []
        : [
            {
              label: muted ? t("channels.unmute") : t("channels.mute"),
              icon: muted ? Bell : BellOff,
              onSelect: () => props.onMute(channelId, !muted),
            },
          ];
    const read: MenuItem[] =
      one.unread > 0 || one.markedUnread
        ? [{ label: t("channels.read"), icon: MailOpen, onSelect: () => props.onRead(channelId) }]
        : [];
    if (!orders) return [...read, ...own];
    return [
      ...read,
      ...own,
      { label: t("channels.change"), icon: Pencil, onSelect: () => setEditing(one) },
      ...(at > 0
        ? [{ label: t("channels.up"), icon: ArrowUp, onSelect: () => move(channelId, -1) }]
        : []),
      ...(at >= 0 && at < movable.length - 1
        ? [{ label: t("channels.down"), icon: ArrowDown, onSelect: () => move(channelId, 1) }]
        : []),
      ...(channelId === ""
        ? []
        : [
            one.archived
              ? {
                  label: t("channels.back"),
                  icon: ArchiveRestore,
                  onSelect: () => props.onArchive(channelId, false),
                }
              : {
                  label: t("channels.archive"),
                  icon: Archive,
                  onSelect: () => props.onArchive(channelId, true),
                },
          ]),
    ];
  };
  const row = (one: Channel) => {
    const acts = actsOf(one);
    return (
      <ListItem
        key={one.channelId}
        href={props.hrefOf(one.channelId)}
        strong={one.unread > 0}
        start={
          <span class="channel-icon">
            <Icon of={Hash} />
          </span>
        }
        title={channelName(one)}
        detail={one.purpose}
        mark={
          <>
            {one.mutedUntil > now && (
              <span class="row-mark" title={t("list.muted")}>
                <Icon of={BellOff} />
                <span class="visually-hidden">{t("list.muted")}</span>
              </span>
            )}
            <Unread
              of={{ ...one, mentioned: one.mentions > 0, marked: one.markedUnread }}
              now={now}
            />
          </>
        }
        end={
          acts.length > 0 && (
            <MenuButton
              icon={Ellipsis}
              label={t("channels.more", { name: channelName(one) })}
              tip="below-end"
              items={acts}
            />
          )
        }
      />
    );
  };
  return (
    <section class="conversation" aria-labelledby="channels-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="channels-title" tabIndex={-1}>
            {t("channels.title")}
          </h1>
          <p class="pane-sub as-page" dir="auto">
            {props.title}
          </p>
        </div>
      </header>
      <div class="pane-body">
        <div class="channels-page">
          {channels.length < 2 ? (
            <EmptyState title={t("channels.oneTitle")}>
              {orders ? t("channels.one") : t("channels.oneOnly")}
            </EmptyState>
          ) : (
            <List label={t("channels.title")}>{open.map(row)}</List>
          )}
          {orders && (
            <Button kind="primary" icon={Plus} onClick={() => setEditing("new")}>
              {t("channels.new")}
            </Button>
          )}
          {away.length > 0 && (
            <>
              <h2>{t("channels.away")}</h2>
              <p class="channels-hint">{t("channels.awayHint")}</p>
              <List label={t("channels.away")}>{away.map(row)}</List>
            </>
          )}
        </div>
      </div>
      {editing && (
        <Edit
          channel={editing === "new" ? null : editing}
          onSave={props.onSave}
          onClose={() => setEditing(undefined)}
        />
      )}
    </section>
  );
}

function Edit({
  channel,
  onSave,
  onClose,
}: {
  channel: Channel | null;
  onSave: ChannelsProps["onSave"];
  onClose: () => void;
}) {
  const [name, setName] = useState(channel === null ? "" : channelName(channel));
  const [purpose, setPurpose] = useState(channel?.purpose ?? "");
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  const save = (): void => {
    if (name.trim() === "") return setFailure(t("channels.nameNeeded"));
    setBusy(true);
    void onSave({ channelId: channel?.channelId ?? null, name, purpose }).then((trouble) => {
      setBusy(false);
      if (trouble === undefined) onClose();
      else setFailure(trouble);
    });
  };
  return (
    <Dialog title={channel === null ? t("channels.new") : t("channels.change")} onClose={onClose}>
      <Form onSubmit={save}>
        <TextField
          label={t("channels.name")}
          value={name}
          maxLength={NAME}
          error={failure}
          onInput={(value) => {
            setName(value);
            setFailure(undefined);
          }}
        />
        <TextField
          label={t("channels.purpose")}
          hint={t("channels.purposeHint")}
          value={purpose}
          maxLength={PURPOSE}
          onInput={setPurpose}
        />
        <Button kind="primary" type="submit" wide busy={busy}>
          {channel === null ? t("channels.make") : t("ui.save")}
        </Button>
      </Form>
    </Dialog>
  );
}
