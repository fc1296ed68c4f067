/** What the gallery's screens show. Four languages in one network, as in life. */
import type {
  Conversation,
  ConversationRow,
  MessageRow,
  PendingJoin,
  PendingReturn,
  PersonRow,
} from "../src/app/model.ts";

/** Every sample stands around this moment: a Tuesday afternoon. */
export const now = new Date(2025, 2, 4, 15, 20).getTime();
const minute = 60_000;
const hour = 60 * minute;
const day = 24 * hour;

export const people: PersonRow[] = [
  {
    identityId: "id-amina",
    name: "Amina Wanjikũ",
    address: "amina@mombasa.example",
    role: "steward",
    check: "met",
    you: true,
  },
  {
    identityId: "id-bruno",
    name: "Bruno Álvarez",
    address: "bruno@cooperativa.example",
    role: "member",
    check: "invited",
    you: false,
  },
  {
    identityId: "id-layla",
    name: "ليلى حداد",
    address: "layla@amman.example",
    role: "steward",
    check: "met",
    you: false,
  },
  {
    identityId: "id-nilima",
    name: "নীলিমা রায়",
    address: "nilima@dhaka.example",
    role: "member",
    check: "known",
    you: false,
  },
  {
    identityId: "id-claire",
    name: "Claire Dubois-Ndiaye",
    address: "claire@reseau.example",
    role: "member",
    check: "invited",
    you: false,
  },
  {
    identityId: "id-chen",
    name: "陈伟",
    address: "chen@shuili.example",
    role: "member",
    check: "unchecked",
    you: false,
  },
];

export const joins: PendingJoin[] = [
  { joinId: "j1", inviterName: "Claire Dubois-Ndiaye", title: "Comité santé", state: "asking" },
  { joinId: "j2", inviterName: "Bruno Álvarez", title: "", state: "refused" },
];

export const returns: PendingReturn[] = [
  { spaceId: "r1", title: "Water committee", state: "asking" },
  { spaceId: "r2", title: "Comité santé", state: "stale" },
  { spaceId: "r3", title: "Semillas", state: "gone" },
];

const plain = {
  mutedUntil: 0,
  archived: false,
  pinned: false,
  marked: false,
  draft: "",
  channels: [],
  pictureId: null,
};

export const rows: ConversationRow[] = [
  {
    spaceId: "s1",
    title: "Statement on seeds",
    kind: "group",
    lastText: "@Amina Wanjikũ can you read the second paragraph once more?",
    lastAuthor: "Bruno Álvarez",
    lastAt: now - 4 * minute,
    unread: 3,
    mentioned: true,
    trouble: null,
    ...plain,
  },
  {
    spaceId: "s2",
    title: "ليلى حداد",
    kind: "pair",
    lastText: "شكرًا! أراكِ غدًا في الاجتماع",
    lastAuthor: "",
    lastAt: now - 2 * hour,
    unread: 1,
    mentioned: false,
    trouble: null,
    ...plain,
    pinned: true,
  },
  {
    spaceId: "s3",
    title: "Water committee",
    kind: "group",
    lastText: "The pump is running again 💧",
    lastAuthor: "Nilima",
    lastAt: now - day - hour,
    unread: 0,
    mentioned: false,
    trouble: null,
    ...plain,
    mutedUntil: 8_640_000_000_000_000,
    draft: "I can bring the second pump on",
  },
  {
    spaceId: "s4",
    title: "Réseau santé des peuples",
    kind: "group",
    lastText: "Compte rendu envoyé, merci à toutes et à tous",
    lastAuthor: "Claire Dubois-Ndiaye",
    lastAt: now - 3 * day,
    unread: 0,
    mentioned: false,
    trouble: { kind: "behind", name: null },
    ...plain,
  },
  {
    spaceId: "s5",
    title: "Bruno Álvarez",
    kind: "pair",
    lastText: "",
    lastAuthor: "",
    lastAt: now - 40 * day,
    unread: 0,
    mentioned: false,
    trouble: null,
    ...plain,
  },
];

let count = 0;
function message(
  authorId: string,
  at: number,
  text: string,
  more: Partial<MessageRow> = {},
): MessageRow {
  const author = people.find(({ identityId }) => identityId === authorId);
  count++;
  return {
    eventId: `e${count}`,
    position: count,
    authorId,
    authorName: author?.name ?? "",
    mine: author?.you ?? false,
    text,
    at,
    editedAt: null,
    deleted: false,
    deletedBy: null,
    replyTo: null,
    forwarded: null,
    inThread: null,
    thread: null,
    poll: null,
    media: null,
    pinned: false,
    reactions: [],
    state: "delivered",
    mentionsMe: false,
    everyone: false,
    needsNewerApp: false,
    notice: null,
    ...more,
  };
}

export const messages: MessageRow[] = [
  message("id-amina", now - day - 6 * hour, "", {
    notice: { kind: "created", name: "Amina Wanjikũ", by: null, title: null },
  }),
  message("id-chen", now - day - 5 * hour, "", {
    notice: { kind: "joined", name: "陈伟", by: "Amina Wanjikũ", title: null },
  }),
  message(
    "id-amina",
    now - day - 4 * hour,
    "Good morning everyone. Here is the draft of our joint statement: https://mombasa.example/seeds/draft-3. Please read it before Thursday.",
  ),
  message(
    "id-bruno",
    now - day - 4 * hour + 3 * minute,
    "Buenos días. Lo leo esta tarde con la cooperativa.",
    {
      reactions: [
        {
          emoji: "👍",
          count: 3,
          mine: true,
          names: ["Amina Wanjikũ", "Claire Dubois-Ndiaye", "陈伟"],
        },
      ],
    },
  ),
  message(
    "id-layla",
    now - day - 3 * hour,
    "صباح الخير. قرأت المسودة، وأقترح أن نضيف فقرة عن حق المزارعين في تبادل البذور.",
  ),
  message(
    "id-layla",
    now - day - 3 * hour + minute,
    "سأكتبها بالعربية و Claire تترجمها إلى الفرنسية.",
    {
      reactions: [
        { emoji: "❤️", count: 1, mine: false, names: ["Claire Dubois-Ndiaye"] },
        { emoji: "✊", count: 12, mine: true, names: ["Amina Wanjikũ"] },
      ],
    },
  ),
  message("id-claire", now - day - 2 * hour, "Avec plaisir !", {
    replyTo: {
      eventId: "e6",
      authorName: "ليلى حداد",
      text: "سأكتبها بالعربية و Claire تترجمها إلى الفرنسية.",
      deleted: false,
    },
  }),
  message("id-nilima", now - 5 * hour, "আমাদের দলের সবাই রাজি আছে। আমরা বাংলা অনুবাদ শুরু করেছি।"),
  message("id-chen", now - 5 * hour + 2 * minute, "第二段可以再短一点。", {
    editedAt: now - 4 * hour,
  }),
  message(
    "id-amina",
    now - 4 * hour,
    "Thank you all. I have put both changes in. @Bruno Álvarez, does the cooperative agree?",
    { editedAt: now - 4 * hour },
  ),
  message("id-chen", now - 3 * hour, "", { deleted: true }),
  message("id-bruno", now - 12 * minute, "Sí, la asamblea dijo que sí. 🎉", {
    reactions: [{ emoji: "🙏", count: 2, mine: false, names: ["ليلى حداد", "陈伟"] }],
  }),
  message("id-bruno", now - 11 * minute, "Solo queda una duda sobre el segundo párrafo."),
  message(
    "id-bruno",
    now - 4 * minute,
    "@Amina Wanjikũ can you read the second paragraph once more?",
    { mentionsMe: true, everyone: false },
  ),
  message("id-amina", now - 2 * minute, "Reading it now.", {
    state: "sent",
    replyTo: {
      eventId: "e14",
      authorName: "Bruno Álvarez",
      text: "@Amina Wanjikũ can you read the second paragraph once more?",
      deleted: false,
    },
  }),
  message("id-amina", now - minute, "It is clear to me. Let us send it.", { state: "waiting" }),
];

export const conversation: Conversation = {
  spaceId: "s1",
  title: "Statement on seeds",
  kind: "group",
  messages,
  hasOlder: false,
  firstUnreadId: "e12",
  people,
  canWrite: true,
  cut: false,
  trouble: null,
  asked: false,
};

/** A long conversation, for the list's windowing. Its last two answer what is far above. */
export const longMessages: MessageRow[] = Array.from({ length: 2000 }, (_, index) =>
  message(
    people[(index * 7) % people.length]!.identityId,
    now - (2000 - index) * 4 * minute,
    `${index}: ${"word ".repeat(1 + ((index * 13) % 40))}`,
  ),
);
for (const [from, to] of [
  [1998, 1300],
  [1999, 100],
] as const) {
  const { eventId, authorName } = longMessages[to]!;
  longMessages[from]!.replyTo = { eventId, authorName, text: `Quote of ${to}`, deleted: false };
}

/** A thousand people, as an association has them. */
export const crowd: PersonRow[] = Array.from({ length: 1000 }, (_, index) => ({
  identityId: `id-crowd-${index}`,
  name: `${["Amina", "Bruno", "Chen", "Dana", "สมชาย", "فاطمة"][index % 6]} ${index}`,
  address: `member-${index}@mombasa.example`,
  role: index === 0 ? "steward" : "member",
  check: "unchecked",
  you: index === 0,
}));
