/** A network in the middle of its day, for pictures: who is there, and what they talk about, in several languages. */
import type { TestNode } from "@baraza/testkit";
import type { Companion } from "./companion.ts";
import { companion } from "./companion.ts";

/** Languages that the pictures are in. */
export type Shown = "en" | "ar" | "th" | "bn";

/** A conversation to look at; `word` is one that is found in it. */
type Place = { title: string; spaceId: string; link: string; word: string };

export type Lively = {
  /** Who looks at the screens: signed up, with a device that is always on. */
  amina: Companion;
  /** The conversation to look at, and the link into it, in each language. */
  shown: ReadonlyMap<Shown, Place>;
  /** Titles of all conversations in the list. */
  titles: readonly string[];
  /** Says what is still unread when the screens are looked at. */
  goOn(): Promise<void>;
  close(): Promise<void>;
};

/** Makes the people and their conversations. `languages`: those to be looked at, English among them. */
export async function makeLively(
  home: TestNode,
  other: TestNode,
  languages: readonly Shown[],
): Promise<Lively> {
  const people = await Promise.all([
    companion(home, { name: "amina", shownName: "Amina Otieno" }),
    companion(home, { name: "fatima", shownName: "Fatima Hassan" }),
    companion(other, { name: "bruno", shownName: "Bruno Delgado" }),
    companion(other, { name: "chen", shownName: "Chen Wei" }),
  ]);
  const [amina, fatima, bruno, chen] = people;
  const further: Companion[] = [];
  const link = async (host: Companion, node: TestNode, spaceId: string): Promise<string> =>
    node.url + (await host.commands["space.invite"]({ spaceId, days: 14 })).link;
  const group = async (title: string, guests: readonly Companion[]): Promise<string> => {
    const { spaceId } = await amina.commands["space.create"]({ title, kind: "group" });
    const way = await link(amina, home, spaceId);
    await Promise.all(guests.map((guest) => guest.join(way)));
    // Everybody's coming stands in the conversation before anything is said.
    await amina.until("chat.messages", { spaceId, limit: 100 }, ({ messages }) => {
      const joined = messages.filter(({ notice }) => notice?.kind === "joined");
      return joined.length === guests.length;
    });
    return spaceId;
  };

  const seeds = await group("Seed exchange Likoni – La Paz", [bruno]);
  await bruno.say(seeds, "The quinoa travelled well, all forty bags are dry", { minutesAgo: 9 });
  const clinic = await group("Night clinic rota", [fatima]);
  await fatima.say(clinic, "Who can take Saturday? I have the children", { minutesAgo: 9 });
  const { spaceId: pair } = await bruno.commands["space.create"]({
    title: "Bruno & Amina",
    kind: "pair",
  });
  await amina.join(await link(bruno, other, pair));
  await bruno.say(pair, "¿Hablamos esta tarde?", { minutesAgo: 8 });
  await amina.say(pair, "Yes, at five your time", { minutesAgo: 8 });
  const statement = await group("Statement on water", [chen, bruno]);
  await chen.say(statement, "Third draft is ready for everybody to read", { minutesAgo: 8 });

  const water = await group("Coast water committee", [fatima, bruno, chen]);
  await talkAboutWater(water, { amina, fatima, bruno, chen });
  const shown = new Map<Shown, Place>();
  const show = async (language: Shown, title: string, spaceId: string, word: string) => {
    await putFiles(amina, spaceId, word);
    shown.set(language, { title, spaceId, link: await link(amina, home, spaceId), word });
  };
  await show("en", "Coast water committee", water, "engineer");
  for (const language of languages) {
    if (language === "en") continue;
    const talk = TALKS[language];
    const [host, guest] = await Promise.all([
      companion(home, { name: `host-${language}`, shownName: talk.host }),
      companion(other, { name: `guest-${language}`, shownName: talk.guest }),
    ]);
    further.push(host, guest);
    const spaceId = await group(talk.title, [host, guest]);
    await talkIn(spaceId, { amina, host, guest }, talk.lines);
    await show(language, talk.title, spaceId, talk.word);
  }

  return {
    amina,
    shown,
    titles: [
      "Seed exchange Likoni – La Paz",
      "Night clinic rota",
      "Bruno & Amina",
      "Statement on water",
      ...[...shown.values()].map(({ title }) => title),
    ],
    goOn: async () => {
      await bruno.say(seeds, "Shall we send maize back with the same driver?");
      await bruno.say(seeds, "He leaves on Friday");
      await chen.say(statement, "@Amina Otieno could you look at the second paragraph?", {
        mentions: [amina.identityId],
      });
    },
    close: async () => {
      await Promise.all([...people, ...further].map((person) => person.close()));
    },
  };
}

type Lines = Readonly<
  Record<
    "engineer" | "excellent" | "pictures" | "done" | "room" | "upstream" | "without" | "call",
    string
  >
>;

const TALKS: Readonly<
  Record<
    Exclude<Shown, "en">,
    { title: string; host: string; guest: string; word: string; lines: Lines }
  >
> = {
  ar: {
    title: "لجنة مياه الساحل",
    host: "سلمى العلي",
    guest: "يوسف حدّاد",
    word: "البئر",
    lines: {
      engineer:
        "صباح الخير جميعًا! أكّد مهندس المحافظة أنهم سيأتون لفحص البئر يوم الخميس في العاشرة.",
      excellent: "ممتاز! سأُحضر قياسات الأشهر الثلاثة الأخيرة.",
      pictures:
        "هل يمكن لأحدكم تصوير الأنبوب المتشقّق خلف المدرسة قبل ذلك؟ طلبوا صورًا في المرة الماضية.",
      done: "صوّرته هذا الصباح، وسأرسل الصور الليلة.",
      room: "ومديرة المدرسة تعيرنا قاعة المعلّمين للاجتماع 🎉",
      upstream: "شكرًا جزيلًا! هل ندعو القريتين في أعلى الوادي أيضًا؟",
      without: "نعم، لن ينجح الأمر من دونهم.",
      call: "سأتصل بهم بعد الظهر.",
    },
  },
  th: {
    title: "คณะกรรมการน้ำชายฝั่ง",
    host: "สมหญิง ใจดี",
    guest: "ประเสริฐ แก้วมณี",
    word: "วิศวกร",
    lines: {
      engineer: "สวัสดีตอนเช้าทุกคน! วิศวกรของจังหวัดยืนยันแล้วว่าจะมาดูบ่อบาดาลวันพฤหัสบดีตอนสิบโมง",
      excellent: "เยี่ยมเลย! ฉันจะเอาผลการวัดสามเดือนล่าสุดไปด้วย",
      pictures: "ก่อนวันนั้นมีใครถ่ายรูปท่อที่แตกหลังโรงเรียนให้หน่อยได้ไหม คราวก่อนเขาขอรูป",
      done: "ถ่ายไว้แล้วเมื่อเช้านี้ คืนนี้จะส่งให้",
      room: "และครูใหญ่ให้เรายืมห้องพักครูสำหรับประชุม 🎉",
      upstream: "ขอบคุณมาก! เราควรชวนสองหมู่บ้านที่ต้นน้ำด้วยไหม",
      without: "ควร ถ้าไม่มีพวกเขาคงไม่ยั่งยืน",
      call: "บ่ายนี้ฉันจะโทรหาทั้งสองหมู่บ้าน",
    },
  },
  bn: {
    title: "উপকূলীয় জল কমিটি",
    host: "নীলিমা রায়",
    guest: "রফিক হাসান",
    word: "প্রকৌশলী",
    lines: {
      engineer: "সবাইকে সুপ্রভাত! জেলার প্রকৌশলী জানিয়েছেন, তাঁরা বৃহস্পতিবার দশটায় নলকূপ দেখতে আসবেন।",
      excellent: "দারুণ! আমি গত তিন মাসের মাপজোখ নিয়ে আসব।",
      pictures: "তার আগে কেউ কি স্কুলের পেছনের ফাটা পাইপের ছবি তুলতে পারবেন? গতবার ওঁরা ছবি চেয়েছিলেন।",
      done: "আজ সকালেই তুলেছি, রাতে পাঠিয়ে দেব।",
      room: "আর প্রধান শিক্ষক সভার জন্য শিক্ষকদের ঘরটি দিচ্ছেন 🎉",
      upstream: "অনেক ধন্যবাদ! উজানের দুই গ্রামকেও কি ডাকব?",
      without: "হ্যাঁ। তাঁদের ছাড়া এটা টিকবে না।",
      call: "দুপুরের পর দুই গ্রামেই ফোন করব।",
    },
  },
};

type Cast<K extends string> = Readonly<Record<K, Companion>>;

async function talkAboutWater(
  spaceId: string,
  { amina, fatima, bruno, chen }: Cast<"amina" | "fatima" | "bruno" | "chen">,
): Promise<void> {
  const say = inTurn(spaceId, [amina, fatima, bruno, chen]);
  const engineer = await say(
    fatima,
    "Good morning everyone! The county engineer has confirmed: they come to look at the borehole on Thursday at ten.",
    { minutesAgo: 9 },
  );
  await react(engineer, spaceId, [amina, bruno, chen], "🙏");
  await say(bruno, "¡Excelente! I bring the measurements of the last three months.", {
    minutesAgo: 8,
  });
  const pictures = await say(
    chen,
    "Can somebody take pictures of the cracked pipe behind the school before that? They asked for some last time.",
    { minutesAgo: 7 },
  );
  await say(amina, "Done this morning, I will share them tonight.", {
    replyTo: pictures,
    minutesAgo: 6,
  });
  const room = await say(amina, "And the headteacher lends us the staff room for the meeting 🎉", {
    minutesAgo: 6,
  });
  await react(room, spaceId, [fatima], "❤️");
  await react(room, spaceId, [chen], "❤️");
  await say(fatima, "@Amina Otieno asante sana! Should we ask the two villages upstream as well?", {
    mentions: [amina.identityId],
    minutesAgo: 4,
  });
  await say(bruno, "Yes. Without them it will not hold.", { minutesAgo: 3 });
  await say(amina, "I call both of them after lunch.", { minutesAgo: 2 });
}

async function talkIn(
  spaceId: string,
  { amina, host, guest }: Cast<"amina" | "host" | "guest">,
  lines: Lines,
): Promise<void> {
  const say = inTurn(spaceId, [amina, host, guest]);
  const engineer = await say(host, lines.engineer, { minutesAgo: 9 });
  await react(engineer, spaceId, [amina, guest], "🙏");
  await say(guest, lines.excellent, { minutesAgo: 8 });
  const pictures = await say(host, lines.pictures, { minutesAgo: 7 });
  await say(amina, lines.done, { replyTo: pictures, minutesAgo: 6 });
  const room = await say(amina, lines.room, { minutesAgo: 6 });
  await react(room, spaceId, [guest], "❤️");
  await say(host, lines.upstream, { minutesAgo: 4 });
  await say(guest, lines.without, { minutesAgo: 3 });
  await say(amina, lines.call, { minutesAgo: 2 });
}

/** One after the other: each has what was said before when they speak. */
function inTurn(spaceId: string, all: readonly Companion[]) {
  return async (
    who: Companion,
    text: string,
    more: { replyTo?: string; mentions?: string[]; minutesAgo: number },
  ): Promise<string> => {
    const eventId = await who.say(spaceId, text, more);
    for (const one of all) await arrived(one, spaceId, eventId);
    return eventId;
  };
}

/** What lies in a conversation's files: a folder, and lists and notes as they gather. */
async function putFiles(who: Companion, spaceId: string, word: string): Promise<void> {
  await who.commands["files.newFolder"]({ spaceId, parentId: null, name: `${word} 2026` });
  for (const [ending, type, lines] of [
    ["txt", "text/plain", 40],
    ["csv", "text/csv", 300],
    ["md", "text/markdown", 12],
  ] as const)
    await who.commands["files.add"]({
      spaceId,
      parentId: null,
      name: `${word}.${ending}`,
      content: new Blob([`${word}\n`.repeat(lines)]),
      prepared: { type },
    });
  await who.until("files.uploads", {}, (list) => list.every(({ done, total }) => done === total));
}

async function arrived(who: Companion, spaceId: string, eventId: string): Promise<void> {
  await who.until("chat.messages", { spaceId, limit: 100 }, ({ messages }) =>
    messages.some((one) => one.eventId === eventId),
  );
}

async function react(
  eventId: string,
  spaceId: string,
  by: readonly Companion[],
  emoji: string,
): Promise<void> {
  for (const who of by) {
    await who.commands["chat.react"]({ spaceId, eventId, emoji, on: true });
  }
}
