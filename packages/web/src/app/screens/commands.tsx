/** What can be done from anywhere: carried out by a key, or chosen in the palette. */
import type { BroadcastList, SearchHit } from "@baraza/engine";
import {
  AtSign,
  Archive,
  ArrowDown,
  ArrowUp,
  Bell,
  BellOff,
  Bookmark,
  CheckCheck,
  CircleDot,
  Contrast,
  FileText,
  Folder,
  HardDrive,
  Hash,
  Inbox,
  Info,
  Keyboard,
  Languages,
  LifeBuoy,
  Lock,
  Mail,
  Megaphone,
  MessageCirclePlus,
  MessagesSquare,
  Monitor,
  MonitorSmartphone,
  Moon,
  Network,
  Pencil,
  Pin,
  ScanQrCode,
  Search,
  Server,
  Settings,
  Sun,
  User,
  Users,
  ZoomIn,
  ZoomOut,
} from "lucide";
import { useEffect, useRef, useState } from "preact/hooks";
import { best } from "../../features/frame/find.ts";
import { type Choice, type ChoiceGroup, Palette } from "../../features/frame/palette.tsx";
import { Shortcuts } from "../../features/frame/shortcuts.tsx";
import { currentLanguage, languages, t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import { nextUnreadPlace } from "../catch-up.ts";
import { catching } from "../catching.ts";
import { asked, creating, visited } from "../desk.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import type { KeyCommand } from "../keys.ts";
import type { ChannelMark, ConversationRow } from "../model.ts";
import { currentRoute, go } from "../router.ts";
import { conversationOf, parseRoute, type Route } from "../routes.ts";
import { contrast, oneKey, setLanguage, setTheme, TEXT_SIZES, textSize } from "../settings.ts";
import { carryOut, orderOf } from "./order.tsx";
import { groupsOfShortcuts, keysOf } from "./shortcuts.ts";

/** Milliseconds after a key before the device's own search is asked: a word is typed faster than that. */
const TYPING = 120;
/** Conversations that stand there before anything is typed. */
const RECENT = 7;
const FOUND = 8;

const NO_ROWS: readonly ConversationRow[] = [];

/** Carries out what was asked for; shows the palette and the list of shortcuts. */
export function Commands({ engine }: { engine: EnginePort }) {
  const rows = useLive(engine.conversations, "conversations");
  const [open, setOpen] = useState<"palette" | "shortcuts">();
  const wish = asked.value;
  const done = useRef<typeof wish>(undefined);
  useEffect(() => {
    if (!wish || !rows || done.current === wish) return;
    done.current = wish;
    asked.value = undefined;
    if (wish.command === "palette" || wish.command === "shortcuts") setOpen(wish.command);
    else run(engine, wish.command, rows);
  }, [engine, wish, rows]);
  const close = (): void => setOpen(undefined);
  if (open === "palette")
    return (
      <EverythingByName
        engine={engine}
        rows={rows ?? NO_ROWS}
        onClose={close}
        onShortcuts={() => setOpen("shortcuts")}
      />
    );
  if (open === "shortcuts")
    return (
      <Shortcuts
        groups={groupsOfShortcuts()}
        oneKey={oneKey.value}
        onOneKey={oneKey.set}
        onClose={close}
      />
    );
  return null;
}

function EverythingByName(props: {
  engine: EnginePort;
  rows: readonly ConversationRow[];
  onClose: () => void;
  onShortcuts: () => void;
}) {
  const { engine, rows } = props;
  const [hits, setHits] = useState<{ typed: string; hits: readonly SearchHit[] }>();
  const lists = useLive(engine.watch("lists.all", {}), "lists.all") ?? [];
  const turn = useRef(0);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const onType = (typed: string): void => {
    clearTimeout(timer.current);
    const own = ++turn.current;
    if (typed.trim() === "") return setHits(undefined);
    timer.current = setTimeout(() => {
      void engine
        .call("search.find", { text: typed, filters: { kinds: ["person", "file"] }, limit: FOUND })
        .then((result) => {
          if (own === turn.current && result.ok) setHits({ typed, hits: result.value.hits });
        });
    }, TYPING);
  };
  const [commands] = useState(() => choicesOf(props.engine, rows, props.onShortcuts));
  const groupsFor = (typed: string): readonly ChoiceGroup[] => {
    const said = typed.trim();
    const places = best(recentFirst(rows), (row) => row.title, said, RECENT).map(
      conversationChoice,
    );
    const inside =
      said === ""
        ? []
        : best(rows.flatMap(channelsOf), ({ channel }) => channel.name, said, RECENT).map(
            channelChoice,
          );
    return [
      {
        title: said === "" ? t("frame.recent") : t("shell.conversations"),
        choices: [
          ...places,
          ...inside,
          ...(said === "" ? [] : best(lists, ({ name }) => name, said, RECENT).map(listChoice)),
        ],
      },
      {
        title: t("frame.here"),
        choices: best(commands.here, (one) => one.title, said, FOUND),
      },
      {
        title: t("frame.do"),
        choices: best(commands.all, (one) => one.title, said, said === "" ? 40 : FOUND),
      },
      {
        title: t("frame.peopleAndFiles"),
        choices: hits === undefined || said === "" ? [] : hits.hits.map(hitChoice),
      },
    ];
  };
  return <Palette groupsFor={groupsFor} onType={onType} onClose={props.onClose} />;
}

/** What was opened last stands first, where one is already last of these. */
function recentFirst(rows: readonly ConversationRow[]): readonly ConversationRow[] {
  const route = currentRoute();
  const here = "spaceId" in route ? route.spaceId : undefined;
  const placeOf = ({ spaceId }: ConversationRow): number => {
    const at = visited.indexOf(spaceId);
    return spaceId === here ? visited.length : at < 0 ? visited.length + 1 : at;
  };
  return rows.toSorted((a, b) => placeOf(a) - placeOf(b));
}

function conversationChoice({ spaceId, title, kind, unread }: ConversationRow): Choice {
  return {
    id: `space-${spaceId}`,
    title,
    ...(unread > 0 ? { detail: t("list.unread", { count: unread }) } : {}),
    icon: kind === "pair" ? User : MessagesSquare,
    onChoose: () => go({ at: "space", spaceId }),
  };
}

/** The channels of a conversation that have a name. */
function channelsOf(row: ConversationRow): { row: ConversationRow; channel: ChannelMark }[] {
  return row.channels.filter(({ name }) => name !== "").map((channel) => ({ row, channel }));
}

function channelChoice({
  row: { spaceId, title },
  channel: { channelId, name },
}: {
  row: ConversationRow;
  channel: ChannelMark;
}): Choice {
  return {
    id: `channel-${spaceId}-${channelId}`,
    title: name,
    detail: title,
    icon: Hash,
    onChoose: () => go(conversationOf({ spaceId, channel: channelId })),
  };
}

function listChoice({ listId, name }: BroadcastList): Choice {
  return {
    id: `list-${listId}`,
    title: name,
    detail: t("newSpace.list"),
    icon: Megaphone,
    onChoose: () => go({ at: "list", listId }),
  };
}

function hitChoice({ kind, ref, title, spaceId, spaceTitle, own, has }: SearchHit): Choice {
  const space = own ? null : spaceId;
  const isFile = has.includes("file");
  return {
    id: `${kind}-${ref}`,
    title,
    ...(kind === "file" && spaceTitle !== "" ? { detail: spaceTitle } : {}),
    icon: kind === "person" ? User : isFile ? FileText : Folder,
    onChoose: () =>
      go(
        kind === "person"
          ? { at: "person", identityId: ref }
          : isFile
            ? { at: "file", spaceId: space, fileId: ref }
            : { at: "files", spaceId: space, folderId: ref },
      ),
  };
}

/** Everything to do: about the conversation that one is in, and from anywhere. */
function choicesOf(
  engine: EnginePort,
  rows: readonly ConversationRow[],
  onShortcuts: () => void,
): { here: Choice[]; all: Choice[] } {
  const by = (command: KeyCommand, title: string, icon: Choice["icon"]): Choice => ({
    id: command,
    title,
    icon,
    keys: keysOf(command),
    onChoose: () => run(engine, command, rows),
  });
  const to = (id: string, title: string, icon: Choice["icon"], route: Route): Choice => ({
    id,
    title,
    icon,
    onChoose: () => go(route),
  });
  const act = (id: string, title: string, icon: Choice["icon"], onChoose: () => void): Choice => ({
    id,
    title,
    icon,
    onChoose,
  });
  const row = rowHere(rows);
  const lock = engine.lock.view.peek().state === "open";
  const sizes = sizesAround();
  return {
    here: row
      ? [
          by("write", t("frame.write"), Pencil),
          by("people", t("people.title"), Users),
          by("about", t("order.about"), Info),
          to("files-here", t("frame.filesHere"), Folder, {
            at: "files",
            spaceId: row.spaceId,
            folderId: null,
          }),
          ...(row.kind === "group"
            ? [
                to("channels-here", t("order.channels"), Hash, {
                  at: "channels",
                  spaceId: row.spaceId,
                }),
                to("groups-here", t("order.groups"), Network, {
                  at: "groups",
                  spaceId: row.spaceId,
                }),
              ]
            : []),
          by(
            "mute",
            row.mutedUntil > Date.now() ? t("order.unmute") : t("order.mute"),
            row.mutedUntil > Date.now() ? Bell : BellOff,
          ),
          by("archive", row.archived ? t("order.unarchive") : t("order.archive"), Archive),
          by("pin", row.pinned ? t("order.unpin") : t("order.pin"), Pin),
          by("unread", t("order.markUnread"), CircleDot),
        ]
      : [],
    all: [
      by("new", t("newSpace.title"), MessageCirclePlus),
      by("readAll", t("order.readAll"), CheckCheck),
      by("nextUnread", t("frame.nextUnread"), ArrowDown),
      by("previousUnread", t("frame.previousUnread"), ArrowUp),
      by("home", t("shell.conversations"), MessagesSquare),
      by("news", t("list.news"), Inbox),
      by("bookmarks", t("list.bookmarks"), Bookmark),
      by("files", t("shell.files"), Folder),
      by("search", t("shell.search"), Search),
      by("settings", t("shell.settings"), Settings),
      to("devices", t("settings.devices"), MonitorSmartphone, { at: "devices" }),
      to("safety", t("settings.safety"), LifeBuoy, { at: "safety", part: "overview" }),
      to("data", t("settings.data"), HardDrive, { at: "data" }),
      to("meet", t("check.meet"), ScanQrCode, { at: "meet" }),
      to("write", t("newSpace.address"), AtSign, { at: "write" }),
      to("lists", t("frame.lists"), Megaphone, { at: "lists" }),
      to("week", t("frame.week"), Mail, { at: "week", letterId: null }),
      to("node", t("node.title"), Server, { at: "node", part: "overview" }),
      act("light", `${t("settings.theme")}: ${t("settings.themeLight")}`, Sun, () =>
        setTheme("light"),
      ),
      act("dark", `${t("settings.theme")}: ${t("settings.themeDark")}`, Moon, () =>
        setTheme("dark"),
      ),
      act("system", `${t("settings.theme")}: ${t("settings.themeSystem")}`, Monitor, () =>
        setTheme("system"),
      ),
      act("contrast", t("frame.contrast"), Contrast, () => {
        contrast.value = !contrast.peek();
      }),
      ...(sizes.larger === undefined
        ? []
        : [act("larger", t("frame.larger"), ZoomIn, () => setSize(sizes.larger))]),
      ...(sizes.smaller === undefined
        ? []
        : [act("smaller", t("frame.smaller"), ZoomOut, () => setSize(sizes.smaller))]),
      ...languages
        .filter(({ code }) => code !== currentLanguage())
        .map(({ code, name }) =>
          act(`language-${code}`, `${t("settings.language")}: ${name}`, Languages, () => {
            void setLanguage(code).then((did) => {
              if (!did) toast({ text: failureText("offline") });
            });
          }),
        ),
      ...(lock
        ? [
            {
              ...act("lock", t("frame.lockNow"), Lock, engine.lock.now),
              keys: ["mod+shift+l"],
            },
          ]
        : []),
      { ...act("shortcuts", t("frame.shortcuts"), Keyboard, onShortcuts), keys: ["?", "mod+/"] },
    ],
  };
}

function sizesAround(): { larger?: number; smaller?: number } {
  const at = TEXT_SIZES.findIndex((one) => one === textSize.peek());
  const [larger, smaller] = [TEXT_SIZES[at + 1], TEXT_SIZES[at - 1]];
  return { ...(larger ? { larger } : {}), ...(smaller ? { smaller } : {}) };
}

function setSize(size: number | undefined): void {
  if (size !== undefined) textSize.value = size;
}

function rowHere(rows: readonly ConversationRow[]): ConversationRow | undefined {
  const route = currentRoute();
  if (!("spaceId" in route)) return undefined;
  return rows.find(({ spaceId }) => spaceId === route.spaceId);
}

const PLACES: Partial<Record<KeyCommand, Route>> = {
  home: { at: "home" },
  news: { at: "new" },
  bookmarks: { at: "bookmarks" },
  files: { at: "files", spaceId: null, folderId: null },
  search: { at: "search" },
  settings: { at: "settings" },
};

function run(engine: EnginePort, command: KeyCommand, rows: readonly ConversationRow[]): void {
  const row = rowHere(rows);
  const place = PLACES[command];
  if (place) return go(place);
  switch (command) {
    case "new":
      if (parseRoute(location.pathname).at !== "home" && !row) go({ at: "home" });
      creating.value = true;
      return;
    case "readAll":
      return readAll(engine, rows);
    case "next":
    case "previous":
      return step(rows, command === "next" ? 1 : -1);
    case "nextUnread":
    case "previousUnread": {
      const route = currentRoute();
      const channel = "channel" in route ? (route.channel ?? "") : "";
      const here = row && { spaceId: row.spaceId, channel };
      const next = nextUnreadPlace(rows, here, Date.now(), command === "nextUnread" ? 1 : -1);
      catching.value = true;
      if (next) go(next);
      return;
    }
    case "down":
    case "up":
      return moveInList(command);
    case "write":
      document.querySelector<HTMLElement>(".conversation .composer-field")?.focus();
      return;
    default:
  }
  if (!row) return;
  const { spaceId } = row;
  if (command === "people" || command === "about") return go({ at: command, spaceId });
  const act = command === "unread" ? "read" : command;
  if (act !== "archive" && act !== "mute" && act !== "pin" && act !== "read") return;
  // What is on the screen counts as read: so one goes where it is not. What is put away is not looked at any longer.
  const order = act === "read" ? ({ do: "unread" } as const) : orderOf(act, row, Date.now());
  if (order.do === "unread" || order.do === "archive") go({ at: "home" });
  void carryOut(engine, order, [row]);
}

function readAll(engine: EnginePort, rows: readonly ConversationRow[]): void {
  const unread = rows.filter((row) => row.unread > 0 || row.marked);
  if (unread.length === 0) toast({ text: t("order.newsNone") });
  else void carryOut(engine, { do: "read" }, unread);
}

/** To the conversation below or above in the list, as it stands there. */
function step(rows: readonly ConversationRow[], by: 1 | -1): void {
  const listed = rows.filter(({ archived }) => !archived);
  const order = [
    ...listed.filter(({ pinned }) => pinned),
    ...listed.filter(({ pinned }) => !pinned),
  ];
  const here = rowHere(rows);
  const at = here ? order.indexOf(here) : by === 1 ? -1 : order.length;
  const next = order[at + by];
  if (next) go({ at: "space", spaceId: next.spaceId });
}

/** The list's own arrow keys do it; from elsewhere the focus comes into the list first. */
function moveInList(way: "down" | "up"): void {
  const list = document.querySelector(".conversation-rows");
  if (!list?.checkVisibility()) return;
  const key = way === "down" ? "ArrowDown" : "ArrowUp";
  const { activeElement } = document;
  if (activeElement && list.contains(activeElement))
    activeElement.dispatchEvent(
      new KeyboardEvent("keydown", { key, bubbles: true, cancelable: true }),
    );
  else
    (
      list.querySelector<HTMLElement>(".row-main[aria-current]") ??
      list.querySelector<HTMLElement>(".row-main")
    )?.focus();
}
