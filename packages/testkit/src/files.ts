/** What tests do with files all the time. */
import type { FileEntry } from "@baraza/engine";
import type { Person } from "./person.ts";

const READ = 1024 * 1024;

/** Hands a file over, at the top of a space. */
export async function addFile(
  person: Person,
  spaceId: string,
  name: string,
  bytes: Buffer,
): Promise<{ fileId: string; uploadId: string }> {
  return person.commands["files.add"]({
    spaceId,
    parentId: null,
    name,
    content: new Blob([new Uint8Array(bytes)]),
    prepared: { type: "application/octet-stream" },
  });
}

/** What stands at the top of a space and is wholly at its hub, by name. */
export async function filesShown(person: Person, spaceId: string): Promise<Map<string, FileEntry>> {
  const page = await person.now("files.folder", { spaceId, parentId: null, offset: 0, limit: 500 });
  return new Map(page.entries.filter((one) => one.sending === null).map((one) => [one.name, one]));
}

/** Waits until just these stand at the top of a space, wholly at its hub. */
export async function untilFiles(
  person: Person,
  spaceId: string,
  names: readonly string[],
): Promise<void> {
  const wanted = JSON.stringify([...names].toSorted());
  await person.until(
    "files.folder",
    { spaceId, parentId: null, offset: 0, limit: 500 },
    ({ entries }) =>
      entries.every((one) => one.sending === null) &&
      JSON.stringify(entries.map((one) => one.name).toSorted()) === wanted,
  );
}

/** All bytes of a file, in ranges. */
export async function readFileOf(person: Person, spaceId: string, fileId: string): Promise<Buffer> {
  const parts: Uint8Array[] = [];
  for (let start = 0; ;) {
    const part = await person.commands["files.read"]({ spaceId, fileId, start, length: READ });
    if (part.length === 0) return Buffer.concat(parts);
    parts.push(part);
    start += part.length;
  }
}
