/** Broadcast lists and the weekly letter, in the states that a person can see them in. */
import type { ListDetails, WeekLetter, WeeklySettings } from "@baraza/engine";
import { ChoosePeople } from "../src/features/lists/choose.tsx";
import { ListPage } from "../src/features/lists/list.tsx";
import { Lists, NameList } from "../src/features/lists/lists.tsx";
import { WeeklyGroup } from "../src/features/weekly/settings.tsx";
import { Week } from "../src/features/weekly/week.tsx";
import { t } from "../src/i18n/index.ts";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const DAY = 24 * 60 * 60_000;
const href = (): string => "#";
const id = (n: number): string => String(n).padStart(64, "0");
const PEOPLE = ["Bruno Álvarez", "ليلى حداد", "Nilima", "Wanjirũ Kamau", "Kofi Mensah"];
const list: ListDetails = {
  listId: "l1",
  name: "Village delegates",
  people: PEOPLE.map((name, n) => ({
    identityId: id(n),
    name,
    address: `person${n}@mombasa.example`,
    spaceId: n === 4 ? null : id(n),
    miss: n === 4 ? ("gone" as const) : n === 3 ? ("blocked" as const) : null,
  })),
  sendings: [
    {
      sendingId: "a1",
      at: now - 60_000,
      text: "The meeting moves to Thursday, four o’clock, at the mill.",
      passes: false,
      files: 0,
      total: 12,
      sent: 9,
      waits: 3,
      missed: [],
      elsewhere: false,
      lost: false,
    },
    {
      sendingId: "a2",
      at: now - 2 * DAY,
      text: "يرجى إحضار بذور العام الماضي معكم",
      passes: false,
      files: 2,
      total: 12,
      sent: 10,
      waits: 0,
      missed: [
        { identityId: id(4), name: "Kofi Mensah", why: "gone" },
        { identityId: id(3), name: "Wanjirũ Kamau", why: "blocked" },
      ],
      elsewhere: false,
      lost: false,
    },
    {
      sendingId: "a3",
      at: now - 9 * DAY,
      text: "",
      passes: true,
      files: 0,
      total: 1,
      sent: 0,
      waits: 1,
      missed: [],
      elsewhere: true,
      lost: false,
    },
    {
      sendingId: "a4",
      at: now - 10 * DAY,
      text: "The hall is open from eight",
      passes: false,
      files: 0,
      total: 12,
      sent: 7,
      waits: 5,
      missed: [],
      elsewhere: true,
      lost: true,
    },
  ],
};
const page = (one: ListDetails) => (
  <ListPage
    list={one}
    text=""
    spaceHref={href}
    onText={nothing}
    onSend={nothing}
    onChoose={nothing}
    onRename={nothing}
    onRemove={nothing}
    onForget={nothing}
    onBack={nothing}
  />
);
const lists = (some: { listId: string; name: string; people: number }[]) => (
  <Lists lists={some} hrefOf={href} onNew={nothing} onBack={nothing} />
);

const message = {
  eventId: "m1",
  authorName: "Bruno Álvarez",
  mine: false,
  text: "Can you read the second paragraph once more before it goes to the printer?",
  at: now - DAY,
  emoji: [],
  reacted: 0,
  poll: null,
};
const letter: WeekLetter = {
  letterId: "2026-11-23",
  from: now - 7 * DAY,
  to: now,
  more: 2,
  spaces: [
    {
      spaceId: "s1",
      title: "Statement on seeds",
      kind: "group",
      here: true,
      count: 48,
      people: 9,
      who: ["Bruno Álvarez", "ليلى حداد", "Nilima"],
      mentions: [message],
      pins: [{ ...message, eventId: "m2", text: "Final text: everybody signs by Friday" }],
      polls: [
        {
          ...message,
          eventId: "m3",
          text: "Which day suits you?",
          poll: { closesAt: now + 2 * DAY, ended: false, voters: 14 },
        },
        {
          ...message,
          eventId: "m4",
          mine: true,
          text: "Who brings the loudspeaker?",
          poll: { closesAt: null, ended: false, voters: 0 },
        },
      ],
      top: [
        {
          ...message,
          eventId: "m5",
          authorName: "ليلى حداد",
          text: "وصلت البذور كلها سالمة 🌱",
          emoji: ["🎉", "❤️", "👍"],
          reacted: 23,
        },
      ],
      files: [{ fileId: "f1", name: "Statement, third draft.odt", authorName: "Nilima" }],
      fileCount: 4,
    },
    {
      spaceId: "s3",
      title: "Water committee",
      kind: "group",
      here: true,
      count: 1,
      people: 1,
      who: ["Wanjirũ Kamau"],
      mentions: [],
      pins: [],
      polls: [],
      top: [],
      files: [],
      fileCount: 0,
    },
  ],
};
const week = (one: WeekLetter | null) => (
  <Week
    letter={one}
    letters={[
      { letterId: "2026-11-23", from: now - 7 * DAY, to: now, unread: false, spaces: 2 },
      { letterId: "2026-11-16", from: now - 14 * DAY, to: now - 7 * DAY, unread: true, spaces: 5 },
    ]}
    now={now}
    settingsHref="#"
    letterHref={href}
    spaceHref={href}
    messageHref={href}
    fileHref={href}
    onBack={nothing}
  />
);
const settings: WeeklySettings = {
  on: true,
  day: 1,
  hour: 8,
  next: now + 3 * DAY,
  spaces: ["Announcements", "Statement on seeds", "لجنة المياه", "Water committee"].map(
    (title, n) => ({ spaceId: id(n), title, kind: "group", on: n < 2, suggested: n === 0 }),
  ),
};

function InSettings() {
  return (
    <section class="settings" aria-labelledby="settings-title">
      <header class="pane-head">
        <h1 class="pane-title" id="settings-title" tabIndex={-1}>
          {t("settings.title")}
        </h1>
      </header>
      <div class="pane-body">
        <div class="settings-column">
          <WeeklyGroup
            settings={settings}
            all={false}
            onAll={nothing}
            weekHref="#"
            onSpace={nothing}
            onWhen={nothing}
          />
        </div>
      </div>
    </section>
  );
}

/** Pages beside the list of conversations. */
export const listScreens = {
  lists: lists([
    { listId: "l1", name: "Village delegates", people: 12 },
    { listId: "l2", name: "الصحافة", people: 0 },
  ]),
  "lists-none": lists([]),
  "lists-one": page(list),
  "lists-empty": page({ ...list, people: [], sendings: [] }),
  week: week(letter),
  "week-none": week(null),
  "week-settings": <InSettings />,
};

/** Dialogs. */
export const listDialogs = {
  "lists-name": <NameList busy={false} onName={nothing} onClose={nothing} />,
  "lists-choose": (
    <ChoosePeople
      people={PEOPLE.map((name, n) => ({
        identityId: id(n),
        name,
        miss: n === 4 ? ("gone" as const) : null,
      }))}
      on={new Set([id(0), id(1)])}
      onChange={nothing}
      onClose={nothing}
    />
  ),
};
