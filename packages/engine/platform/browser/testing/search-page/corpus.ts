/**
 * A seeded corpus in several scripts, the same wherever it is made: words by Zipf's law out of vocabularies that are put together
 * from syllables. Text number `i` is a function of `i` alone, so that a page and a peer in another program need not be handed any.
 */

/** Small and good enough: a mix of 32 bits (splitmix32). */
export function random(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x9e3779b9) | 0;
    let t = state ^ (state >>> 16);
    t = Math.imul(t, 0x21f0aaad);
    t ^= t >>> 15;
    t = Math.imul(t, 0x735a2d97);
    return ((t ^ (t >>> 15)) >>> 0) / 4294967296;
  };
}

type Script = { name: string; syllables: string[]; least: number; most: number; joined: boolean };

const scripts: readonly Script[] = [
  {
    name: "latin",
    syllables:
      "ka ra wa ter pro me tion com mun der ver sa li na to re un ge sch ein la mi ta ent ing est or al er os que men pa bri fo gu ho ju vel zo".split(
        " ",
      ),
    least: 1,
    most: 4,
    joined: false,
  },
  {
    name: "accents",
    syllables: "é tra ção ñe ür ß fa cô li ré man dé vo gä mö nu sí pé ro ça".split(" "),
    least: 1,
    most: 4,
    joined: false,
  },
  {
    name: "arabic",
    syllables: "كت مع ال ما دي نة جم عي لج سل را بو تح فق ها وي".split(" "),
    least: 1,
    most: 3,
    joined: false,
  },
  {
    name: "devanagari",
    syllables: "का मि ते हू जल सभा ना री पु वि दे शो ग्रा मं सं".split(" "),
    least: 1,
    most: 3,
    joined: false,
  },
  {
    name: "han",
    syllables: Array.from({ length: 1200 }, (_, at) => String.fromCodePoint(0x4e00 + at * 7)),
    least: 1,
    most: 2,
    joined: true,
  },
  {
    name: "thai",
    syllables: "กา น้ำ ประ ชุม เทศ รัก คน ไทย งาน บ้าน การ ทำ ความ ดี ใจ พูด".split(" "),
    least: 1,
    most: 3,
    joined: true,
  },
];
/** How many in a thousand texts are in each. */
const SHARES = [620, 140, 80, 60, 60, 40];
/** Different words of each script; fewer of them are ever said, as in life. */
const WORDS = 120_000;

const made: Map<number, string>[] = scripts.map(() => new Map<number, string>());

/** {@link makeWord}, remembered for frequent ones. */
export function wordOf(script: number, rank: number): string {
  const known = made[script]?.get(rank);
  if (known !== undefined) return known;
  const word = makeWord(script, rank);
  if (rank < 20_000) made[script]?.set(rank, word);
  return word;
}

/** The word of a rank, most frequent first. The same rank always gives the same word; two may give the same. */
function makeWord(script: number, rank: number): string {
  const { syllables, least, most } = scripts[script % scripts.length] as Script;
  const next = random(script * 7919 + rank * 104729 + 17);
  // Frequent words are short.
  const length = Math.min(most + 1, least + Math.floor(next() * (1 + Math.log10(1 + rank))));
  let word = "";
  for (let turn = 0; turn < length; turn++)
    word += syllables[Math.floor(next() * syllables.length)] ?? "";
  return word;
}

/** A rank by Zipf's law (exponent about 1), by inverting its sum. */
export function zipf(next: () => number): number {
  const rank = Math.exp(next() * Math.log(WORDS + 1)) - 1;
  return Math.floor(rank);
}

export type BenchText = {
  /** Position in the index's order: 0 is the oldest. */
  i: number;
  kind: "message" | "file";
  name: string;
  text: string;
  at: number;
  space: number;
  author: number;
};

export const SPACES = 200;
export const AUTHORS = 500;
const START = Date.UTC(2022, 0, 1);
/** Four years. */
const SPAN = 4 * 365 * 86_400_000;

/** Text number `i` of `total`; every eleventh is a document. */
export function textAt(i: number, total: number): BenchText {
  const next = random(i * 2654435761 + 1);
  const kind = i % 11 === 10 ? "file" : "message";
  let share = Math.floor(next() * 1000);
  let script = 0;
  while (share >= (SHARES[script] ?? 1000)) share -= SHARES[script++] ?? 0;
  const count =
    kind === "file" ? 80 + Math.floor(next() * 240) : 3 + Math.floor(next() * next() * 34);
  const words: string[] = [];
  for (let turn = 0; turn < count; turn++) {
    words.push(wordOf(script, zipf(next)));
    if (turn % 12 === 11) words.push(scripts[script]?.joined === true ? "\u3002" : ".");
  }
  const text = words.join(scripts[script]?.joined === true ? "" : " ");
  return {
    i,
    kind,
    name: kind === "file" ? `${wordOf(script, zipf(next))}-${wordOf(0, zipf(next))}-${i}.pdf` : "",
    text,
    at: Math.floor(START + (SPAN * i) / total),
    space: Math.floor(SPACES * next() ** 2),
    author: Math.floor(AUTHORS * next() ** 2),
  };
}

export type BenchQuery = { text: string; sort: string };

/** Queries as people type them: one to three words of some text that is there, often the last one unfinished, some with filters. */
export function queries(count: number, total: number): BenchQuery[] {
  const next = random(4711);
  const list: BenchQuery[] = [];
  while (list.length < count) {
    const { text, name, author } = textAt(Math.floor(next() * total), total);
    const words = text.split(/[\s.\u3002]+/u).filter((word) => word.length > 1);
    if (words.length === 0) continue;
    const pick = () => words[Math.floor(next() * words.length)] ?? "";
    const one = Array.from(pick());
    const sorts: (() => [string, string])[] = [
      () => ["one word", `${one.slice(0, 12).join("")} `],
      () => [
        "beginning",
        one
          .slice(0, Math.max(2, Math.ceil(one.length * 0.6)))
          .slice(0, 6)
          .join(""),
      ],
      () => ["two words", `${pick().slice(0, 12)} ${pick().slice(0, 12)}`],
      () => ["three words", `${pick().slice(0, 12)} ${pick().slice(0, 12)} ${pick().slice(0, 12)}`],
      () => [
        "phrase",
        `"${text.slice(text.indexOf(words[0] ?? ""), 1 + text.indexOf(" ", 12)) || pick().slice(0, 6)}"`,
      ],
      () => ["filter", `${one.slice(0, 12).join("")} from:p${author} after:2023-05`],
      () => ["minus", `${pick().slice(0, 12)} -${pick().slice(0, 12)}`],
      () => [
        "name",
        name === "" ? `person p${author}` : name.slice(0, Math.max(4, name.indexOf("-"))),
      ],
    ];
    const [sort, typed] = (sorts[list.length % sorts.length] ?? sorts[0])?.() ?? ["", ""];
    list.push({ sort, text: typed });
  }
  return list;
}

/** The word that stands in more texts than any other. */
export function everywhere(): string {
  return wordOf(0, 0);
}
