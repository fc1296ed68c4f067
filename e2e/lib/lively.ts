/** A network in the middle of its day, for pictures: who is there, and what they talk about, in two languages. */
import type { TestNode } from "@baraza/testkit";
import type { Companion } from "./companion.ts";
import { companion } from "./companion.ts";

export type Lively = {
  /** Who looks at the screens: signed up, with a device that is always on. */
  amina: Companion;
  /** The conversation to look at, and the link into it, in each language. */
  shown: Readonly<Record<"en" | "ar", { title: string; spaceId: string; link: string }>>;
  /** Titles of all conversations in the list. */
  titles: readonly string[];
  /** Says what is still unread when the screens are looked at. */
  goOn(): Promise<void>;
  close(): Promise<void>;
};

/** Makes the people and their conversations. */
export async function makeLively(home: TestNode, other: TestNode): Promise<Lively> {
  const people = await Promise.all([
    companion(home, { name: "amina", shownName: "Amina Otieno" }),
    companion(home, { name: "fatima", shownName: "Fatima Hassan" }),
    companion(other, { name: "bruno", shownName: "Bruno Delgado" }),
    companion(other, { name: "chen", shownName: "Chen Wei" }),
    companion(home, { name: "salma", shownName: "سلمى العلي" }),
    companion(other, { name: "yusuf", shownName: "يوسف حدّاد" }),
  ]);
  const [amina, fatima, bruno, chen, salma, yusuf] = people;
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
  const arabic = await group("لجنة مياه الساحل", [salma, yusuf]);
  await talkInArabic(arabic, { amina, salma, yusuf });

  return {
    amina,
    shown: {
      en: {
        title: "Coast water committee",
        spaceId: water,
        link: await link(fatima, home, water),
      },
      ar: { title: "لجنة مياه الساحل", spaceId: arabic, link: await link(salma, home, arabic) },
    },
    titles: [
      "Seed exchange Likoni – La Paz",
      "Night clinic rota",
      "Bruno & Amina",
      "Statement on water",
      "Coast water committee",
      "لجنة مياه الساحل",
    ],
    goOn: async () => {
      await bruno.say(seeds, "Shall we send maize back with the same driver?");
      await bruno.say(seeds, "He leaves on Friday");
      await chen.say(statement, "@Amina Otieno could you look at the second paragraph?", {
        mentions: [amina.identityId],
      });
    },
    close: async () => {
      await Promise.all(people.map((person) => person.close()));
    },
  };
}

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

async function talkInArabic(
  spaceId: string,
  { amina, salma, yusuf }: Cast<"amina" | "salma" | "yusuf">,
): Promise<void> {
  const say = inTurn(spaceId, [amina, salma, yusuf]);
  const engineer = await say(
    salma,
    "صباح الخير جميعًا! أكّد مهندس المحافظة أنهم سيأتون لفحص البئر يوم الخميس في العاشرة.",
    { minutesAgo: 9 },
  );
  await react(engineer, spaceId, [amina, yusuf], "🙏");
  await say(yusuf, "ممتاز! سأُحضر قياسات الأشهر الثلاثة الأخيرة.", { minutesAgo: 8 });
  const pictures = await say(
    salma,
    "هل يمكن لأحدكم تصوير الأنبوب المتشقّق خلف المدرسة قبل ذلك؟ طلبوا صورًا في المرة الماضية.",
    { minutesAgo: 7 },
  );
  await say(amina, "صوّرته هذا الصباح، وسأرسل الصور الليلة.", {
    replyTo: pictures,
    minutesAgo: 6,
  });
  const room = await say(amina, "ومديرة المدرسة تعيرنا قاعة المعلّمين للاجتماع 🎉", {
    minutesAgo: 6,
  });
  await react(room, spaceId, [yusuf], "❤️");
  await say(salma, "شكرًا جزيلًا! هل ندعو القريتين في أعلى الوادي أيضًا؟", {
    minutesAgo: 4,
  });
  await say(yusuf, "نعم، لن ينجح الأمر من دونهم.", { minutesAgo: 3 });
  await say(amina, "سأتصل بهم بعد الظهر.", { minutesAgo: 2 });
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
