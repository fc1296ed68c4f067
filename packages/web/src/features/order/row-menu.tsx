import {
  Archive,
  ArchiveRestore,
  Bell,
  BellOff,
  CircleDot,
  FolderInput,
  ListChecks,
  MailOpen,
  Pin,
  PinOff,
} from "lucide";
import type { ConversationRow } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Menu, type MenuItem } from "../../ui/menu.tsx";

/** What can be done with one conversation or with several. */
export type Order =
  | { do: "read" | "unread" | "archive" | "unarchive" | "pin" | "unpin" | "unmute" }
  | { do: "mute"; until: number }
  /** To be asked: how long, in which folder; and choosing of several begins. */
  | { do: "askMute" | "folder" | "select" };

const HOUR = 60 * 60_000;
/** The last moment that a Date can hold: until one says otherwise. */
export const FOREVER = 8_640_000_000_000_000;

/** Eight o'clock of the next morning, by the clock of this device. */
function nextMorning(now: number): number {
  const at = new Date(now);
  at.setHours(8, 0, 0, 0);
  if (at.getTime() <= now) at.setDate(at.getDate() + 1);
  return at.getTime();
}

export interface RowMenuProps {
  label: string;
  rows: readonly ConversationRow[];
  now: number;
  anchor: HTMLElement;
  onOrder: (order: Order) => void;
  onClose: () => void;
  /** Several are chosen already. */
  several?: boolean;
}

/** What one can do with a conversation, or with several. */
export function RowMenu(props: RowMenuProps) {
  const { rows, now, anchor, onOrder, onClose } = props;
  const unread = rows.some((row) => row.unread > 0 || row.marked);
  const muted = rows.every((row) => row.mutedUntil > now);
  const archived = rows.every((row) => row.archived);
  const pinned = rows.every((row) => row.pinned);
  const items: MenuItem[] = [
    unread
      ? { label: t("order.read"), icon: MailOpen, onSelect: () => onOrder({ do: "read" }) }
      : {
          label: t("order.markUnread"),
          icon: CircleDot,
          onSelect: () => onOrder({ do: "unread" }),
        },
    pinned
      ? { label: t("order.unpin"), icon: PinOff, onSelect: () => onOrder({ do: "unpin" }) }
      : { label: t("order.pin"), icon: Pin, onSelect: () => onOrder({ do: "pin" }) },
    muted
      ? { label: t("order.unmute"), icon: Bell, onSelect: () => onOrder({ do: "unmute" }) }
      : { label: t("order.mute"), icon: BellOff, onSelect: () => onOrder({ do: "askMute" }) },
    archived
      ? {
          label: t("order.unarchive"),
          icon: ArchiveRestore,
          onSelect: () => onOrder({ do: "unarchive" }),
        }
      : { label: t("order.archive"), icon: Archive, onSelect: () => onOrder({ do: "archive" }) },
    { label: t("order.folder"), icon: FolderInput, onSelect: () => onOrder({ do: "folder" }) },
  ];
  if (!props.several)
    items.push({
      label: t("order.choose"),
      icon: ListChecks,
      onSelect: () => onOrder({ do: "select" }),
    });
  return <Menu label={props.label} items={items} anchor={anchor} onClose={onClose} />;
}

/** How long. */
export function MuteMenu({
  now,
  anchor,
  onOrder,
  onClose,
}: Pick<RowMenuProps, "now" | "anchor" | "onOrder" | "onClose">) {
  const times: [string, number][] = [
    [t("order.muteHour"), now + HOUR],
    [t("order.muteHours"), now + 8 * HOUR],
    [t("order.muteMorning"), nextMorning(now)],
    [t("order.muteWeek"), now + 7 * 24 * HOUR],
    [t("order.muteAlways"), FOREVER],
  ];
  return (
    <Menu
      label={t("order.mute")}
      anchor={anchor}
      onClose={onClose}
      items={times.map(([label, until]) => ({
        label,
        icon: BellOff,
        onSelect: () => onOrder({ do: "mute", until }),
      }))}
    />
  );
}
