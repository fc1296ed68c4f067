import type { BroadcastList, MarkFolder } from "@baraza/engine";
import { signal } from "@preact/signals";
import { useEffect, useMemo, useState } from "preact/hooks";
import { ConversationList } from "../../features/chat/list.tsx";
import type { Filter } from "../../features/order/filters.tsx";
import type { Order } from "../../features/order/row-menu.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import type { EnginePort } from "../engine.ts";
import { useLive } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import type { ConversationRow, PendingJoin, PendingReturn } from "../model.ts";
import { go } from "../router.ts";
import { hrefOf } from "../routes.ts";

const order = () =>
  Promise.all([import("./order.tsx"), loadWords("order")]).then(([screens]) => screens);
const Filters = lazy(() => order().then((all) => all.Filters), { aside: true });
const RowMenu = lazy(() => order().then((all) => all.RowMenu), { aside: true });
const MuteMenu = lazy(() => order().then((all) => all.MuteMenu), { aside: true });
const Selection = lazy(() => order().then((all) => all.Selection), { aside: true });
const Folders = lazy(() => order().then((all) => all.Folders), { aside: true });
const FolderName = lazy(() => order().then((all) => all.FolderName), { aside: true });
const NoneLeft = lazy(() => order().then((all) => all.NoneLeft), { aside: true });

const RowChannels = lazy(
  () =>
    Promise.all([import("../../features/channels/row-channels.tsx"), loadWords("channels")]).then(
      ([screens]) => screens.RowChannels,
    ),
  { aside: true },
);

/** Stays while one is in a conversation and comes back. */
const shownNow = signal<Filter>({ by: "all" });
/** With fewer conversations a bar of filters is in the way. */
const FEW = 6;
const NO_FOLDERS: readonly MarkFolder[] = [];
const NO_LISTS: readonly BroadcastList[] = [];
const NO_ONE: ReadonlySet<string> = new Set();

/** The list of conversations in its order, with what one can do about it. */
export function Conversations({
  engine,
  rows,
  joins,
  returns,
  currentId,
  channelId,
  now,
  onNew,
}: {
  engine: EnginePort;
  rows: readonly ConversationRow[] | undefined;
  joins: readonly PendingJoin[];
  returns: readonly PendingReturn[];
  currentId: string | undefined;
  /** The channel that is open there; empty: the first. */
  channelId: string | undefined;
  now: number;
  onNew: () => void;
}) {
  const filter = shownNow.value;
  const folders = useLive(engine.watch("marks.folders", {}), "marks.folders") ?? NO_FOLDERS;
  const lists = useLive(engine.watch("lists.all", {}), "lists.all") ?? NO_LISTS;
  const waiting = useLive(engine.watch("requests.count", {}), "requests.count") ?? 0;
  const [selected, setSelected] = useState<ReadonlySet<string>>(NO_ONE);
  const [menu, setMenu] = useState<{
    rows: readonly ConversationRow[];
    anchor: HTMLElement;
    mute?: boolean;
    several?: boolean;
  }>();
  const [filing, setFiling] = useState<readonly string[]>();
  const [naming, setNaming] = useState<string>();
  const shown = useMemo(() => rows && inOrder(rows, filter, folders), [rows, filter, folders]);
  const chosen = useMemo(
    () => (rows ?? []).filter(({ spaceId }) => selected.has(spaceId)),
    [rows, selected],
  );
  // A folder that was taken away, on another device say, shows nothing any more.
  const lost =
    filter.by === "folder" &&
    folders.length > 0 &&
    !folders.some(({ folderId }) => folderId === filter.folderId);
  useEffect(() => {
    if (lost) shownNow.value = { by: "all" };
  }, [lost]);

  const carry = (wish: Order, on: readonly ConversationRow[], anchor?: HTMLElement): void => {
    if (wish.do === "askMute") {
      if (anchor) setMenu({ rows: on, anchor, mute: true });
      return;
    }
    if (wish.do === "folder") return setFiling(on.map(({ spaceId }) => spaceId));
    if (wish.do === "select") return setSelected(new Set(on.map(({ spaceId }) => spaceId)));
    setSelected(NO_ONE);
    // What is on the screen counts as read: so one goes where it is not.
    if (wish.do === "unread" && on.some(({ spaceId }) => spaceId === currentId)) go({ at: "home" });
    void order().then(({ carryOut }) => carryOut(engine, wish, on));
  };
  const live = (rows ?? []).filter(({ archived }) => !archived);
  const archived = (rows?.length ?? 0) - live.length;
  const plain =
    filter.by === "all" && folders.length + lists.length + archived === 0 && live.length < FEW;
  const unreadIn = (some: readonly ConversationRow[]): number =>
    some.filter((row) => row.unread > 0 || row.marked).length;
  return (
    <>
      <ConversationList
        rows={shown}
        joins={filter.by === "all" ? joins : []}
        returns={filter.by === "all" ? returns : []}
        currentId={currentId}
        channelsOf={(row, current) => (
          <RowChannels row={row} now={now} {...(current ? { current: channelId ?? null } : {})} />
        )}
        now={now}
        hrefOf={(spaceId) => hrefOf({ at: "space", spaceId })}
        newsHref={hrefOf({ at: "new" })}
        bookmarksHref={hrefOf({ at: "bookmarks" })}
        onNew={onNew}
        onCancelJoin={(joinId) => void engine.cancelJoin(joinId)}
        requests={
          filter.by === "all" && waiting > 0
            ? { count: waiting, href: hrefOf({ at: "requests" }) }
            : undefined
        }
        acts={{
          selected,
          onSelect: setSelected,
          onAct: (act, row) =>
            void order().then(({ orderOf }) => carry(orderOf(act, row, Date.now()), [row])),
          onMenu: (row, anchor) =>
            setMenu(
              selected.size > 1 && selected.has(row.spaceId)
                ? { rows: chosen, anchor, several: true }
                : { rows: [row], anchor },
            ),
        }}
        head={
          selected.size > 0 && (
            <Selection
              rows={chosen}
              onOrder={(wish) => carry(wish, chosen)}
              onMore={(anchor) => setMenu({ rows: chosen, anchor, several: true })}
              onClear={() => setSelected(NO_ONE)}
            />
          )
        }
        filters={
          !plain &&
          rows !== undefined && (
            <Filters
              filter={filter}
              folders={folders.map(({ folderId, name, spaceIds }) => ({
                folderId,
                name,
                unread: unreadIn(live.filter(({ spaceId }) => spaceIds.includes(spaceId))),
              }))}
              lists={lists.map(({ listId, name }) => ({
                listId,
                name,
                href: hrefOf({ at: "list", listId }),
              }))}
              unread={unreadIn(live)}
              mentions={live.filter((row) => row.mentioned).length}
              archived={archived}
              onFilter={(next) => {
                setSelected(NO_ONE);
                shownNow.value = next;
              }}
              onFolder={setNaming}
            />
          )
        }
        none={filter.by !== "all" && <NoneLeft by={filter.by} />}
      />
      {menu &&
        (menu.mute ? (
          <MuteMenu
            key="mute"
            now={now}
            anchor={menu.anchor}
            onOrder={(wish) => carry(wish, menu.rows)}
            onClose={() => setMenu(undefined)}
          />
        ) : (
          <RowMenu
            key={menu.rows[0]?.spaceId ?? ""}
            label={menu.rows.length === 1 ? (menu.rows[0]?.title ?? "") : t("list.title")}
            rows={menu.rows}
            now={now}
            anchor={menu.anchor}
            several={menu.several === true}
            onOrder={(wish) => carry(wish, menu.rows, menu.anchor)}
            onClose={() => setMenu(undefined)}
          />
        ))}
      {filing && <Folders engine={engine} spaceIds={filing} onClose={() => setFiling(undefined)} />}
      {naming !== undefined && (
        <FolderName
          engine={engine}
          folderId={naming}
          onClose={() => setNaming(undefined)}
          onGone={() => {
            setNaming(undefined);
            shownNow.value = { by: "all" };
          }}
        />
      )}
    </>
  );
}

/** What a filter shows, what is pinned first; within, as they come. */
function inOrder(
  rows: readonly ConversationRow[],
  filter: Filter,
  folders: readonly { folderId: string; spaceIds: readonly string[] }[],
): readonly ConversationRow[] {
  const within =
    filter.by === "folder"
      ? new Set(folders.find(({ folderId }) => folderId === filter.folderId)?.spaceIds)
      : NO_ONE;
  const fits = (row: ConversationRow): boolean => {
    if (filter.by === "archived") return row.archived;
    // What was put into a folder is found there, archived or not.
    if (filter.by === "folder") return within.has(row.spaceId);
    if (row.archived) return false;
    if (filter.by === "unread") return row.unread > 0 || row.marked;
    return filter.by === "mentions" ? row.mentioned : true;
  };
  const some = rows.filter(fits);
  return [...some.filter(({ pinned }) => pinned), ...some.filter(({ pinned }) => !pinned)];
}
