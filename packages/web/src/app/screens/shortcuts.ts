/** Every shortcut by what it is for, those of single screens too. */
import type { ShortcutGroup } from "../../features/frame/shortcuts.tsx";
import { t } from "../../i18n/index.ts";
import { KEYS, type KeyCommand } from "../keys.ts";

/** The keys of a command, as in app/keys.ts. */
export function keysOf(command: KeyCommand): string[] {
  return Object.entries(KEYS).flatMap(([key, one]) => (one === command ? [key] : []));
}

/** What the page of shortcuts shows, in the reader's language. */
export function groupsOfShortcuts(): ShortcutGroup[] {
  const row = (label: string, keys: readonly string[]): ShortcutGroup["rows"][number] => ({
    label,
    keys,
  });
  return [
    {
      title: t("frame.anywhere"),
      rows: [
        row(t("frame.palette"), keysOf("palette")),
        row(t("shell.search"), keysOf("search")),
        row(t("newSpace.title"), keysOf("new")),
        row(t("order.readAll"), keysOf("readAll")),
        row(t("frame.lockNow"), ["mod+shift+l"]),
        row(t("frame.shortcuts"), keysOf("shortcuts")),
      ],
    },
    {
      title: t("frame.goTo"),
      rows: [
        row(t("shell.conversations"), keysOf("home")),
        row(t("list.news"), keysOf("news")),
        row(t("list.bookmarks"), keysOf("bookmarks")),
        row(t("shell.files"), keysOf("files")),
        row(t("shell.settings"), keysOf("settings")),
        row(t("frame.next"), keysOf("next")),
        row(t("frame.previous"), keysOf("previous")),
        row(t("frame.nextUnread"), keysOf("nextUnread")),
        row(t("frame.previousUnread"), keysOf("previousUnread")),
      ],
    },
    {
      title: t("frame.inList"),
      rows: [
        row(t("frame.down"), [...keysOf("down"), "arrowdown"]),
        row(t("frame.up"), [...keysOf("up"), "arrowup"]),
        row(t("frame.choose"), ["x", "space"]),
        row(t("order.archive"), ["e"]),
        row(t("order.mute"), ["m"]),
        row(t("order.pin"), ["p"]),
        row(t("frame.readOrNot"), ["u"]),
      ],
    },
    {
      title: t("frame.here"),
      rows: [
        row(t("frame.write"), keysOf("write")),
        row(t("order.archive"), keysOf("archive")),
        row(t("order.mute"), keysOf("mute")),
        row(t("order.pin"), keysOf("pin")),
        row(t("order.markUnread"), keysOf("unread")),
        row(t("people.title"), keysOf("people")),
        row(t("order.about"), keysOf("about")),
      ],
    },
    {
      title: t("frame.writing"),
      rows: [
        row(t("ui.send"), ["enter"]),
        row(t("frame.newLine"), ["shift+enter"]),
        row(t("frame.editLast"), ["arrowup"]),
        row(t("frame.leave"), ["escape"]),
        row(t("frame.bold"), ["mod+b"]),
        row(t("frame.italic"), ["mod+i"]),
        row(t("frame.strike"), ["mod+shift+x"]),
        row(t("frame.code"), ["mod+e"]),
      ],
    },
  ];
}
