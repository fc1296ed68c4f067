/** What the six people say: conversations with replies, reactions, edits, deletions and mentions; and what they go on to say. */
import { seeded } from "./seeded.ts";
import type { SeedSpace } from "./seed-spaces.ts";

/** One step of a conversation. `id` names a message for later steps. */
export type SeedStep =
  | { do: "say"; by: string; text: string; id?: string; replyTo?: string; mentions?: string[] }
  | { do: "react"; by: string; to: string; emoji: string }
  | { do: "edit"; by: string; to: string; text: string }
  | { do: "delete"; by: string; to: string };

type Key = SeedSpace["key"];

const say = (
  by: string,
  text: string,
  more: { id?: string; replyTo?: string; mentions?: string[] } = {},
): SeedStep => ({ do: "say", by, text, ...more });
const react = (by: string, to: string, emoji: string): SeedStep => ({ do: "react", by, to, emoji });
const edit = (by: string, to: string, text: string): SeedStep => ({ do: "edit", by, to, text });
const remove = (by: string, to: string): SeedStep => ({ do: "delete", by, to });

const TALK: Record<Key, readonly SeedStep[]> = {
  seeds: [
    say("amina", "Welcome, everyone. Let us keep the seed lists and the exchange days here."),
    say("elena", "¡Gracias, Amina! Les saludo desde Potosí, aquí ya heló la primera noche.", {
      id: "frost",
    }),
    say("amina", "Frost already! Did the quinoa come through?", { replyTo: "frost" }),
    say("elena", "La mayoría sí. La variedad de la abuela resistió mejor que la comprada.", {
      id: "grandma",
    }),
    react("claire", "grandma", "❤️"),
    react("amina", "grandma", "🌾"),
    say("claire", "Ici à Bafoussam on a sauvé douze variétés de haricots cette saison.", {
      id: "beans",
    }),
    react("bruno", "beans", "👏"),
    say("bruno", "¿Quién puede traer semillas de frijol al encuentro de marzo?", {
      mentions: ["claire"],
    }),
    say("claire", "Moi. Deux kilos, séchés et triés.", { id: "kilos" }),
    edit("claire", "kilos", "Moi. Trois kilos, séchés et triés."),
    say("amina", "The extension officer asked again whether we sign up for the company's app.", {
      id: "app",
    }),
    say("elena", "Nosotras dijimos que no. Piden la ubicación de cada parcela.", {
      replyTo: "app",
    }),
    say("amina", "Same here. We write our own list, on paper and in this group.", { id: "own" }),
    react("elena", "own", "💪"),
    react("bruno", "own", "💪"),
    say("bruno", "ok probando", { id: "test" }),
    remove("bruno", "test"),
    say("claire", "Le cercle de Foumbot demande si elles peuvent nous rejoindre. Je dis oui ?"),
    say("amina", "Yes please! The more hands, the more seeds."),
  ],
  home: [
    say("bruno", "Compañeras, la reunión con el ministerio quedó para el jueves a las 10."),
    say("elena", "¿Vamos con la propuesta de jornada de ocho horas o con la de contrato escrito?", {
      id: "which",
    }),
    say("bruno", "Con las dos. El contrato escrito es lo que más piden en las asambleas.", {
      replyTo: "which",
    }),
    say("farid", "Chez nous le contrat type a tout changé. Je vous envoie notre modèle ce soir.", {
      id: "model",
    }),
    react("elena", "model", "🙏"),
    react("bruno", "model", "🙏"),
    say("elena", "Rosa pregunta si puede contar su caso sin que aparezca su nombre."),
    say("bruno", "Claro que sí. Nada sale de aquí sin que ella lo lea antes.", { id: "rosa" }),
    react("elena", "rosa", "✅"),
    say("farid", "Combien êtes-vous pour jeudi ?", { mentions: ["bruno"] }),
    say("bruno", "Somos siete, y dos abogadas.", { id: "seven" }),
    edit("bruno", "seven", "Somos nueve, y dos abogadas."),
    say("elena", "Yo llevo las pancartas y el café ☕"),
  ],
  circle: [
    say("claire", "Bonsoir mes sœurs. La caisse du mois : 184 000 francs.", { id: "fund" }),
    react("amina", "fund", "🎉"),
    say("amina", "Bravo! How many women joined this month?"),
    say("claire", "Onze, dont trois vendeuses de poisson du port."),
    say("farid", "La mairie veut déplacer le marché. J'ai vu l'affiche ce matin.", {
      id: "poster",
    }),
    say("claire", "Encore ? Il faut qu'on aille au conseil toutes ensemble.", {
      replyTo: "poster",
    }),
    react("amina", "poster", "😡"),
    say("amina", "We did that in Nakuru: two hundred women with their scales. They listened."),
    say("claire", "Deux cents balances, quelle image ! On fait pareil mardi."),
  ],
  rights: [
    say("dalal", "مساء الخير جميعاً. صدر مشروع قانون التحقق من الهوية على الإنترنت.", { id: "law" }),
    say("farid", "قرأته. المادة التاسعة تطلب رقم الهوية لفتح أي حساب.", { replyTo: "law" }),
    react("amina", "law", "😮"),
    say("dalal", "سنكتب رداً قبل يوم الأحد. من يراجع الترجمة؟", { mentions: ["farid"] }),
    say("farid", "أنا أراجع الفرنسية هذا المساء.", { id: "tonight" }),
    react("dalal", "tonight", "🌷"),
    say(
      "amina",
      "I can do English. In Kenya the same clause was struck down by the court in 2021.",
      {
        id: "court",
      },
    ),
    say("dalal", "ممتاز! أرسلي لنا رقم القضية لو سمحتِ.", { replyTo: "court" }),
    say("amina", "Will do. Also: do not post the draft anywhere before Sunday."),
    say("dalal", "أكيد. كل شيء يبقى هنا."),
  ],
  campaign: [
    say("amina", "Six organisations, four languages, one statement. Let us begin with the title.", {
      id: "start",
    }),
    say("claire", "« Nos données, nos récoltes » ?", { id: "title" }),
    react("elena", "title", "👍"),
    react("dalal", "title", "👍"),
    react("amina", "title", "👍"),
    say("bruno", "«Nuestros datos, nuestra cosecha». Me gusta, se entiende en cualquier mercado."),
    say("dalal", "بالعربية: «بياناتنا، حصادنا». جميل وقصير.", { id: "arabic" }),
    react("farid", "arabic", "😍"),
    say(
      "elena",
      "Propongo tres puntos: semillas libres, datos en manos de la gente, y precio justo.",
      {
        id: "points",
      },
    ),
    say("farid", "J'ajouterais le droit de réparer : tracteurs et téléphones, même combat.", {
      replyTo: "points",
    }),
    react("amina", "points", "🔥"),
    say("amina", "Good. @Claire, can you bring a first page by Friday?", { mentions: ["claire"] }),
    say("claire", "Oui, avec deux jeunes de l'association. Vous l'aurez jeudi.", { id: "friday" }),
    edit(
      "claire",
      "friday",
      "Oui, avec deux jeunes de l'association. Vous l'aurez vendredi matin.",
    ),
    say("bruno", "Nuestra asamblea es el sábado, la presento ahí."),
    say("dalal", "وأنا أعرضها على شبكتنا في بيروت يوم الاثنين."),
    say("amina", "Asante sana, everybody. This is how it should feel.", { id: "feel" }),
    react("bruno", "feel", "❤️"),
    react("claire", "feel", "❤️"),
    react("elena", "feel", "❤️"),
  ],
  visit: [
    say("elena", "Amina, ¿sigue en pie tu viaje en abril?"),
    say("amina", "Yes! I have the ticket. Twelve days, if your house still has a corner for me.", {
      id: "ticket",
    }),
    react("elena", "ticket", "🥳"),
    say("elena", "Siempre. Mi mamá ya pregunta qué comes."),
    say("amina", "Everything. Tell her everything."),
  ],
};

/** Things that people say later, by their account's name. */
const LATER: Record<string, readonly string[]> = {
  amina: [
    "The rain has come at last. Everybody is out planting.",
    "Can we move the call to 16:00 Nairobi time?",
    "I have written down the numbers from the exchange day.",
    "Mama Njeri sends greetings to all of you.",
    "Reminder: nobody has to give a phone number to take part.",
    "Who has the photo from the market?",
  ],
  bruno: [
    "Ya tengo las firmas de tres barrios más.",
    "¿Alguien puede revisar el acta antes de las seis?",
    "Hoy vinieron cuarenta compañeras a la asamblea.",
    "Subo el resumen esta noche, con calma.",
    "El ministerio contestó. Buenas noticias, les cuento en la llamada.",
  ],
  claire: [
    "La réunion de quartier est confirmée pour mardi à 17 h.",
    "J'ai relu la page, il reste deux phrases à raccourcir.",
    "Les haricots sèchent bien, merci le soleil.",
    "Qui peut traduire le tract en fulfulde ?",
    "Bonne nuit à toutes et à tous.",
  ],
  dalal: [
    "انتهيت من مراجعة الفقرة الثانية.",
    "هل يمكن تأجيل الاجتماع نصف ساعة؟",
    "انقطعت الكهرباء، سأكمل من الهاتف.",
    "وصلتنا موافقة منظمتين جديدتين.",
    "شكراً لكم جميعاً، عمل رائع.",
  ],
  elena: [
    "Hoy guardamos la última papa nativa en la casa comunal.",
    "Les mando la lista de variedades mañana temprano.",
    "Aquí la señal va y viene, pero todo llega al final.",
    "Mi hija pregunta si puede ayudar con los dibujos del cartel.",
    "¡Qué alegría leerles!",
  ],
  farid: [
    "Le modèle de contrat est prêt, en français et en arabe.",
    "La section de Casablanca soutient la déclaration à l'unanimité.",
    "Je suis dans le train, je réponds ce soir.",
    "Merci Elena, c'est exactement ce qu'il nous fallait.",
    "Quelqu'un a une salle pour vingt personnes samedi ?",
  ],
};

const REACTIONS = ["👍", "❤️", "🙏", "👏", "🌱", "😄"];

/** The conversations by space. */
export function seedMessages(): Record<Key, SeedStep[]> {
  return Object.fromEntries(
    Object.entries(TALK).map(([key, steps]) => [key, [...steps]]),
  ) as Record<Key, SeedStep[]>;
}

/** An endless row of things that somebody does next; the same seed gives the same row. `to: null` is the newest message of another. */
export function* seedLater(
  seed: number,
  spaces: readonly Pick<SeedSpace, "key" | "people">[],
): Generator<
  | { do: "say"; space: Key; by: string; text: string; reply: boolean }
  | { do: "react"; space: Key; by: string; emoji: string },
  never
> {
  const random = seeded(seed);
  const said = new Map<string, readonly string[]>();
  for (;;) {
    const { key, people } = random.pick(spaces);
    const by = random.pick(people);
    if (random.chance(0.3)) {
      yield { do: "react", space: key, by, emoji: random.pick(REACTIONS) };
      continue;
    }
    let left = said.get(by) ?? [];
    if (left.length === 0) left = random.shuffle(LATER[by] ?? []);
    const [text, ...rest] = left;
    said.set(by, rest);
    if (text !== undefined) yield { do: "say", space: key, by, text, reply: random.chance(0.25) };
  }
}
