/** Bringing conversations in from other services, and reading what was brought. */
import type { Brought, BroughtMessage } from "@baraza/engine";
import { cloneElement } from "preact";
import { Bring, type BringStep, type Offered } from "../src/features/brought/bring.tsx";
import { BroughtPart } from "../src/features/brought/part.tsx";
import { Reading } from "../src/features/brought/reading.tsx";
import type { LeftOut } from "../src/import/chats/model.ts";
import { about } from "./order.tsx";
import { now } from "./samples.ts";

const nothing = (): void => undefined;
const day = 86_400_000;

const offered = (title: string, more: Partial<Offered["summary"]>, chosen = true): Offered => ({
  chosen,
  known: null,
  summary: {
    service: "whatsapp",
    title,
    messages: 4213,
    people: [
      { name: "Mwanaidi", messages: 2100 },
      { name: "+254 712 345678", messages: 2113 },
    ],
    peopleCount: 24,
    from: now - 900 * day,
    to: now - 3 * day,
    files: 0,
    bytes: 0,
    sample: [],
    ...more,
  },
});
const chats: Offered[] = [
  offered("Seed savers of the coast and the islands", { files: 310, bytes: 84_000_000 }),
  {
    ...offered("لجنة المياه", { service: "telegram", messages: 1, peopleCount: 2 }),
    known: { spaceId: "s3", chat: "c", spaceTitle: "Water committee" },
  },
  offered("general", { service: "slack", messages: 120_400, peopleCount: 88 }, false),
];
const left: LeftOut[] = [
  { path: "Media/VID-20240312-WA0004.mp4", why: "lacks" },
  { path: "https://files.slack.example/pump.jpg", why: "link" },
  { path: "backup.db.crypt15", why: "sealed" },
  { path: "broken.zip", why: "damaged" },
];
const people = [
  { identityId: "id-amina", name: "Amina Wanjikũ" },
  { identityId: "id-bruno", name: "Bruno Álvarez" },
];

const bring = (step: BringStep, to = "") => (
  <Bring
    step={step}
    spaces={[
      { spaceId: "s1", title: "Statement on seeds" },
      { spaceId: "s3", title: "Water committee" },
    ]}
    to={to}
    people={to === "" ? [] : people}
    hints={new Map([["Mwanaidi", "id-amina"]])}
    shownHref="#shown"
    onFiles={nothing}
    onChosen={nothing}
    onTo={nothing}
    onHint={nothing}
    onStart={nothing}
    onStop={nothing}
    onSaveList={nothing}
    onBack={nothing}
  />
);
const report = { added: 4213, there: 12, files: 306, filesThere: 0, left, at: null };

const brought: Brought = {
  chat: "c",
  service: "whatsapp",
  title: "Seed savers of the coast and the islands",
  author: "id-bruno",
  authorName: "Bruno Álvarez",
  mine: false,
  mayDelete: true,
  broughtAt: now - day,
  messages: 5,
  people: 24,
  from: now - 900 * day,
  to: now - 3 * day,
};
const said = (
  id: string,
  name: string | null,
  text: string,
  more: Partial<BroughtMessage> = {},
): BroughtMessage => ({
  id,
  at: now - 3 * day + Number(id) * 60_000,
  name,
  hint: null,
  text,
  answers: null,
  edited: null,
  files: [],
  lacks: [],
  reactions: [],
  ...more,
});
const messages = [
  said("0", null, "Mwanaidi created the group “Seed savers of the coast and the islands”"),
  said("1", "Mwanaidi", "Who has kept the *red millet* of Lamu?", { hint: "Amina Wanjikũ" }),
  said("2", "+254 712 345678", "", {
    lacks: ["IMG-20240311-WA0001.jpg", "minutes of the assembly of the fifth of March.pdf"],
    reactions: [{ emoji: "🙏", names: ["Mwanaidi", "Juma"] }],
  }),
  said("3", "سميرة", "عندي كيلوان منها، أحضرهما يوم الخميس", {
    answers: { id: "1", name: "Mwanaidi", text: "Who has kept the *red millet* of Lamu?" },
    edited: now,
  }),
  said(
    "4",
    "Mwanaidi",
    "Asante sana! Two kilograms are enough for the whole village to begin with.",
  ),
];
const reading = (
  <Reading
    brought={brought}
    total={messages.length}
    at={(index) => messages[index]}
    pages={1}
    place={null}
    now={now}
    onRange={nothing}
    onDay={nothing}
    onJump={nothing}
    onDelete={nothing}
    onBack={nothing}
    media={() => null}
  />
);

/** Among the settings, where one begins. */
export const bringScreens = {
  bring: bring({ at: "choose" }),
  "bring-looking": bring({ at: "looking" }),
  "bring-found": bring({ at: "found", chats, left: left.slice(0, 3) }),
  "bring-into": bring({ at: "found", chats: chats.slice(0, 1), left: [] }, "s1"),
  "bring-nothing": bring({ at: "found", chats: [], left }),
  "bring-running": bring({
    at: "running",
    messages: 124_614,
    files: 310,
    progress: { messages: 48_000, files: 12 },
  }),
  "bring-done": bring({
    at: "done",
    report: { ...report, stopped: "no" },
    reason: undefined,
  }),
  "bring-failed": bring({
    at: "done",
    report: { ...report, stopped: "failed" },
    reason: "There is no room left for this conversation at its node.",
  }),
};
/** In a conversation. */
export const broughtScreens = {
  brought: reading,
  "brought-about": cloneElement(about, {
    more: (
      <BroughtPart
        brought={[brought, { ...brought, chat: "d", title: "لجنة المياه", messages: 1 }]}
        hrefOf={() => "#"}
        bringHref="#bring"
      />
    ),
  }),
};
