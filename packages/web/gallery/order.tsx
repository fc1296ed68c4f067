/** Screens of the order in the flood, over sample data. */
import { useState } from "preact/hooks";
import { ConversationList } from "../src/features/chat/list.tsx";
import { Filters } from "../src/features/order/filters.tsx";
import { FolderDialog } from "../src/features/order/folders.tsx";
import { Selection } from "../src/features/order/selection.tsx";
import { now, people, rows } from "./samples.ts";

import type { NewsGroup } from "@baraza/engine";
import { About } from "../src/features/order/about.tsx";
import { Bookmarks } from "../src/features/order/bookmarks.tsx";
import { CatchUp } from "../src/features/order/catch-up.tsx";
import { News } from "../src/features/order/news.tsx";
import { WeeklyPart } from "../src/features/weekly/settings.tsx";
import { WeekLine } from "../src/features/weekly/week.tsx";
import "../src/features/search/search.css";

const nothing = (): void => undefined;
const acts = { selected: new Set<string>(), onSelect: nothing, onAct: nothing, onMenu: nothing };
const filters = (
  <Filters
    filter={{ by: "all" }}
    folders={[
      { folderId: "f1", name: "Work", unread: 2 },
      { folderId: "f2", name: "العائلة", unread: 0 },
    ]}
    lists={[{ listId: "l1", name: "Village delegates", href: "#" }]}
    unread={2}
    mentions={1}
    archived={3}
    onFilter={nothing}
    onFolder={nothing}
  />
);
const list = {
  rows: [...rows.filter(({ pinned }) => pinned), ...rows.filter(({ pinned }) => !pinned)],
  joins: [],
  returns: [],
  now,
  hrefOf: (id: string) => `#${id}`,
  newsHref: "#new",
  bookmarksHref: "#bookmarks",
  onNew: nothing,
  onCancelJoin: nothing,
  filters,
};

export const orderLists = {
  "order-list": <ConversationList {...list} acts={acts} />,
  "order-selected": (
    <ConversationList
      {...list}
      acts={{ ...acts, selected: new Set(["s1", "s3"]) }}
      head={
        <Selection rows={rows.slice(0, 2)} onOrder={nothing} onMore={nothing} onClear={nothing} />
      }
    />
  ),
};

/** Five hundred conversations, of which one can choose and archive. */
export function ManyConversations() {
  const [selected, setSelected] = useState<ReadonlySet<string>>(new Set());
  const [did, setDid] = useState("");
  return (
    <ConversationList
      {...list}
      rows={MANY}
      acts={{
        selected,
        onSelect: setSelected,
        onAct: (act, row) => setDid(`${act} ${row.spaceId}`),
        onMenu: (row) => setDid(`menu ${row.spaceId}`),
      }}
      filters={<output class="order-say">{`${selected.size} ${did}`}</output>}
    />
  );
}
const MANY = Array.from({ length: 500 }, (_, n) => ({
  ...rows[n % rows.length]!,
  spaceId: `c${n}`,
  title: `Conversation ${n}`,
}));

export const folderDialog = (
  <FolderDialog
    folders={[
      { folderId: "f1", name: "Work", on: true },
      { folderId: "f2", name: "العائلة", on: false },
    ]}
    onFile={nothing}
    onNew={nothing}
    onClose={nothing}
  />
);

const item = {
  ref: "m1",
  position: 1,
  authorId: "p1",
  authorName: "Bruno Álvarez",
  at: now - 600_000,
};
const groups: NewsGroup[] = [
  {
    spaceId: "s1",
    title: "Statement on seeds",
    kind: "group",
    channel: { channelId: "c1", name: "Logistics" },
    mutedUntil: 0,
    archived: false,
    unread: 14,
    firstUnread: "m1",
    markedUnread: false,
    asked: true,
    lastAt: now,
    items: [
      {
        ...item,
        kind: "mention",
        text: "@Amina Wanjikũ can you read the second paragraph once more?",
      },
      {
        ...item,
        kind: "reply",
        position: 2,
        authorName: "ليلى حداد",
        text: "شكرًا! أراكِ غدًا في الاجتماع",
      },
      { ...item, kind: "reaction", position: 3, text: "👍" },
      { ...item, kind: "file", position: 4, text: "Statement, third draft.odt" },
      { ...item, kind: "comment", position: 5, text: "The date on the first page is wrong" },
      { ...item, kind: "joined", position: 6, authorName: "Nilima", text: "" },
      { ...item, kind: "message", position: 7, text: "The pump is running again 💧" },
    ],
    more: false,
  },
  {
    spaceId: "s3",
    title: "Water committee",
    kind: "group",
    channel: null,
    mutedUntil: now + 1e9,
    archived: false,
    unread: 240,
    firstUnread: "m9",
    markedUnread: false,
    asked: false,
    lastAt: now,
    items: [],
    more: false,
  },
];
const news = {
  more: false,
  now,
  hrefOf: () => "#",
  bookmarksHref: "#bookmarks",
  onCatchUp: nothing,
  onRead: nothing,
};
export const orderPages = {
  news: <News {...news} groups={groups} first={<WeekLine href="#week" />} />,
  "news-none": <News {...news} groups={[]} />,
  bookmarks: (
    <Bookmarks
      bookmarks={[
        {
          spaceId: "s1",
          spaceTitle: "Statement on seeds",
          kind: "group",
          eventId: "m1",
          authorName: "Bruno Álvarez",
          mine: false,
          text: "Can you read the second paragraph once more?",
          at: now - 6e5,
          since: now,
          state: "here",
        },
        {
          spaceId: "s2",
          spaceTitle: "ليلى حداد",
          kind: "pair",
          eventId: "m2",
          authorName: "",
          mine: false,
          text: "",
          at: now - 6e7,
          since: now,
          state: "deleted",
        },
      ]}
      more
      now={now}
      hrefOf={() => "#"}
      onRemove={nothing}
      onMore={nothing}
    />
  ),
};
export const about = (
  <About
    row={{ ...rows[0]!, pinned: true }}
    people={people}
    files={[
      {
        fileId: "f1",
        name: "Statement, third draft.odt",
        size: 48_000,
        changedAt: now - 6e6,
        byName: "Bruno Álvarez",
        href: "#",
      },
      {
        fileId: "f2",
        name: "خريطة.pdf",
        size: 2_400_000,
        changedAt: now - 6e8,
        byName: "ليلى حداد",
        href: "#",
      },
    ]}
    fileCount={12}
    organisation="shamba.example"
    now={now}
    peopleHref="#people"
    channelsHref="#"
    emojiHref="#"
    groupsHref="#"
    filesHref="#files"
    personHref={(id) => `#${id}`}
    onOrder={nothing}
    onBack={nothing}
    more={<WeeklyPart on off={false} day={1} hour={8} settingsHref="#" onChange={nothing} />}
  />
);
export const catchUp = <CatchUp left={3} next="Water committee" onNext={nothing} onEnd={nothing} />;
