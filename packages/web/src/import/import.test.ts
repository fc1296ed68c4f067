import { strToU8, zipSync } from "fflate";
import { expect, test } from "vitest";
import { bringIn, type Place, type Report } from "./bring-in.ts";
import { planOf, type Plan } from "./items.ts";

const AT = new Date(2026, 2, 4, 5, 6, 8);

type Content = Record<string, string | [Uint8Array, { level: 0 | 9 }]>;

function zip(files: Content, name = "all.zip"): File {
  const packed = zipSync(
    Object.fromEntries(
      Object.entries(files).map(([path, content]) => [
        path,
        typeof content === "string" ? strToU8(content) : content,
      ]),
    ),
    { mtime: AT },
  );
  return new File([new Uint8Array(packed)], name);
}

const namesOf = ({ items }: Plan): string[] => items.map(({ path }) => path.join("/"));
const textOf = async (plan: Plan, path: string): Promise<string> => {
  const item = plan.items.find((one) => one.path.join("/") === path);
  return (await item!.open()).text();
};

/** A place in memory, which fails as it is told. `shrinks`: what is put in loses a part. */
function memory(fails: (name: string) => Error | null = () => null, shrinks = false) {
  const files = new Map<string, { text: string; at: number }>();
  const place: Place = {
    folderAt: async (path) => path.join("/") || null,
    keyOf: (name) => name.toLowerCase(),
    filesIn: async (folder) => {
      const found = new Map<string, { size: number; at: number }[]>();
      for (const [path, { text, at }] of files) {
        const slash = path.lastIndexOf("/");
        if ((path.slice(0, Math.max(0, slash)) || null) !== folder) continue;
        found.set(path.slice(slash + 1).toLowerCase(), [{ size: text.length, at }]);
      }
      return found;
    },
    put: async (folder, name, content, at) => {
      const error = fails(name);
      if (error !== null) throw error;
      const text = (await content.text()).slice(shrinks ? 1 : 0);
      files.set(folder === null ? name : `${folder}/${name}`, { text, at });
    },
  };
  return { place, files };
}

const run = (plan: Plan, place: Place, signal = new AbortController().signal): Promise<Report> =>
  bringIn(plan, place, {
    signal,
    onProgress: () => undefined,
    stopsWith: (error) => error instanceof RangeError,
  });

test("a zip file gives its files with their folders, dates and content, packed or not", async () => {
  const noise = Uint8Array.from({ length: 300_000 }, (_, at) => (at * at) & 255);
  const plan = await planOf(
    [
      zip({
        "Minutes/2026/März.txt": "hello",
        "a.bin": [noise, { level: 0 }],
        "b.bin": [noise, { level: 9 }],
      }),
    ],
    { unzip: true },
  );
  expect(namesOf(plan)).toEqual(["Minutes/2026/März.txt", "a.bin", "b.bin"]);
  expect(plan.bytes).toBe(5 + 2 * noise.length);
  expect(plan.items.map(({ at }) => at)).toEqual([AT.getTime(), AT.getTime(), AT.getTime()]);
  expect(await textOf(plan, "Minutes/2026/März.txt")).toBe("hello");
  for (const item of plan.items.slice(1))
    expect(new Uint8Array(await (await item.open()).arrayBuffer())).toEqual(noise);
});

test("what Google hands out loses its wrapping, and what only speaks about files is left with its reason", async () => {
  const plan = await planOf(
    [
      zip({
        "Takeout/archive_browser.html": "<html>",
        "Takeout/Drive/Budget.xlsx": "x",
        "Takeout/Drive/settings.json": "{}",
        "Takeout/Google Photos/Trip/IMG_1.jpg": "jpeg",
        "Takeout/Google Photos/Trip/IMG_1.jpg.json": "{}",
        "Takeout/Google Photos/Trip/IMG_2.jpg": "jpeg",
        "Takeout/Google Photos/Trip/IMG_2.jpg.supplemental-meta.json": "{}",
        "Takeout/Google Photos/Trip/metadata.json": "{}",
        "Takeout/Google Photos/Trip/notes.json": "mine",
      }),
    ],
    { unzip: true },
  );
  expect(namesOf(plan)).toEqual([
    "Drive/Budget.xlsx",
    "Drive/settings.json",
    "Google Photos/Trip/IMG_1.jpg",
    "Google Photos/Trip/IMG_2.jpg",
    "Google Photos/Trip/notes.json",
  ]);
  expect(plan.left.map(({ why }) => why)).toEqual(["about", "about", "about", "about"]);
});

test("a folder of one's own that is called Takeout among others stays as it is", async () => {
  const plan = await planOf([zip({ "Takeout/a.txt": "a", "b.txt": "b" })], { unzip: true });
  expect(namesOf(plan)).toEqual(["Takeout/a.txt", "b.txt"]);
});

test("paths that lead elsewhere, and what computers keep for themselves, are left", async () => {
  const deep = `${"d/".repeat(70)}x.txt`;
  const plan = await planOf(
    [
      zip({
        "../../etc/passwd": "x",
        "C:\\Users\\a.txt": "x",
        "/etc/b": "x",
        [deep]: "x",
        "a/.DS_Store": "x",
        "__MACOSX/a/._b.txt": "x",
        "a/b.txt": "good",
      }),
    ],
    { unzip: true },
  );
  expect(namesOf(plan)).toEqual(["a/b.txt"]);
  const whys = Object.groupBy(plan.left, ({ why }) => why);
  expect(whys.path?.length).toBe(4);
  expect(whys.system?.length).toBe(2);
});

test("what unfolds to something other than was said is left, and the rest comes", async () => {
  const file = zip({ "bomb.txt": [new Uint8Array(5_000_000), { level: 9 }], "good.txt": "good" });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const data = new DataView(bytes.buffer);
  // The directory says ten bytes.
  for (let at = 0; at < bytes.length - 46; at++)
    if (data.getUint32(at, true) === 0x02014b50 && bytes[at + 46] === 0x62)
      data.setUint32(at + 24, 10, true);
  const plan = await planOf([new File([bytes], "a.zip")], { unzip: true });
  const { place, files } = memory();
  const report = await run(plan, place);
  expect([...files]).toEqual([["good.txt", { text: "good", at: AT.getTime() }]]);
  expect(report).toMatchObject({
    taken: 1,
    files: 2,
    left: [{ path: "bomb.txt", why: "damaged" }],
    stopped: "no",
  });
});

test("a changed byte is noticed", async () => {
  const file = zip({ "a.txt": [strToU8("some text, some text ".repeat(50)), { level: 9 }] });
  const bytes = new Uint8Array(await file.arrayBuffer());
  const data = new DataView(bytes.buffer);
  for (let at = 0; at < bytes.length - 46; at++)
    if (data.getUint32(at, true) === 0x02014b50) data.setUint32(at + 16, 12345, true);
  const plan = await planOf([new File([bytes], "a.zip")], { unzip: true });
  await expect(plan.items[0]!.open()).rejects.toMatchObject({ trouble: "damaged" });
});

test("no zip file, and half a zip file, are said to be damaged", async () => {
  const half = await zip({ "a.txt": "hello" }).arrayBuffer();
  for (const content of [
    new Uint8Array(0),
    new Uint8Array(500),
    new Uint8Array(half.slice(0, 40)),
  ]) {
    const plan = await planOf([new File([content], "x.zip")], { unzip: true });
    expect(plan.items).toEqual([]);
    expect(plan.left).toEqual([{ path: "x.zip", why: "damaged" }]);
  }
});

test("an import that was cut off goes on where it was, and changes nothing twice", async () => {
  const all = Object.fromEntries(
    Array.from({ length: 20 }, (_, at) => [`f/${at}.txt`, `text ${at}`]),
  );
  const { place, files } = memory();
  const stop = new AbortController();
  const puts: string[] = [];
  const counted: Place = {
    ...place,
    put: async (folder, name, content, at) => {
      puts.push(name);
      await place.put(folder, name, content, at);
      if (puts.length === 7) stop.abort();
    },
  };
  const first = await run(await planOf([zip(all)], { unzip: true }), counted, stop.signal);
  expect(first).toMatchObject({ stopped: "asked", taken: 7 });
  const second = await run(await planOf([zip(all)], { unzip: true }), counted);
  expect(second).toMatchObject({ stopped: "no", taken: 13, there: 7, files: 20 });
  expect(files.size).toBe(20);
  expect(new Set(puts).size).toBe(puts.length);
});

test("what was put in smaller than it was, a picture without its details, is not brought in again", async () => {
  const all = zip({ "Photos/A.jpg": "picture", "b.txt": "b" });
  const { place } = memory(undefined, true);
  expect(await run(await planOf([all], { unzip: true }), place)).toMatchObject({ taken: 2 });
  expect(await run(await planOf([all], { unzip: true }), place)).toMatchObject({
    taken: 0,
    there: 2,
  });
});

test("one file that cannot be put in is a line of the report; no room ends it", async () => {
  const plan = await planOf([zip({ "a.txt": "a", "b.txt": "b", "c.txt": "c" })], { unzip: true });
  const one = memory((name) => (name === "b.txt" ? new Error("no") : null));
  expect(await run(plan, one.place)).toMatchObject({
    taken: 2,
    left: [{ path: "b.txt", why: "failed" }],
    stopped: "no",
  });
  const full = memory((name) => (name === "b.txt" ? new RangeError("full") : null));
  expect(await run(plan, full.place)).toMatchObject({ taken: 1, stopped: "failed" });
});

test("a folder that was chosen keeps its tree", async () => {
  const file = (path: string, text: string): File => {
    const made = new File([text], path.split("/").at(-1) ?? "", { lastModified: 1000 });
    Object.defineProperty(made, "webkitRelativePath", { value: path });
    return made;
  };
  const plan = await planOf([file("Photos/2026/a.jpg", "a"), file("Photos/.DS_Store", "x")], {
    unzip: false,
  });
  expect(namesOf(plan)).toEqual(["Photos/2026/a.jpg"]);
  expect(plan.items[0]).toMatchObject({ size: 1, at: 1000 });
});
