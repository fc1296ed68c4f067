import { afterEach, expect, test } from "vitest";
import { ProtocolError } from "@baraza/protocol";
import { openNodeStore } from "../../platform/node/store.ts";
import { EngineError } from "../errors.ts";
import type { SqlStore } from "../ports.ts";
import { chat } from "../tools/chat/index.ts";
import type { ToolContext } from "../tools/tool.ts";
import { idBytes, testId, toolHarness } from "../tools/harness.ts";
import { createTextFetcher } from "./fetch-texts.ts";
import { CORE_SOURCES, migrateSearch } from "./index.ts";
import type { FindablePlace, FindableReader, FindableSource } from "./port.ts";
import { texted } from "./put-text.ts";
import { readQuery } from "./query.ts";
import { snippetOf } from "./snippet.ts";
import { testSearch } from "./testing.ts";

const AMINA = testId(32, 2);
const BRUNO = testId(32, 3);
let store: SqlStore | undefined;
afterEach(async () => {
  await store?.close();
  store = undefined;
});

async function start() {
  const opened = await openNodeStore(":memory:");
  store = opened;
  const harness = await toolHarness(opened, chat);
  await harness.member(AMINA, { name: "Amina" });
  await harness.member(BRUNO, { name: "Bruno" });
  const sources = [...CORE_SOURCES, ...chat.findable];
  await migrateSearch(opened, sources);
  await opened.run("INSERT INTO people VALUES (?, 'Amina Otieno', 'amina@a.localhost', 'met', 1)", [
    AMINA,
  ]);
  await opened.run("INSERT INTO people VALUES (?, 'Bruno Díaz', 'bruno@b.localhost', 'met', 1)", [
    BRUNO,
  ]);
  const search = testSearch(opened, sources, { me: harness.me });
  const say = (text: string, { author = AMINA, at }: { author?: string; at?: number } = {}) =>
    harness.receive(
      author,
      "chat.message",
      { text: text.normalize("NFC") },
      at === undefined ? {} : { at },
    );
  const messages = async (text: string) =>
    (await search.all(text)).filter(({ kind }) => kind === "message").map(({ ref }) => ref);
  return { opened, harness, search, say, messages };
}

async function space(opened: SqlStore, logId: string, title: string) {
  await opened.run(
    `INSERT INTO spaces (log_id, hub, hub_key, genesis, kind, history, title, state, created, gen, seq, head, hub_seq,
       read_from, epoch, seat_id, seat_key, own_hash)
     VALUES (?, '', x'', x'', 'group', 'all', ?, 'active', 1000, 0, 0, x'', 0, 0, 0, x'', x'', x'')`,
    [logId, title],
  );
}

test("a message is found by its words, without accents, case or vowels, and by the beginning of the last word", async () => {
  const { say, messages } = await start();
  const french = await say("On se retrouve à l’Élysée demain");
  const arabic = await say("هَذَا كِتَابٌ جميل");
  const thai = await say("ฉันรักประเทศไทย");
  const japanese = await say("明日は東京に行きます");
  const hindi = await say("यह किताब अच्छी है");
  expect(await messages("DEMAIN retrouve")).toEqual([french]);
  expect(await messages("elys")).toEqual([french]);
  expect(await messages("كتاب")).toEqual([arabic]);
  expect(await messages("ประเทศไทย")).toEqual([thai]);
  expect(await messages("東京")).toEqual([japanese]);
  expect(await messages("किताब")).toEqual([hindi]);
});

test("text without spaces is found by any part of it, however it might be cut into words", async () => {
  const { say, messages } = await start();
  const ids = [await say("東京都庁に行く"), await say("ฉันรักประเทศไทย")];
  for (const part of ["東", "京都", "都庁に", "東京都庁に行く"])
    expect(await messages(part)).toEqual([ids[0]]);
  for (const part of ["ประ", "เทศ", "เทศไท", "รัก", "ปร"])
    expect(await messages(part)).toEqual([ids[1]]);
  expect(await messages("京東")).toEqual([]);
  // All of its pieces are there, but not together.
  await say("東京 京都 都庁");
  expect(await messages("東京都庁")).toEqual([ids[0]]);
});

test("a German compound is found by each of its parts", async () => {
  const { say, messages } = await start();
  const id = await say("Die Trinkwasserversorgung ist gesichert");
  for (const part of ["Wasser", "Trinkwasser", "versorgung", "trink", "wasserversorgung"])
    expect(await messages(part)).toEqual([id]);
  await say("the parents came, and different ones");
  for (const part of ["rent", "pare rents", "fere"]) expect(await messages(part)).toEqual([]);
});

test("umlauts are found however they are typed", async () => {
  const { say, messages } = await start();
  const [one, two] = [await say("Treffen in München"), await say("Treffen in Muenster")];
  expect(await messages("Muenchen")).toEqual([one]);
  expect(await messages("munchen")).toEqual([one]);
  expect(await messages("Münster")).toEqual([two]);
});

test("the Arabic article does not count", async () => {
  const { say, messages } = await start();
  const ids = [await say("اجتماع لجنة الماء"), await say("ماء نظيف"), await say("والماء للجميع")];
  for (const word of ["ماء", "الماء"])
    expect((await messages(word)).toSorted()).toEqual(ids.toSorted());
});

test("small errors in a person's name or a conversation's title are forgiven", async () => {
  const { opened, search } = await start();
  await space(opened, testId(32, 9), "Water committee");
  for (const typed of ["otieno", "otineo", "otiemo", "amna", "Oteino"])
    expect((await search.all(typed)).map(({ title }) => title)).toContain("Amina Otieno");
  for (const typed of ["comittee", "comitte", "watr", "commit"])
    expect((await search.all(typed)).map(({ title }) => title)).toContain("Water committee");
  expect(await search.all("xmina")).toHaveLength(1);
  expect(await search.all("xnina")).toEqual([]);
});

test("what somebody types is never read as the index's own language", async () => {
  const { say, messages, search } = await start();
  const id = await say('She said "OR" AND NOT words : * near');
  for (const typed of ['"or" not', "words :", "near(", "said AND or", "words*", "NEAR(said, near)"])
    expect(await messages(typed)).toEqual([id]);
  for (const typed of ["", '"', "*", "   ", "🙂", "-", '""', '-"', "\u202e", ":::", "{}^+()"])
    expect(await search.all(typed)).toEqual([]);
});

test("whatever is sent, however long, is answered", async () => {
  const { say, search } = await start();
  await say("words of peace");
  const long = [
    "a".repeat(65_536),
    "word ".repeat(13_000),
    '"'.repeat(65_536),
    "-".repeat(65_536),
    "from:x ".repeat(9000),
    "\u202e".repeat(65_536),
    "東".repeat(65_536),
    "ก".repeat(65_536),
    "\ud800".repeat(65_536),
  ];
  for (const typed of long) expect((await search.all(typed)).length).toBeLessThan(2);
  await expect(search.all("a".repeat(200_000))).rejects.toThrow("invalid");
});

test("quotes keep words together, a minus keeps them out", async () => {
  const { say, messages } = await start();
  const [one, two] = [await say("the water committee meets"), await say("a committee on water")];
  expect(await messages('"water committee"')).toEqual([one]);
  expect((await messages("water committee")).toSorted()).toEqual([one, two].toSorted());
  expect(await messages("water -meets")).toEqual([two]);
  expect(await messages('water -"committee on"')).toEqual([one]);
  expect(await messages('"committee water"')).toEqual([]);
});

test("a phrase of words that are everywhere is found without reading everything that has them", async () => {
  const { opened, harness, say } = await start();
  const wanted = await say("the water committee meets", { at: 1_500_000_000_000 });
  for (let turn = 0; turn < 300; turn++) await say(`committee ${turn} on water`);
  let read = 0;
  const counting = chat.findable.map((source) => ({
    ...source,
    read: (db: FindableReader, places: readonly FindablePlace[]) => {
      read += places.length;
      return source.read(db, places);
    },
  }));
  const search = testSearch(opened, counting, { me: harness.me });
  await search.index();
  read = 0;
  expect(await search.refs('"water committee"')).toEqual([wanted]);
  expect(read).toBeLessThan(5);
});

test("filters by words: from, in, has, before, after, type", async () => {
  const { opened, harness, say, messages, search } = await start();
  await space(opened, harness.spaceId, "Water committee");
  const day = (text: string) => new Date(`${text}T12:00:00`).getTime();
  const a = await say("pump report https://example.org/x", { at: day("2026-03-01") });
  const b = await say("pump report", { author: BRUNO, at: day("2026-04-01") });
  const mine = await say("pump report of mine", { author: harness.me, at: day("2026-05-01") });
  expect(await messages("pump from:bruno")).toEqual([b]);
  expect(await messages("pump de:diaz")).toEqual([b]);
  expect(await messages("pump from:me")).toEqual([mine]);
  expect(await messages("من:amina")).toEqual([a]);
  expect(await messages("has:link")).toEqual([a]);
  expect(await messages("pump before:2026-04")).toEqual([a]);
  expect((await messages("pump after:2026-04-01")).toSorted()).toEqual([b, mine].toSorted());
  expect(await messages("after:1.4.2026 before:2/4/2026")).toEqual([b]);
  expect(await messages("pump in:water")).toHaveLength(3);
  expect((await search.all("type:person")).map(({ kind }) => kind)).toEqual(["person", "person"]);
  expect(await search.answers["search.find"]({ text: "pump from:zacharias" })).toEqual({
    hits: [],
    more: null,
    unknown: ["zacharias"],
  });
});

test("the filters that the screen gives as examples are understood in every language", () => {
  const now = new Date(2026, 5, 1).getTime();
  for (const typed of [
    "من:أمينة في:لجنة",
    "থেকে:আমিনা মধ্যে:কমিটি",
    "von:amina in:komitee",
    "from:amina in:committee",
    "de:amina en:comité",
    "de:amina dans:comité",
    "से:अमीना में:समिति",
    "dari:amina di:panitia",
    "van:amina in:commissie",
    "de:amina em:comissão",
    "kutoka:amina katika:kamati",
    "จาก:amina ใน:กรรมการ",
  ])
    expect(readQuery(typed, now)).toMatchObject({
      units: [],
      from: [expect.any(String)],
      in: [expect.any(String)],
    });
  for (const typed of [
    "পরে:2026-03 আছে:লিংক",
    "nach:2026-03 mit:link",
    "after:2026-03 has:link",
    "después:2026-03 con:enlace",
    "après:2026-03 avec:lien",
    "बाद:2026-03 साथ:लिंक",
    "setelah:2026-03 ada:tautan",
    "na:2026-03 met:link",
    "desde:2026-03 com:link",
    "baada:2026-03 yenye:kiungo",
    "หลัง:2026-03 มี:ลิงก์",
  ])
    expect(readQuery(typed, now)).toMatchObject({
      units: [],
      after: new Date(2026, 2, 1).getTime(),
      has: ["link"],
    });
  expect(readQuery("بعد:2026 مع:رابط", now)).toMatchObject({ units: [], has: ["link"] });
  expect(readQuery("« comité de l’eau » «لجنة المياه» “water committee”", now).units).toMatchObject(
    [{ phrase: true }, { phrase: true }, { phrase: true }],
  );
});

test("filters of buttons: kinds, spaces, authors, what it has, times", async () => {
  const { harness, say, search } = await start();
  const a = await say("pump https://example.org");
  const b = await say("pump", { author: BRUNO });
  expect(await search.refs("pump", { authors: [BRUNO] })).toEqual([b]);
  expect(await search.refs("", { has: ["link"] })).toEqual([a]);
  expect(await search.refs("pump", { spaceIds: [harness.spaceId] })).toHaveLength(2);
  expect(await search.refs("pump", { spaceIds: [testId(32, 0xbb)] })).toEqual([]);
  expect(await search.refs("pump", { kinds: ["person"] })).toEqual([]);
  expect(await search.refs("pump", { before: 5 })).toEqual([]);
  expect(await search.refs("pump from:amina", { authors: [BRUNO] })).toEqual([]);
});

test("a name typed beside other words finds what that person wrote", async () => {
  const { say, messages } = await start();
  await say("the pump is broken");
  const his = await say("the pump is repaired", { author: BRUNO });
  expect(await messages("bruno pump")).toEqual([his]);
  expect(await messages("bruno")).toEqual([]);
});

test("an edit is found by its new words only, a deleted message not at all", async () => {
  const { harness, say, messages } = await start();
  const id = await say("old words");
  expect(await messages("old")).toEqual([id]);
  const target = idBytes(id);
  await harness.receive(AMINA, "chat.edit", { target, text: "new words" });
  expect(await messages("old")).toEqual([]);
  expect(await messages("new")).toEqual([id]);
  await harness.receive(AMINA, "chat.delete", { target });
  expect(await messages("new")).toEqual([]);
});

test("what was deleted is not shown even before the index has followed", async () => {
  const { harness, say, search } = await start();
  const id = await say("secret words");
  await search.index();
  await harness.receive(AMINA, "chat.delete", { target: idBytes(id) });
  expect((await search.answers["search.find"]({ text: "secret" })).hits).toEqual([]);
});

test("a rebuild of a space changes nothing of the index, and writes nothing again", async () => {
  const { opened, harness, say, messages, search } = await start();
  const id = await say("only once");
  await search.index();
  const before = await opened.all("SELECT * FROM search_docs");
  await harness.rebuild();
  expect(await messages("once")).toEqual([id]);
  expect(await opened.all("SELECT * FROM search_docs")).toEqual(before);
});

test("what is taken away with its rows leaves the index", async () => {
  const { opened, say, search } = await start();
  await say("only once");
  await search.index();
  expect(await opened.all("SELECT docs FROM search_count")).toEqual([{ docs: 3 }]);
  await opened.run("DELETE FROM chat_messages");
  await search.index();
  expect(await opened.all("SELECT docs FROM search_count")).toEqual([{ docs: 2 }]);
  expect(
    await opened.all("SELECT rowid FROM search_words WHERE search_words MATCH 'once'"),
  ).toEqual([]);
  expect(
    await opened.all(
      "SELECT * FROM search_docs WHERE kind = (SELECT n FROM search_labels WHERE label = 'message')",
    ),
  ).toEqual([]);
});

test("things of one moment all find their place", async () => {
  const { opened, say, messages, search } = await start();
  const ids: string[] = [];
  for (let n = 0; n < 300; n++) ids.push(await say(`same moment ${n}`, { at: 1_700_000_000_000 }));
  await search.index();
  expect((await messages("moment")).toSorted()).toEqual(ids.toSorted());
  expect(await opened.all("SELECT count(DISTINCT id) AS n FROM search_docs")).toEqual([{ n: 302 }]);
});

test("a search gives its rest page by page, all of it, nothing twice", async () => {
  const { say, search } = await start();
  const ids: string[] = [];
  for (let n = 0; n < 500; n++)
    ids.push(await say(`everywhere ${n}`, { at: 1_600_000_000_000 + n * 1000 }));
  await search.index();
  let page = await search.answers["search.find"]({ text: "everywhere", limit: 30 });
  expect(page.hits).toHaveLength(30);
  const found = page.hits.map(({ ref }) => ref);
  while (page.more !== null) {
    page = await search.answers["search.more"]({ more: page.more, limit: 30 });
    found.push(...page.hits.map(({ ref }) => ref));
  }
  expect(found.toSorted()).toEqual(ids.toSorted());
  await expect(search.answers["search.more"]({ more: "1" })).rejects.toThrow("invalid");
});

test("an indexer that is cut off anywhere goes on where it was", async () => {
  const { opened, say, harness, messages } = await start();
  for (let n = 0; n < 40; n++) await say(`word${n} shared`);
  const broken = testSearch(
    {
      ...opened,
      all: (sql, params) => opened.all(sql, params),
      transaction: () => Promise.reject(new Error("cut off")),
    },
    [...CORE_SOURCES, ...chat.findable],
  );
  await expect(broken.index()).rejects.toThrow("cut off");
  expect(await messages("shared")).toHaveLength(40);
  expect(await opened.all("SELECT 1 FROM search_dirty")).toEqual([]);
  void harness;
});

test("slices that are asked for at once work one after the other, and put nothing in twice", async () => {
  const { opened, say, search } = await start();
  for (let n = 0; n < 30; n++) await say(`word ${n}`);
  await Promise.all([search.indexer.slice(), search.indexer.slice(), search.indexer.slice()]);
  expect(await search.all("word")).toHaveLength(30);
  expect(await opened.all("SELECT count(*) AS n FROM search_docs")).toEqual([{ n: 32 }]);
});

test("a change that comes while the thing is read is not lost", async () => {
  const { opened, harness, say } = await start();
  const id = await say("first text");
  let raced = false;
  const racing = testSearch(
    {
      ...opened,
      all: (sql, params) => opened.all(sql, params),
      async transaction(fn) {
        if (!raced) {
          raced = true;
          await harness.receive(AMINA, "chat.edit", { target: idBytes(id), text: "second text" });
        }
        return opened.transaction(fn);
      },
    },
    [...CORE_SOURCES, ...chat.findable],
  );
  expect(await racing.refs("first")).toEqual([]);
  expect(await racing.refs("second")).toEqual([id]);
});

test("a thing is found by its name at once, and by its text when that has been fetched; what is gone is not asked for twice", async () => {
  const opened = await openNodeStore(":memory:");
  store = opened;
  await toolHarness(opened, chat);
  await opened.run(
    "CREATE TABLE things (log_id TEXT, ref TEXT, at INTEGER, name TEXT, version TEXT)",
  );
  const asked: string[] = [];
  let away: Error | null = null;
  const source: FindableSource = {
    kind: "thing",
    table: "things",
    space: "r.log_id",
    ref: "r.ref",
    at: "r.at",
    watch: ["name", "version"],
    read: async (db) =>
      (
        await db.all<{ log_id: string; ref: string; at: number; name: string; version: string }>(
          "SELECT * FROM things",
        )
      ).map(({ log_id: spaceId, ...row }) => ({ spaceId, author: "", ...row })),
    texts: {
      tables: ["things"],
      async missing(db, most) {
        const rows = await db.all<{ log_id: string; ref: string; version: string; at: number }>(
          "SELECT * FROM things ORDER BY at DESC LIMIT ?",
          [most],
        );
        const places = rows.map(({ log_id: spaceId, ...row }) => ({ spaceId, ...row, bytes: 10 }));
        const have = await texted(db, "thing", places);
        return places.filter(({ spaceId, ref }) => !have.has(`${spaceId} ${ref}`));
      },
      async fetch(_context, { ref }) {
        if (away !== null) throw away;
        asked.push(ref);
        if (ref === "02") throw new EngineError("invalid");
        return `text of version ${ref}`;
      },
    },
  };
  await migrateSearch(opened, [source]);
  const search = testSearch(opened, [source]);
  const fetcher = createTextFetcher(
    opened,
    [source],
    () => ({}) as ToolContext,
    () => false,
    () => 1_000_000,
  );
  const space = testId(32, 7);
  await opened.run(
    "INSERT INTO things VALUES (?, '01', 5000, 'Ledger.pdf', 'a'), (?, '02', 4000, 'Map.pdf', 'a')",
    [space, space],
  );
  expect(await search.refs("ledger")).toEqual(["01"]);
  expect(await search.refs("version")).toEqual([]);
  for (const error of [new ProtocolError("unavailable"), new EngineError("offline")]) {
    away = error;
    expect(await fetcher.run()).toBeGreaterThan(1_000_000);
  }
  expect(asked).toEqual([]);
  away = null;
  expect(await fetcher.run()).toBeNull();
  expect(await fetcher.run()).toBeNull();
  expect(asked).toEqual(["01", "02"]);
  expect(await search.refs("version")).toEqual(["01"]);
  expect(await search.refs('"text of version"')).toEqual(["01"]);
  // Another version: the former text is not found any more, the next one is fetched.
  await opened.run("UPDATE things SET version = 'b' WHERE ref = '01'");
  expect(await search.refs("version")).toEqual([]);
  await fetcher.run();
  expect(await search.refs("version")).toEqual(["01"]);
  await opened.run("DELETE FROM things");
  await search.index();
  expect(await opened.all("SELECT * FROM search_texts")).toEqual([]);
});

test("a thing whose time changes before it was read is found once", async () => {
  const opened = await openNodeStore(":memory:");
  store = opened;
  await toolHarness(opened, chat);
  await opened.run("CREATE TABLE things (log_id TEXT, ref TEXT, at INTEGER, name TEXT)");
  const source: FindableSource = {
    kind: "thing",
    table: "things",
    space: "r.log_id",
    ref: "r.ref",
    at: "r.at",
    watch: ["name", "at"],
    read: async (db) =>
      (
        await db.all<{ log_id: string; ref: string; at: number; name: string }>(
          "SELECT * FROM things",
        )
      ).map(({ log_id: spaceId, ...row }) => ({ spaceId, author: "", ...row })),
  };
  await migrateSearch(opened, [source]);
  const search = testSearch(opened, [source]);
  await opened.run("INSERT INTO things VALUES (?, '01', 0, 'Ledger.pdf')", [testId(32, 7)]);
  await opened.run("UPDATE things SET at = 5000");
  expect(await opened.all("SELECT 1 FROM search_dirty")).toHaveLength(2);
  expect(await search.refs("ledger")).toEqual(["01"]);
  expect(await opened.all("SELECT 1 FROM search_docs")).toHaveLength(1);
});

test("the marks of a hit are the words that were found", async () => {
  const { say, search } = await start();
  const cases: [string, string, string[]][] = [
    ["On se retrouve à l’Élysée demain", "elysee DEMAIN", ["Élysée", "demain"]],
    ["هَذَا كِتَابٌ جميل", "كتاب", ["كِتَابٌ"]],
    ["明日は東京に行きます", "東京", ["東京"]],
    ["Die Trinkwasserversorgung", "wasser", ["Trinkwasserversorgung"]],
    ["a pump 🙂 and pumps", "pump", ["pump", "pumps"]],
  ];
  for (const [text, typed, marked] of cases) {
    const id = await say(text);
    const hit = (await search.all(typed)).find(({ ref }) => ref === id);
    expect(hit?.marks.map(([from, to]) => hit.snippet.slice(from, to))).toEqual(marked);
  }
});

test("a snippet of a long text holds the words that were found, on one line", () => {
  const needle = {
    words: ["needle"],
    phrase: false,
    open: false,
    near: new Map(),
    authors: new Set<string>(),
    spaces: new Set<string>(),
    weight: 1,
  };
  const text = `${"before ".repeat(3000)}\n the Needle, \n${"after ".repeat(100)}`;
  const { snippet, marks } = snippetOf(text, [needle]);
  expect(snippet).toMatch(/^…before .*the Needle, after.*…$/);
  expect(marks.map(([from, to]) => snippet.slice(from, to))).toEqual(["Needle"]);
  expect(snippetOf("short  text", [needle])).toEqual({ snippet: "short text", marks: [] });
});
