import fc from "fast-check";
import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { bringChats, type Place, type Wish } from "./bring-chats.ts";
import type { Answers, Job } from "./messages.ts";
import type { ToBring } from "./model.ts";
import { readExport } from "./open.ts";
import type { Reader } from "./reader.ts";
import { carryOut, type Reading } from "./work.ts";

type Content = Record<string, string | object>;

function zip(files: Content, name = "export.zip"): { file: File; path: string } {
  const packed = zipSync(
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => [
        path,
        strToU8(typeof content === "string" ? content : JSON.stringify(content)),
      ]),
    ),
  );
  return { file: new File([new Uint8Array(packed)], name), path: name };
}
const loose = (path: string, content: string | object): { file: File; path: string } => ({
  file: new File(
    [typeof content === "string" ? content : JSON.stringify(content)],
    path.split("/").at(-1) ?? "",
  ),
  path,
});
const short = ({ messages }: { messages: ToBring[] }) =>
  messages.map(({ name, text }) => `${name ?? "-"}| ${text}`);

const SLACK: Content = {
  "users.json": [
    { id: "U1", name: "amina", profile: { display_name: "Amina", real_name: "Amina Otieno" } },
    { id: "U2", name: "bruno", real_name: "Bruno Díaz", profile: { display_name: "" } },
  ],
  "channels.json": [
    { id: "C1", name: "general", members: ["U1", "U2"] },
    { id: "C2", name: "empty", members: [] },
  ],
  "dms.json": [{ id: "D1", members: ["U1", "U2"] }],
  "integration_logs.json": [],
  "general/2023-05-02.json": [
    {
      type: "message",
      user: "U2",
      text: "later",
      ts: "1683014400.000200",
      thread_ts: "1682931600.000100",
    },
  ],
  "general/2023-05-01.json": [
    {
      type: "message",
      subtype: "channel_join",
      user: "U1",
      text: "<@U1> has joined the channel",
      ts: "1682931500.000000",
    },
    {
      type: "message",
      user: "U1",
      text: "Hi <@U2>, see <#C2|empty> and <https://example.org|the map> &amp; <https://example.org/x> :tada: :no_such:",
      ts: "1682931600.000100",
      thread_ts: "1682931600.000100",
      edited: { user: "U1", ts: "1682931700.000000" },
      reactions: [
        { name: "+1", users: ["U2"], count: 1 },
        { name: "party_parrot", users: ["U1", "U9"], count: 2 },
      ],
      files: [{ id: "F1", name: "plan.pdf", url_private: "https://files.slack.com/x" }],
    },
    {
      type: "message",
      subtype: "bot_message",
      username: "Weather",
      text: "",
      ts: "1682931650.000000",
      attachments: [{ title: "Rain", title_link: "https://rain.example", text: "all day" }],
    },
  ],
  "D1/2023-05-01.json": [{ type: "message", user: "U2", text: "just us", ts: "1682931600.000100" }],
};

test("an export of Slack: channels, people, threads, reactions, marks; files by link stand in the report", async () => {
  const { chats, left } = await readExport([zip(SLACK)]);
  expect(chats.map(({ title, service }) => [title, service])).toEqual([
    ["#general", "slack"],
    ["Amina, Bruno Díaz", "slack"],
  ]);
  const [general] = chats;
  expect(short(general!)).toEqual([
    "-| @Amina has joined the channel",
    "Amina| Hi @Bruno Díaz, see #empty and the map (https://example.org) & https://example.org/x 🎉 :no_such:",
    "Weather| Rain\nall day\nhttps://rain.example",
    "Bruno Díaz| later",
  ]);
  expect(general?.messages[1]).toMatchObject({
    at: 1_682_931_600_000,
    edited: 1_682_931_700_000,
    thread: null,
    lacks: ["plan.pdf"],
    reactions: [
      { emoji: "👍", names: ["Bruno Díaz"] },
      { emoji: ":party_parrot:", names: ["Amina", "?"] },
    ],
  });
  expect(general?.messages[3]?.thread).toBe(general?.messages[1]?.key);
  expect(left).toEqual([{ path: "#general/plan.pdf", why: "link" }]);
});

test("an export of Slack that was unpacked, or packed with its folder, is the same", async () => {
  const files = Object.entries(SLACK).map(([path, content]) =>
    loose(`Workspace export/${path}`, content),
  );
  const whole = await readExport(files);
  const packed = await readExport([
    zip(
      Object.fromEntries(
        Object.entries(SLACK).map(([path, content]) => [`Workspace/${path}`, content]),
      ),
    ),
  ]);
  const bare = await readExport([zip(SLACK)]);
  for (const one of [whole, packed])
    expect(one.chats.map(({ messages }) => messages)).toEqual(
      bare.chats.map(({ messages }) => messages),
    );
});

test("an export of Telegram: words in pieces, answers, media, what was not included, service lines", async () => {
  const messages = [
    {
      id: 1,
      type: "service",
      date: "2023-05-01T10:00:00",
      date_unixtime: "1682935200",
      actor: "Amina",
      action: "create_group",
      title: "Fishers",
      members: ["Amina", "Bruno"],
    },
    {
      id: 2,
      type: "message",
      date_unixtime: "1682935260",
      from: "Amina",
      from_id: "user1",
      text: [
        "see ",
        { type: "text_link", text: "here", href: "https://example.org" },
        { type: "bold", text: "!" },
      ],
      edited_unixtime: "1682935300",
      photo: "photos/photo_1.jpg",
      width: 10,
      height: 10,
    },
    {
      id: 3,
      type: "message",
      date_unixtime: "1682935320",
      from: null,
      from_id: "user2",
      text: "yes",
      reply_to_message_id: 2,
      reactions: [
        {
          type: "emoji",
          count: 1,
          emoji: "🐟",
          recent: [{ from: "Amina", from_id: "user1", date: "x" }],
        },
      ],
    },
    {
      id: 4,
      type: "message",
      date_unixtime: "1682935380",
      from: "Amina",
      text: "",
      file: "(File not included. Change data exporting settings to download.)",
      media_type: "voice_message",
    },
    {
      id: 5,
      type: "message",
      date_unixtime: "1682935440",
      from: "Amina",
      text: "",
      poll: { question: "When?", answers: [{ text: "Now", voters: 3 }] },
    },
  ];
  const { chats, left } = await readExport([
    zip({
      "ChatExport/result.json": { name: "Fishers", type: "private_group", id: 77, messages },
      "ChatExport/photos/photo_1.jpg": "jpeg",
      "ChatExport/photos/photo_1_thumb.jpg": "jpeg",
    }),
  ]);
  const [chat] = chats;
  expect(chat).toMatchObject({ service: "telegram", title: "Fishers" });
  expect(short(chat!)).toEqual([
    "-| Amina · create group · Amina, Bruno",
    "Amina| see here (https://example.org)!",
    "user2| yes",
    "Amina| ",
    "Amina| 📊 When?\n• Now (3)",
  ]);
  expect(chat?.messages[1]).toMatchObject({
    at: 1_682_935_260_000,
    files: [{ name: "photo_1.jpg" }],
  });
  expect(chat?.messages[2]).toMatchObject({
    reply: chat?.messages[1]?.key,
    reactions: [{ emoji: "🐟", names: ["Amina"] }],
  });
  expect(left).toEqual([
    { path: "voice message", why: "lacks" },
    { path: "ChatExport/photos/photo_1_thumb.jpg", why: "unused" },
  ]);
});

test("all of Telegram's conversations in one file come one by one", async () => {
  const chat = (id: number, name: string) => ({
    id,
    name,
    type: "personal_chat",
    messages: [{ id: 1, type: "message", date_unixtime: "1682935260", from: name, text: "hi" }],
  });
  const { chats } = await readExport([
    loose("result.json", {
      chats: { list: [chat(1, "Amina"), chat(2, "Bruno")] },
      left_chats: { list: [chat(3, "Old")] },
    }),
  ]);
  expect(chats.map(({ title }) => title)).toEqual(["Amina", "Bruno", "Old"]);
});

test("Signal's own export: people, groups, quotes, reactions, files; an update of a group is no message", async () => {
  const hash = "ab".repeat(32);
  const lines = [
    { version: "1", backupTimeMs: "1682935200000" },
    { account: { givenName: "Amina", familyName: "Otieno" } },
    { recipient: { id: "1", self: {} } },
    { recipient: { id: "2", contact: { profileGivenName: "Bruno", e164: "254700000000" } } },
    { recipient: { id: "3", group: { snapshot: { title: { title: "Fishers" } } } } },
    { chat: { id: "9", recipientId: "3" } },
    {
      chatItem: {
        chatId: "9",
        authorId: "2",
        dateSent: "1682935260000",
        incoming: {},
        standardMessage: { text: { body: "hello" }, reactions: [{ emoji: "👍", authorId: "1" }] },
      },
    },
    {
      chatItem: {
        chatId: "9",
        authorId: "1",
        dateSent: "1682935320000",
        outgoing: {},
        standardMessage: {
          quote: { targetSentTimestamp: "1682935260000", authorId: "2", text: { body: "hello" } },
          text: { body: "back" },
          attachments: [
            {
              pointer: {
                contentType: "image/jpeg",
                fileName: "a.jpg",
                locatorInfo: { plaintextHash: Buffer.from(hash, "hex").toString("base64") },
              },
            },
            { pointer: { fileName: "gone.pdf" } },
          ],
        },
      },
    },
    {
      chatItem: {
        chatId: "9",
        authorId: "1",
        dateSent: "1682935330000",
        updateMessage: { groupChange: {} },
      },
    },
  ];
  const { chats, left } = await readExport([
    zip({
      "signal-export/main.jsonl": `${lines.map((one) => JSON.stringify(one)).join("\n")}\n{"cut`,
      "signal-export/metadata.json": "{}",
      [`signal-export/files/ab/${hash}.jpg`]: "jpeg",
    }),
  ]);
  expect(chats).toMatchObject([{ service: "signal", title: "Fishers" }]);
  expect(short(chats[0]!)).toEqual(["Bruno| hello", "Amina Otieno| back"]);
  expect(chats[0]?.messages[1]).toMatchObject({
    reply: chats[0]?.messages[0]?.key,
    files: [{ name: `${hash}.jpg` }],
    lacks: ["gone.pdf"],
  });
  expect(left.map(({ path, why }) => `${path} ${why}`)).toContain("gone.pdf lacks");
});

test("exports of signal-export: a folder for each conversation, lines of JSON or markdown", async () => {
  const { chats } = await readExport([
    zip({
      "Fishers/data.json": `${JSON.stringify({ date: "2023-05-01T10:00:00", sender: "Amina", body: "hello  ", quote: "", reactions: [["Bruno", "👍"]], attachments: [{ name: "a b.jpg", path: "media/a%20b.jpg" }] })}\n`,
      "Fishers/chat.md": "[2023-05-01 10:00:00] Amina: hello",
      "Fishers/media/a b.jpg": "jpeg",
      "Bruno/chat.md":
        "[2023-05-01 10:00:00] Bruno: one\ntwo\n(- Me: 👍 -)\n\n[2023-05-01 10:01:00] Me: ![pic](./media/p.jpg)  \n",
      "Bruno/media/p.jpg": "jpeg",
    }),
  ]);
  expect(chats.map(({ title }) => title)).toEqual(["Fishers", "Bruno"]);
  expect(chats[0]?.messages).toMatchObject([
    {
      name: "Amina",
      text: "hello",
      files: [{ name: "a b.jpg" }],
      reactions: [{ emoji: "👍", names: ["Bruno"] }],
    },
  ]);
  expect(chats[1]?.messages).toMatchObject([
    { name: "Bruno", text: "one\ntwo", reactions: [{ emoji: "👍", names: ["Me"] }] },
    { name: "Me", text: "", files: [{ name: "p.jpg" }] },
  ]);
});

test("a sealed backup of Signal, and what is no export, are told apart", async () => {
  const { chats, left } = await readExport([
    loose("signal-2023-05-01-10-00-00.backup", "sealed"),
    zip({ "a.jpg": "x" }, "photos.zip"),
    zip({ "notes.txt": "dear diary" }, "notes.zip"),
  ]);
  expect(chats).toEqual([]);
  expect(left).toEqual([
    { path: "photos.zip", why: "unknown" },
    { path: "notes.zip", why: "unknown" },
    { path: "signal-2023-05-01-10-00-00.backup", why: "sealed" },
  ]);
});

test("several zips of WhatsApp are several conversations, called as their files are", async () => {
  const line = "25/03/2022, 14:08 - Amina: hello";
  const { chats } = await readExport([
    zip({ "_chat.txt": line }, "WhatsApp Chat - Fishers.zip"),
    zip({ "WhatsApp Chat with Bruno.txt": line }, "x.zip"),
  ]);
  expect(chats.map(({ title }) => title)).toEqual(["Fishers", "Bruno"]);
});

test("JSON that is broken, of another shape or nested deeply is a line of the report, and the rest comes", async () => {
  const deep = "[".repeat(100_000) + "]".repeat(100_000);
  const nested = Array.from({ length: 60 }).reduce<unknown>((inside) => [inside], "x");
  const { chats, left } = await readExport([
    zip({
      ...SLACK,
      "general/2023-05-03.json": '[{"type":"message"',
      "general/2023-05-04.json": deep,
      "general/2023-05-05.json": [
        null,
        7,
        "x",
        { type: "message", ts: { a: 1 }, text: [1] },
        { type: "message", ts: "1e400" },
        {
          type: "message",
          ts: "1682931999.0",
          text: nested,
          user: 7,
          reactions: { a: 1 },
          files: [null],
        },
      ],
    }),
    loose("result.json", {
      messages: [
        { id: {}, type: "message", date_unixtime: "zero", text: {} },
        { type: "message", date: "2023-05-01T10:00:00", text: nested, photo: ["x"] },
      ],
    }),
  ]);
  expect(chats[0]?.title).toBe("#general");
  expect(left).toContainEqual({ path: "general/2023-05-03.json", why: "damaged" });
});

test("whatever stands in JSON, no parser fails or gives more than fits", async () => {
  const names = ["users.json", "channels.json", "general/2023-05-01.json"];
  await fc.assert(
    fc.asyncProperty(fc.json({ maxDepth: 5 }), fc.constantFrom(...names), async (json, name) => {
      const { chats } = await readExport([
        zip({ ...SLACK, [name]: json }),
        loose("result.json", json),
        loose("main.jsonl", json),
      ]);
      for (const { messages, title } of chats) {
        expect(title.length).toBeLessThanOrEqual(200);
        for (const { at, text } of messages) {
          expect(Number.isSafeInteger(at) && at >= 0).toBe(true);
          expect(text.length).toBeLessThanOrEqual(8000);
        }
      }
    }),
    { numRuns: 40 },
  );
});

test("paths that are too deep or lead elsewhere are left, and what is in the right place comes", async () => {
  const { chats, left } = await readExport([
    zip(
      {
        [`${"d/".repeat(61)}_chat.txt`]: "25/03/2022, 14:08 - Amina: deep",
        "../../_chat.txt": "25/03/2022, 14:08 - Amina: elsewhere",
        "_chat.txt": "25/03/2022, 14:08 - Amina: here",
      },
      "WhatsApp Chat - Fishers.zip",
    ),
  ]);
  expect(chats.map(short)).toEqual([["Amina| here"]]);
  expect(left.map(({ why }) => why)).toEqual(["path", "path"]);
});

test("a size that is claimed and not true is damaged, and one that is too large is not begun with", async () => {
  const { file } = zip({ "_chat.txt": "25/03/2022, 14:08 - Amina: here ".repeat(200) });
  const lying = async (size: number) => {
    const bytes = new Uint8Array(await file.arrayBuffer());
    const data = new DataView(bytes.buffer);
    for (let at = 0; at < bytes.length - 46; at++)
      if (data.getUint32(at, true) === 0x02014b50) data.setUint32(at + 24, size, true);
    return readExport([{ file: new File([bytes], "a.zip"), path: "a.zip" }]);
  };
  expect((await lying(10)).left).toContainEqual({ path: "_chat.txt", why: "damaged" });
  expect((await lying(500_000_000)).left).toContainEqual({ path: "_chat.txt", why: "tooLarge" });
});

/** A reader without a worker, and a place in memory that fails as it is told. */
function memory(fails: (calls: number) => Error | null = () => null) {
  const reading: Reading = { read: null };
  const reader: Reader = {
    run: async <J extends Job>(job: J) => (await carryOut(reading, job)) as Answers[J["do"]],
    close: () => undefined,
  };
  const spaces: string[] = [];
  const messages = new Map<string, ToBring>();
  const files = new Map<string, string>();
  let calls = 0;
  const count = (): void => {
    const error = fails(++calls);
    if (error !== null) throw error;
  };
  const place: Place = {
    newSpace: async (title) => `space ${spaces.push(title)}`,
    put: async (_, to, some) => {
      count();
      const fresh = some.filter(({ key }) => !messages.has(key));
      for (const one of fresh) messages.set(one.key, one);
      return { chat: to.chat ?? "chat", added: fresh.length, there: some.length - fresh.length };
    },
    folder: async () => "folder",
    missing: async (_, some) =>
      some.flatMap(({ key, index }, at) => (files.has(`${key} ${index}`) ? [] : [at])),
    addFile: async (_, { key, index, content }) => {
      count();
      files.set(`${key} ${index}`, await content.text());
    },
  };
  return { reader, place, spaces, messages, files };
}

const wishesOf = async (reader: Reader, files: { file: File; path: string }[]): Promise<Wish[]> =>
  (await reader.run({ do: "read", files })).chats.map((summary, index) => ({
    index,
    summary,
    spaceId: null,
    chat: null,
    hints: [],
  }));
const options = (signal = new AbortController().signal) => ({
  left: [],
  onProgress: () => undefined,
  signal,
  stopsWith: (error: unknown) => error instanceof RangeError,
});

const CHAT = zip(
  {
    "_chat.txt": Array.from({ length: 2500 }, (_, at) =>
      at % 500 === 0
        ? `[25/03/2022, 14:08:18] A: \u200e<attached: ${at}.jpg>`
        : `[25/03/2022, 14:08:18] A: ${at}`,
    ).join("\n"),
    ...Object.fromEntries([0, 500, 1000, 1500].map((at) => [`${at}.jpg`, `picture ${at}`])),
  },
  "WhatsApp Chat - Fishers.zip",
);

test("an import that was cut off anywhere goes on where it was, and brings nothing twice", async () => {
  for (let cut = 1; cut <= 7; cut++) {
    const { reader, place, messages, files } = memory((calls) =>
      calls === cut ? new RangeError("full") : null,
    );
    const wishes = await wishesOf(reader, [CHAT]);
    expect((await bringChats(reader, wishes, place, options())).stopped).toBe("failed");
    const again = await bringChats(reader, wishes, place, options());
    expect(again).toMatchObject({ stopped: "no" });
    expect(again.added + again.there).toBe(2500);
    expect(again.files + again.filesThere).toBe(4);
    expect([messages.size, files.size]).toEqual([2500, 4]);
    expect(files.get([...files.keys()][1] ?? "")).toBe("picture 500");
  }
});

test("a person stops it between two parts", async () => {
  const stop = new AbortController();
  const { reader, place, messages } = memory();
  const wishes = await wishesOf(reader, [CHAT]);
  const report = await bringChats(reader, wishes, place, {
    ...options(stop.signal),
    onProgress: () => stop.abort(),
  });
  expect(report).toMatchObject({ stopped: "asked", added: 1000 });
  expect(messages.size).toBe(1000);
});

test("what was read is summed up before anything is brought in", async () => {
  const { reader } = memory();
  const { chats } = await reader.run({ do: "read", files: [CHAT] });
  expect(chats).toMatchObject([
    { title: "Fishers", messages: 2500, people: [{ name: "A", messages: 2500 }], files: 4 },
  ]);
  expect(chats[0]?.sample.length).toBe(200);
  expect(chats[0]?.bytes).toBe("picture 0".length + 11 + 12 + 12);
});
