import { expect, test } from "vitest";
import { chosenFrom } from "./chosen.ts";

const noFile = new DOMException("gone", "NotFoundError");

/** As much of a dropped file, and of a dropped folder, as is looked at. */
function file(name: string, readable = true): FileSystemEntry {
  const entry = {
    isFile: true,
    isDirectory: false,
    name,
    file: (done: (file: File) => void, failed: (error: DOMException) => void) =>
      readable ? done(new File([name], name)) : failed(noFile),
  };
  return entry as unknown as FileSystemEntry;
}
function folder(name: string, parts: FileSystemEntry[][] | null): FileSystemEntry {
  const createReader = () => {
    const left = parts?.slice() ?? [];
    return {
      readEntries: (
        done: (some: FileSystemEntry[]) => void,
        failed: (error: DOMException) => void,
      ) => (parts === null ? failed(noFile) : done(left.shift() ?? [])),
    };
  };
  const entry = { isFile: false, isDirectory: true, name, createReader };
  return entry as unknown as FileSystemEntry;
}
const dropped = (...entries: FileSystemEntry[]): DataTransfer =>
  ({
    items: entries.map((entry) => ({
      kind: "file",
      webkitGetAsEntry: () => entry,
      getAsFile: () => null,
    })),
  }) as unknown as DataTransfer;

const told = (chosen: Awaited<ReturnType<typeof chosenFrom>>): string[] =>
  chosen.map((one) =>
    "unread" in one ? `${one.unread}: ${one.why}` : [...one.path, one.file.name].join("/"),
  );

test("folders come with all that is in them, in however many parts they are listed", async () => {
  const inner = folder("مايو", [[file("تقرير.txt")]]);
  const tree = folder("Barn", [[file("top.txt")], [inner, file("scan.bin")]]);
  expect(told(await chosenFrom(dropped(tree, file("beside.txt"))))).toEqual([
    "Barn/top.txt",
    "Barn/مايو/تقرير.txt",
    "Barn/scan.bin",
    "beside.txt",
  ]);
});

test("what cannot be read is named, and the rest comes", async () => {
  const tree = folder("Barn", [[file("gone.txt", false), folder("locked", null), file("top.txt")]]);
  expect(told(await chosenFrom(dropped(tree)))).toEqual([
    "gone.txt: unreadable",
    "locked: unreadable",
    "Barn/top.txt",
  ]);
});

test("more than can be taken at once says so, once", async () => {
  const many = Array.from({ length: 200_005 }, () => file("a"));
  const chosen = await chosenFrom(dropped(folder("all", [many])));
  expect(chosen.length).toBe(200_001);
  expect(chosen.at(-1)).toEqual({ unread: "a", why: "tooMany" });
});
