import fc from "fast-check";
import { expect, test } from "vitest";
import type { Item } from "../items.ts";
import type { LeftOut, ReadChat } from "./model.ts";
import { isWhatsApp, readWhatsApp, titleOf } from "./whatsapp.ts";
import { stampOf } from "./whatsapp-dates.ts";

const item = (name: string, content: string | Blob = "x"): Item => {
  const blob = new Blob([content]);
  return { path: [name], size: blob.size, at: 0, open: async () => blob };
};

async function read(
  text: string,
  media: string[] = [],
  title = "Fishers",
): Promise<{ chat: ReadChat; left: LeftOut[] }> {
  const left: LeftOut[] = [];
  const room = { messages: 1_000_000 };
  const files = media.map((name) => item(name));
  const chat = await readWhatsApp(item("_chat.txt", text), title, files, left, room);
  if (chat === null) throw new Error("no chat");
  return { chat, left };
}
const local = (...parts: [number, number, number, number, number, number?]): number => {
  const [year, month, day, hour, minute, second = 0] = parts;
  return new Date(year, month - 1, day, hour, minute, second).getTime();
};
/** What each line says, short. */
const said = ({ messages }: ReadChat) =>
  messages.map(({ name, text }) => `${name ?? "-"}| ${text}`);

test.each([
  ["iOS, English (UK)", "[12/03/2022, 14:08:18] Amina: hello", local(2022, 3, 12, 14, 8, 18)],
  ["iOS, English (US)", "[3/25/22, 2:08:18\u202fPM] Amina: hello", local(2022, 3, 25, 14, 8, 18)],
  ["iOS, German", "[25.03.22, 14:08:18] Amina: hello", local(2022, 3, 25, 14, 8, 18)],
  ["iOS, Dutch", "[25-03-2022 14:08:18] Amina: hello", local(2022, 3, 25, 14, 8, 18)],
  ["iOS, Swedish", "[2022-03-25, 14:08:18] Amina: hello", local(2022, 3, 25, 14, 8, 18)],
  ["iOS, Finnish", "[25.3.2022 klo 14.08.18] Amina: hello", local(2022, 3, 25, 14, 8, 18)],
  ["iOS, Chinese", "[2022/3/25 下午2:08:18] Amina: hello", local(2022, 3, 25, 14, 8, 18)],
  [
    "iOS, with marks",
    "\u200e[25/03/2022, 14:08:18] \u200eAmina: hello",
    local(2022, 3, 25, 14, 8, 18),
  ],
  ["Android, English", "25/03/2022, 14:08 - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, US", "3/25/22, 2:08 PM - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, India", "25/03/22, 2:08 pm - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, Spanish", "25/3/22, 2:08 p. m. - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, Portuguese", "25/03/2022 14:08 - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, French", "25/03/2022 à 14:08 - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, Indonesian", "25/03/22 14.08 - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, Thai", "25/3/2565 14:08 - Amina: hello", local(2022, 3, 25, 14, 8)],
  [
    "Android, Arabic",
    "\u200f٢٥\u200f/٣\u200f/٢٠٢٢، ٢:٠٨ م - Amina: hello",
    local(2022, 3, 25, 14, 8),
  ],
  ["Android, Hindi", "२५/३/२२, २:०८ अपराह्न - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["Android, Bengali", "২৫/৩/২২, ২:০৮ PM - Amina: hello", local(2022, 3, 25, 14, 8)],
  ["midnight", "25/03/22, 12:08 am - Amina: hello", local(2022, 3, 25, 0, 8)],
  ["noon", "25/03/22, 12:08 pm - Amina: hello", local(2022, 3, 25, 12, 8)],
])("a line of %s is read", async (_, line, at) => {
  const { chat } = await read(line);
  expect(chat.messages).toMatchObject([{ name: "Amina", text: "hello", at }]);
  expect(isWhatsApp(line)).toBe(true);
});

test("what all lines say together decides whether days or months come first", async () => {
  const late = await read("1/2/22, 9:00 - A: x\n1/25/22, 9:00 - A: y");
  expect(late.chat.messages[0]?.at).toBe(local(2022, 1, 2, 9, 0));
  const early = await read("1/2/22, 9:00 - A: x\n25/2/22, 9:00 - A: y");
  expect(early.chat.messages[0]?.at).toBe(local(2022, 2, 1, 9, 0));
  // No number above twelve: messages do not go back in time.
  const order = await read("2/1/22, 9:00 - A: x\n3/1/22, 9:00 - A: y\n1/2/22, 9:00 - A: z");
  expect(order.chat.messages.map(({ at }) => at)).toEqual([
    local(2022, 1, 2, 9, 0),
    local(2022, 1, 3, 9, 0),
    local(2022, 2, 1, 9, 0),
  ]);
});

test("lines without a date belong to the message above, blank ones and those that look like dates too", async () => {
  const { chat } = await read(
    "ignored\n25/03/2022, 14:08 - Amina: one\n\ntwo: 2\n12/13 - three\n25/03/2022, 14:09 - Bruno: four\r\nfive\r\n",
  );
  expect(said(chat)).toEqual(["Amina| one\n\ntwo: 2\n12/13 - three", "Bruno| four\nfive"]);
});

test("WhatsApp's own lines are by nobody", async () => {
  const { chat } = await read(
    [
      "25/03/2022, 14:08 - Messages and calls are end-to-end encrypted.",
      '25/03/2022, 14:09 - Amina created group "Fishers"',
      "25/03/2022, 14:10 - +254 700 000000: hi: there",
    ].join("\n"),
  );
  expect(chat.messages.map(({ name }) => name)).toEqual([null, null, "+254 700 000000"]);
  const ios = await read(
    "[25/03/2022, 14:08:18] Fishers: \u200eMessages are encrypted.\n[25/03/2022, 14:08:19] Amina: \u200eAmina added Bruno\n[25/03/2022, 14:08:20] Amina: Amina is me",
  );
  expect(said(ios.chat)).toEqual([
    "-| Messages are encrypted.",
    "-| Amina added Bruno",
    "Amina| Amina is me",
  ]);
});

test.each([
  ["25/03/2022, 14:08 - A: IMG-20220325-WA0001.jpg (file attached)\nat the pier", "at the pier"],
  ["25/03/2022, 14:08 - A: IMG-20220325-WA0001.jpg (Datei angehängt)", ""],
  ["25/03/2022, 14:08 - A: \u200eIMG-20220325-WA0001.jpg (الملف مرفق)", ""],
  ["[25/03/2022, 14:08:18] A: \u200e<attached: IMG-20220325-WA0001.jpg>", ""],
  [
    "[25/03/2022, 14:08:18] A: \u200e<pièce jointe : IMG-20220325-WA0001.jpg> at the pier",
    "at the pier",
  ],
])("a file is found beside the text: %s", async (line, text) => {
  const { chat, left } = await read(line, ["IMG-20220325-WA0001.jpg", "other.jpg"]);
  expect(chat.messages).toMatchObject([
    { text, files: [{ name: "IMG-20220325-WA0001.jpg", type: "image/jpeg" }] },
  ]);
  expect(chat.media).toMatchObject([{ key: chat.messages[0]?.key, index: 0 }]);
  expect(left).toEqual([]);
  const without = await read(line);
  expect(without.chat.messages).toMatchObject([{ files: [], lacks: ["IMG-20220325-WA0001.jpg"] }]);
  expect(without.left).toEqual([{ path: "IMG-20220325-WA0001.jpg", why: "lacks" }]);
});

test.each([
  "25/03/2022, 14:08 - A: <Media omitted>",
  "25/03/2022, 14:08 - A: <Multimedia omitido>",
  "25/03/2022, 14:08 - A: <تم استبعاد الوسائط>",
  "[25/03/2022, 14:08:18] A: \u200eimage omitted",
  "[25/03/2022, 14:08:18] A: \u200eBild weggelassen",
  "[25/03/2022, 14:08:18] A: \u200eaudio omitido",
])("what was left out of the export is said: %s", async (line) => {
  const { chat } = await read(line);
  expect(chat.messages).toMatchObject([{ name: "A", text: "" }]);
  expect(chat.messages[0]?.lacks.length).toBe(1);
});

test("a sentence that only speaks of a file stays a sentence", async () => {
  const { chat } = await read("25/03/2022, 14:08 - A: see notes.txt (the long version)");
  expect(said(chat)).toEqual(["A| see notes.txt (the long version)"]);
});

test("keys are the same in every export that begins earlier or ends later, and differ for the same words said twice", async () => {
  const lines = Array.from({ length: 30 }, (_, at) => `25/03/2022, 14:${10 + (at >> 1)} - A: ok`);
  const all = (await read(lines.join("\n"))).chat.messages.map(({ key }) => key);
  expect(new Set(all).size).toBe(30);
  const longer = (await read([...lines, "26/03/2022, 9:00 - A: more"].join("\n"))).chat.messages;
  expect(longer.slice(0, 30).map(({ key }) => key)).toEqual(all);
});

test("a text that is longer than a message becomes several, in order", async () => {
  const { chat } = await read(`25/03/2022, 14:08 - A: ${"word ".repeat(4000)}`);
  expect(chat.messages.length).toBeGreaterThan(2);
  expect(new Set(chat.messages.map(({ key }) => key)).size).toBe(chat.messages.length);
  expect(chat.messages.map(({ n }) => n)).toEqual(chat.messages.map((_, at) => at));
  expect(chat.messages.every(({ text }) => text.length <= 8000)).toBe(true);
});

test.each([
  ["WhatsApp Chat with Fishers of Mombasa.txt", "Fishers of Mombasa"],
  ["WhatsApp Chat - Fishers.zip", "Fishers"],
  ["WhatsApp-Chat mit Fischer.txt", "Fischer"],
  ["Chat de WhatsApp con Pescadores.zip", "Pescadores"],
  ["Discussion WhatsApp avec Pêcheurs.txt", "Pêcheurs"],
  ["Conversa do WhatsApp com Pescadores.txt", "Pescadores"],
  ["Chat WhatsApp dengan Nelayan.txt", "Nelayan"],
  ["notes.txt", "notes"],
])("the conversation of %s is called %s", (file, title) => {
  expect(titleOf(file)).toBe(title);
});

test("any text is read without an error, in a time that grows with its length, and nothing of it is lost", async () => {
  const pieces = fc.array(
    fc.oneof(
      fc.string({ unit: "binary" }),
      fc.constantFrom(
        "25/03/2022, 14:08 - ",
        "[25/03/22, 2:08 PM] ",
        "A: ",
        "\n",
        "\u200e<",
        ": ",
        "<a: b.jpg>",
        "99/99/9999, 99:99 - ",
      ),
    ),
  );
  await fc.assert(
    fc.asyncProperty(pieces, async (parts) => {
      const text = `25/03/2022, 14:08 - A: begin\n${parts.join("")}`;
      const { chat } = await read(text);
      for (const { at, key, text: words } of chat.messages) {
        expect(Number.isSafeInteger(at)).toBe(true);
        expect(key).not.toBe("");
        expect(words.length).toBeLessThanOrEqual(8000);
      }
    }),
    { numRuns: 60 },
  );
});

test("lines that were made to be slow are not", async () => {
  const slow = [
    `25/03/2022, ${" ".repeat(50_000)}`,
    `[${"9".repeat(50_000)}`,
    `25/03/2022, 14:08 - ${"A".repeat(200_000)}`,
    `25/03/2022, 14:08 - A: <${"a:".repeat(50_000)}>`,
    `25/03/2022, 14:08 - A: ${"a.b".repeat(50_000)} (`,
    `${"\u200e".repeat(100_000)}x`,
  ].join("\n");
  const { chat } = await read(slow);
  expect(chat.messages.length).toBeGreaterThan(0);
});

test("a date of a script's own digits is read whatever stands around it", () => {
  expect(stampOf("۲۵/۳/۲۰۲۲، ۱۴:۰۸")?.numbers).toEqual([25, 3, 2022]);
  expect(stampOf("12/34")).toBeNull();
  expect(stampOf("12/13/14 25:00")).toBeNull();
});
