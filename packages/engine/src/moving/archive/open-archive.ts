/**
 * The open archive: a zip that any program opens, made piece by piece. A page lists the conversations; each has a folder
 * with what its tools give (see `exports` in tools/tool.ts), and who is in it. Nothing in it needs a script.
 */
import { strToU8, Zip, ZipDeflate } from "fflate";
import type { Bytes } from "@baraza/protocol";
import type { Core } from "../../core.ts";
import type { ExportFile, ToolContext } from "../../tools/tool.ts";
import type { OpenArchiveWords } from "../api.ts";
import { escapeHtml, isoTime, PAGE_END, pageHead, timeTag } from "./page.ts";

type SpaceRow = { log_id: string; title: string; created: number; state: string; kind: string };

/** The bytes of the zip, in order. `done`: how many messages are in it. */
export async function* openArchive(
  core: Core,
  words: OpenArchiveWords,
): AsyncGenerator<{ bytes: Bytes; done: number }> {
  let ready: Bytes[] = [];
  let failed: Error | null = null;
  let done = 0;
  const zip = new Zip((error, chunk) => {
    if (error !== null) failed = error;
    else if (chunk.length > 0) ready.push(chunk);
  });
  const taken = (): Bytes[] => {
    if (failed !== null) throw failed;
    const now = ready;
    ready = [];
    return now;
  };
  for await (const { path, content } of files(core, words, () => done++)) {
    const file = new ZipDeflate(path, { level: 6 });
    zip.add(file);
    let held = "";
    for await (const piece of content) {
      held += piece;
      if (held.length < PIECE) continue;
      file.push(strToU8(held));
      held = "";
      for (const bytes of taken()) yield { bytes, done };
    }
    file.push(strToU8(held), true);
    for (const bytes of taken()) yield { bytes, done };
  }
  zip.end();
  for (const bytes of taken()) yield { bytes, done };
}

/** How much text is compressed at once, in UTF-16 units. */
const PIECE = 128 * 1024;

async function* files(
  core: Core,
  words: OpenArchiveWords,
  wrote: () => void,
): AsyncGenerator<ExportFile> {
  const me = core.me();
  const spaces = await core.store.all<SpaceRow>(
    "SELECT log_id, title, created, state, kind FROM spaces WHERE kind <> 'personal' ORDER BY created, log_id",
  );
  const folders = new Map(
    spaces.map((space, index) => [space.log_id, folderOf(space.title, index + 1)]),
  );
  yield {
    path: "account.json",
    content: once(asJson({ address: me.profile.address, name: me.profile.name, identity: me.id })),
  };
  yield { path: "index.html", content: once(listPage(spaces, folders, words)) };
  const people = await core.store.all(
    // Who was met in a space without anything having been found out about them yet stands only among its members.
    `SELECT identity_id AS identity, name, address, state FROM people
     UNION ALL
     SELECT identity_id, max(name), max(address), 'unchecked' FROM members
      WHERE identity_id NOT IN (SELECT identity_id FROM people) GROUP BY identity_id
     ORDER BY name, identity`,
  );
  yield { path: "people.json", content: once(asJson(people)) };
  const context = readingContext(core);
  for (const space of spaces) {
    const folder = folders.get(space.log_id) ?? space.log_id;
    const members = await core.store.all(
      `SELECT identity_id AS identity, name, address, role, present FROM members WHERE log_id = ?
       ORDER BY present DESC, name, identity_id`,
      [space.log_id],
    );
    const about = {
      id: space.log_id,
      title: space.title,
      kind: space.kind,
      state: space.state,
      since: isoTime(space.created),
    };
    yield {
      path: `${folder}/space.json`,
      content: once(asJson({ ...about, people: members })),
    };
    for (const tool of core.tools) {
      const given = tool.exports?.(context, {
        spaceId: space.log_id,
        title: space.title,
        words,
        wrote,
      });
      for (const file of given ?? []) yield { ...file, path: `${folder}/${file.path}` };
    }
  }
}

function listPage(
  spaces: readonly SpaceRow[],
  folders: ReadonlyMap<string, string>,
  words: OpenArchiveWords,
): string {
  const items = spaces.map((space) => {
    const href = `${encodeURI(folders.get(space.log_id) ?? "")}/index.html`;
    return `<li><a href="${escapeHtml(href)}"><bdi>${escapeHtml(space.title)}</bdi></a> ${timeTag(space.created, words)}</li>`;
  });
  const list =
    items.length === 0 ? `<p>${escapeHtml(words.empty)}</p>` : `<ul>${items.join("\n")}</ul>`;
  return `${pageHead(words, words.title)}${list}\n${PAGE_END}`;
}

/** A folder's name that every file system takes: numbered, so that two of one title stay two. */
export function folderOf(title: string, number: number): string {
  const clean = title
    .replaceAll(/[\p{Cc}\p{Cf}<>:"/\\|?*#%]/gu, " ")
    .replaceAll(/\s+/g, " ")
    .trim();
  const short = clean
    .slice(0, 60)
    .toWellFormed()
    .replaceAll("\uFFFD", "")
    .replace(/[. ]+$/, "");
  return `conversations/${String(number).padStart(3, "0")}${short === "" ? "" : ` ${short}`}`;
}

const asJson = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

async function* once(text: string): AsyncGenerator<string> {
  yield text;
}

/** What tools read with. Taking along changes nothing. */
function readingContext(core: Core): ToolContext {
  const refuse = () => Promise.reject(new Error("an export only reads"));
  return {
    me: () => core.me().id,
    now: () => core.platform.clock.now(),
    post: refuse,
    all: (sql, params) => core.store.all(sql, params),
    get: (sql, params) => core.store.get(sql, params),
    write: refuse,
    once: refuse,
    ownSpace: refuse,
    files: () => core.files(),
  };
}
