import { expect, test } from "vitest";
import { createSyncGroups } from "./durable.ts";

/** A disk that notes what is asked of it, and goes on when it is told to. */
function slowDisk() {
  const notes: string[] = [];
  let open: { note: string; resolve: () => void }[] = [];
  const wait = (note: string) =>
    new Promise<void>((resolve) => {
      notes.push(note);
      open.push({ note, resolve });
    });
  const turn = () => new Promise((resolve) => setImmediate(resolve));
  return {
    notes,
    file: (name: string) => ({ sync: () => wait(name) }),
    syncDir: (dir: string) => wait(`dir ${dir}`),
    /** Lets go on what is asked now. */
    async go(which: (note: string) => boolean = () => true) {
      await turn();
      const now = open.filter(({ note }) => which(note));
      open = open.filter((one) => !now.includes(one));
      for (const { resolve } of now) resolve();
      await turn();
    },
  };
}

test("files that come while others are synced go together, their directory once for all of them", async () => {
  const disk = slowDisk();
  const sync = createSyncGroups(disk.syncDir);
  const settled: string[] = [];
  const put = (name: string) =>
    void sync({ file: disk.file(name), dir: "aa" }).then(() => settled.push(name));
  put("1");
  await new Promise((resolve) => setImmediate(resolve));
  for (const name of ["2", "3", "4"]) put(name);
  expect(settled).toEqual([]);
  await disk.go();
  expect(disk.notes.slice(0, 2).toSorted()).toEqual(["1", "dir aa"]);
  expect(settled).toEqual(["1"]);
  await disk.go();
  expect(disk.notes.slice(2).toSorted()).toEqual(["2", "3", "4", "dir aa"]);
  expect(settled).toEqual(["1", "2", "3", "4"]);
});

test("a file is not there before its name is, nor its name before it is", async () => {
  for (const late of ["1", "dir aa"]) {
    const disk = slowDisk();
    const sync = createSyncGroups(disk.syncDir);
    let settled = false;
    void sync({ file: disk.file("1"), dir: "aa" }).then(() => (settled = true));
    await disk.go((note) => note !== late);
    expect(settled).toBe(false);
    await disk.go();
    expect(settled).toBe(true);
  }
});

test("a file that cannot be synced fails alone; a directory fails with its files, and the next group goes on", async () => {
  let broken = true;
  const sync = createSyncGroups((dir) =>
    dir === "bad" && broken ? Promise.reject(new Error("no disk")) : Promise.resolve(),
  );
  const good = { sync: () => Promise.resolve() };
  const bad = { sync: () => Promise.reject(new Error("no file")) };
  const results = await Promise.allSettled([
    sync({ file: good, dir: "aa" }),
    sync({ file: bad, dir: "aa" }),
    sync({ file: good, dir: "bad" }),
  ]);
  expect(results.map(({ status }) => status)).toEqual(["fulfilled", "rejected", "rejected"]);
  broken = false;
  await sync({ file: good, dir: "bad" });
});
