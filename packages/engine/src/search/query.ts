/**
 * What somebody typed, read: words, phrases in quotes, words that must not be there (minus), and filters (`from:amina`,
 * `in:"Water committee"`, `has:link`, `before:2026-03`, `after:`, `type:file`), in several languages at once. Anything is a valid
 * query; what makes no sense as a filter is a word.
 */
import { RUN, fold } from "./fold.ts";
import type { Has } from "./port.ts";

/** A word, or words that stand together. */
export type Unit = {
  /** Folded runs, in order. */
  words: string[];
  /** As it was typed. */
  typed: string;
  /** It was in quotes. */
  phrase: boolean;
  /** It may be the beginning of a word: the last one, while it is being typed. */
  open: boolean;
};

export type Query = {
  units: Unit[];
  not: Unit[];
  /** Names as they were typed: any one of them. */
  from: string[];
  in: string[];
  has: Has[];
  kinds: string[];
  /** From this moment on, and before that one; ms since 1970. */
  after: number | null;
  before: number | null;
};

/** UTF-16 units that are read of what was typed, and words that are looked for. */
const LENGTH = 1000;
const UNITS = 20;

type Filter = "from" | "in" | "has" | "before" | "after" | "type";

/** By words as they are found: folded. */
const folded = <T>(words: Readonly<Record<string, T>>): Readonly<Record<string, T>> =>
  Object.fromEntries(Object.entries(words).map(([word, means]) => [fold(word), means]));

/** One that means something in another language is read in that one, too. */
const FILTERS = folded<Filter>({
  from: "from",
  de: "from",
  von: "from",
  van: "from",
  dari: "from",
  kutoka: "from",
  من: "from",
  in: "in",
  dans: "in",
  en: "in",
  em: "in",
  di: "in",
  katika: "in",
  في: "in",
  has: "has",
  avec: "has",
  con: "has",
  tiene: "has",
  com: "has",
  mit: "has",
  met: "has",
  ada: "has",
  yenye: "has",
  مع: "has",
  before: "before",
  avant: "before",
  antes: "before",
  vor: "before",
  voor: "before",
  sebelum: "before",
  kabla: "before",
  قبل: "before",
  after: "after",
  since: "after",
  apres: "after",
  depuis: "after",
  despues: "after",
  desde: "after",
  depois: "after",
  nach: "after",
  seit: "after",
  na: "after",
  sinds: "after",
  setelah: "after",
  sejak: "after",
  baada: "after",
  tangu: "after",
  بعد: "after",
  type: "type",
  is: "type",
  tipo: "type",
  typ: "type",
  soort: "type",
  jenis: "type",
  aina: "type",
  نوع: "type",
  से: "from",
  में: "in",
  साथ: "has",
  पहले: "before",
  बाद: "after",
  प्रकार: "type",
  থেকে: "from",
  মধ্যে: "in",
  আছে: "has",
  আগে: "before",
  পরে: "after",
  ধরন: "type",
  จาก: "from",
  ใน: "in",
  มี: "has",
  ก่อน: "before",
  หลัง: "after",
  ชนิด: "type",
});

const HAS = folded<Has>({
  link: "link",
  lien: "link",
  enlace: "link",
  tautan: "link",
  kiungo: "link",
  رابط: "link",
  file: "file",
  attachment: "file",
  fichier: "file",
  archivo: "file",
  arquivo: "file",
  ficheiro: "file",
  datei: "file",
  bestand: "file",
  berkas: "file",
  faili: "file",
  ملف: "file",
  picture: "picture",
  image: "picture",
  photo: "picture",
  imagen: "picture",
  foto: "picture",
  imagem: "picture",
  bild: "picture",
  afbeelding: "picture",
  gambar: "picture",
  picha: "picture",
  صوره: "picture",
  video: "video",
  فيديو: "video",
  audio: "audio",
  voice: "audio",
  suara: "audio",
  sauti: "audio",
  صوت: "audio",
  document: "document",
  documento: "document",
  dokument: "document",
  dokumen: "document",
  hati: "document",
  pdf: "document",
  مستند: "document",
  लिंक: "link",
  फ़ाइल: "file",
  तस्वीर: "picture",
  फ़ोटो: "picture",
  चित्र: "picture",
  वीडियो: "video",
  ऑडियो: "audio",
  आवाज़: "audio",
  दस्तावेज़: "document",
  লিংক: "link",
  লিঙ্ক: "link",
  ফাইল: "file",
  ছবি: "picture",
  ভিডিও: "video",
  অডিও: "audio",
  নথি: "document",
  ลิงก์: "link",
  ไฟล์: "file",
  รูป: "picture",
  รูปภาพ: "picture",
  วิดีโอ: "video",
  เสียง: "audio",
  เอกสาร: "document",
});

const KINDS = folded<string>({
  message: "message",
  mensaje: "message",
  mensagem: "message",
  nachricht: "message",
  bericht: "message",
  pesan: "message",
  ujumbe: "message",
  رساله: "message",
  file: "file",
  fichier: "file",
  archivo: "file",
  ملف: "file",
  person: "person",
  people: "person",
  personne: "person",
  persona: "person",
  pessoa: "person",
  orang: "person",
  mtu: "person",
  persoon: "person",
  شخص: "person",
  space: "space",
  conversation: "space",
  conversacion: "space",
  محادثه: "space",
  संदेश: "message",
  फ़ाइल: "file",
  व्यक्ति: "person",
  लोग: "person",
  बातचीत: "space",
  বার্তা: "message",
  ফাইল: "file",
  ব্যক্তি: "person",
  মানুষ: "person",
  কথোপকথন: "space",
  ข้อความ: "message",
  ไฟล์: "file",
  คน: "person",
  การสนทนา: "space",
});

type Days = "today" | "yesterday";
const DAYS = folded<Days>({
  today: "today",
  "aujourd'hui": "today",
  hoy: "today",
  hoje: "today",
  heute: "today",
  vandaag: "today",
  leo: "today",
  اليوم: "today",
  yesterday: "yesterday",
  hier: "yesterday",
  ayer: "yesterday",
  ontem: "yesterday",
  gestern: "yesterday",
  gisteren: "yesterday",
  kemarin: "yesterday",
  jana: "yesterday",
  امس: "yesterday",
  आज: "today",
  कल: "yesterday",
  আজ: "today",
  গতকাল: "yesterday",
  วันนี้: "today",
  เมื่อวาน: "yesterday",
});

/** One piece of what was typed: maybe a minus, maybe `name:`, then a phrase in quotes or anything up to a space. */
const PART =
  /(?<minus>[-−–])?(?:(?<name>[\p{L}\p{M}]+):)?(?:["“”„«](?<quoted>[^"“”„«»]*)(?<end>["“”»])?|(?<plain>[^\s"“”„«»]+))/gu;

/** Reads what somebody typed. @param now for words like `today`, in this device's zone */
export function readQuery(typed: string, now: number): Query {
  const query: Query = {
    units: [],
    not: [],
    from: [],
    in: [],
    has: [],
    kinds: [],
    after: null,
    before: null,
  };
  const text = typed.slice(0, LENGTH).toWellFormed();
  for (const { groups, index, 0: whole } of text.matchAll(PART)) {
    const { minus, name, quoted, plain } = groups ?? {};
    const value = quoted ?? plain ?? "";
    const before = text[index - 1];
    // A minus or a filter stands at the beginning of a word.
    const begins = before === undefined || /\s/u.test(before);
    const filter = name === undefined ? undefined : FILTERS[fold(name)];
    if (begins && minus === undefined && filter !== undefined && value !== "")
      if (applied(query, filter, value, now)) continue;
    const all = name === undefined ? value : `${name}:${value}`;
    const last = index + whole.length === text.length;
    const phrase = quoted !== undefined;
    const excluded = begins && minus !== undefined && value !== "";
    add(excluded ? query.not : query.units, all, phrase, last && !phrase && !excluded);
  }
  return query;
}

function add(units: Unit[], typed: string, phrase: boolean, open: boolean): void {
  const words = fold(typed).match(RUN) ?? [];
  if (words.length === 0 || units.length >= UNITS) return;
  if (phrase) units.push({ words: words.slice(0, UNITS), typed, phrase, open });
  else
    words
      .slice(0, UNITS - units.length)
      .forEach((word, at) =>
        units.push({ words: [word], typed, phrase, open: open && at === words.length - 1 }),
      );
}

/** @returns false when the value says nothing to this filter. */
function applied(query: Query, filter: Filter, value: string, now: number): boolean {
  const word = fold(value);
  if (filter === "from" || filter === "in") {
    if (query[filter].length < UNITS) query[filter].push(value);
    return true;
  }
  if (filter === "has") {
    const has = HAS[word] ?? HAS[word.replace(/e?s$/, "")];
    if (has === undefined) return false;
    query.has.push(has);
    return true;
  }
  if (filter === "type") {
    const kind = KINDS[word] ?? KINDS[word.replace(/e?s$/, "")];
    if (kind === undefined) return false;
    query.kinds.push(kind);
    return true;
  }
  const day = dayOf(word, now);
  if (day === null) return false;
  if (filter === "before") query.before = Math.min(query.before ?? Infinity, day);
  else query.after = Math.max(query.after ?? -Infinity, day);
  return true;
}

/** The beginning of a day, month or year, in this device's zone: `2026-03-01`, `2026-03`, `2026`, `1.3.2026`, `1/3/2026`, `today`. */
function dayOf(word: string, now: number): number | null {
  const named = DAYS[word];
  if (named !== undefined) {
    const day = new Date(now);
    day.setHours(0, 0, 0, 0);
    if (named === "yesterday") day.setDate(day.getDate() - 1);
    return day.getTime();
  }
  const iso = /^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?)?$/.exec(word);
  const european = /^(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})$/.exec(word);
  const [year, month = "1", day = "1"] =
    iso !== null ? iso.slice(1) : european !== null ? [european[3], european[2], european[1]] : [];
  if (year === undefined) return null;
  const [y, m, d] = [Number(year), Number(month), Number(day)];
  const date = new Date(y, m - 1, d);
  return date.getFullYear() === y && date.getMonth() === m - 1 && date.getDate() === d
    ? date.getTime()
    : null;
}

/** Nothing in it that one could look for. */
export function isEmpty(query: Query): boolean {
  const { units, from, in: spaces, has, kinds, after, before } = query;
  return (
    units.length + from.length + spaces.length + has.length + kinds.length === 0 &&
    after === null &&
    before === null
  );
}
