/** What tests do with archives: making one, taking the file away, and reading it as the app does. */
import { readFile } from "node:fs/promises";
import { join } from "node:path";
import type { ArchiveContent, ArchiveKind, OpenArchiveWords } from "@baraza/engine";
import { ARCHIVE_BEGIN } from "@baraza/engine";
import type { Person } from "./person.ts";

export const ARCHIVE_PASSPHRASE = "a box of quiet letters";

export const OPEN_WORDS: OpenArchiveWords = {
  language: "en",
  direction: "ltr",
  title: "Everything of mine",
  people: "People",
  edited: "edited",
  deleted: "deleted",
  answering: "Answering",
  back: "All conversations",
  empty: "Nothing here",
  files: "Files",
  ownFiles: "Files of my own",
  inBin: "in the bin",
  earlier: "an earlier version",
  missing: "could not be fetched",
};

/** Makes an archive and gives its bytes. */
export async function archiveOf(
  person: Person,
  kind: ArchiveKind = "sealed",
  content = true,
): Promise<Uint8Array<ArrayBuffer>> {
  await person.commands["archive.make"](
    kind === "sealed"
      ? { kind, passphrase: ARCHIVE_PASSPHRASE }
      : { kind, words: OPEN_WORDS, content },
  );
  return archiveFile(person);
}

/** Waits until the archive under way is ready. */
export async function archiveFile(person: Person): Promise<Uint8Array<ArrayBuffer>> {
  const job = await person.until("archive.job", {}, (one) => one?.state === "ready");
  return new Uint8Array(await readFile(join(person.directory, "files", job?.file ?? "")));
}

/** The engine of somebody who need not be signed in. */
type Reader = Pick<Person, "commands">;

/** Opens the beginning of an archive. */
export function openArchiveBytes(
  { commands }: Reader,
  bytes: Uint8Array<ArrayBuffer>,
  passphrase = ARCHIVE_PASSPHRASE,
): Promise<ArchiveContent> {
  return commands["archive.open"]({
    head: bytes.slice(0, ARCHIVE_BEGIN),
    size: bytes.length,
    passphrase,
  });
}

/** Reads on to the end, in pieces of about `piece` bytes. `stop` ends it early when it says so. */
export async function feedArchive(
  { commands }: Reader,
  bytes: Uint8Array<ArrayBuffer>,
  { importId, offset }: { importId: string; offset: number },
  piece = 100_000,
  stop: (offset: number) => boolean = () => false,
): Promise<boolean> {
  let at = offset;
  let need = piece;
  for (;;) {
    if (stop(at)) return false;
    const answer = await commands["archive.feed"]({
      importId,
      offset: at,
      bytes: bytes.slice(at, at + Math.max(need, piece)),
    });
    if (answer.done) return true;
    at = answer.offset;
    need = answer.need;
  }
}

/** Opens an archive and reads all of it. */
export async function readArchive(
  person: Reader,
  bytes: Uint8Array<ArrayBuffer>,
): Promise<ArchiveContent> {
  const content = await openArchiveBytes(person, bytes);
  await feedArchive(person, bytes, content);
  return content;
}
