/**
 * The open archive: a zip that any program opens, made piece by piece. A page lists the conversations; each has a folder
 * with what its tools give (see `exports` in tools/tool.ts), and who is in it. Nothing in it needs a script.
 */
import type { Bytes } from "@baraza/protocol";
import { utf8 } from "@baraza/protocol";
import type { Core } from "../../core.ts";
import type { ExportFile, ToolContext } from "../../tools/tool.ts";
import type { OpenArchiveWords } from "../api.ts";
import { escapeHtml, isoTime, PAGE_END, pageHead, timeTag } from "./page.ts";
import type { ZipFile } from "./zip.ts";
import { zipStream } from "./zip.ts";

type SpaceRow = { log_id: string; title: string; created: number; state: string; kind: string };

/** The bytes of the zip, in order. `done`: how many messages and files are in it. */
export async function* openArchive(
  core: Core,
  words: OpenArchiveWords,
  content: boolean,
): AsyncGenerator<{ bytes: Bytes; done: number }> {
  let done = 0;
  const made = core.platform.clock.now();
  const inZip = async function* (): AsyncGenerator<ZipFile> {
    for await (const file of files(core, words, content, () => done++))
      yield {
        path: file.path,
        at: file.asIs?.at ?? made,
        deflate: file.asIs === undefined,
        size: file.asIs?.size,
        content: inBytes(file.content),
      };
  };
  for await (const bytes of zipStream(inZip())) yield { bytes, done };
}

/** How much text is encoded at once, in UTF-16 units. */
const PIECE = 128 * 1024;

async function* inBytes(content: AsyncIterable<string | Bytes>): AsyncGenerator<Bytes> {
  let held = "";
  for await (const piece of content) {
    if (typeof piece !== "string") {
      yield piece;
      continue;
    }
    held += piece;
    if (held.length < PIECE) continue;
    yield utf8(held);
    held = "";
  }
  if (held !== "") yield utf8(held);
}

async function* files(
  core: Core,
  words: OpenArchiveWords,
  content: boolean,
  wrote: () => void,
): AsyncGenerator<ExportFile> {
  const me = core.me();
  const spaces = await core.store.all<SpaceRow>(
    "SELECT log_id, title, created, state, kind FROM spaces ORDER BY kind = 'personal', created, log_id",
  );
  const folders = new Map(
    spaces.map(({ log_id, title, kind }, index) => [
      log_id,
      kind === "personal" ? ownFolder(spaces, log_id) : folderOf(title, index + 1),
    ]),
  );
  const pages: Page[] = spaces.flatMap((space) =>
    space.kind === "personal"
      ? []
      : [{ space, path: `${folders.get(space.log_id) ?? ""}/index.html`, title: space.title }],
  );
  yield {
    path: "account.json",
    content: once(asJson({ address: me.profile.address, name: me.profile.name, identity: me.id })),
  };
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
    const own = space.kind === "personal";
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
    // That there is a place for one's own says nothing; what is in it does.
    if (!own)
      yield {
        path: `${folder}/space.json`,
        content: once(asJson({ ...about, people: members })),
      };
    for (const tool of core.tools) {
      const given = tool.exports?.(context, {
        spaceId: space.log_id,
        title: own ? words.ownFiles : space.title,
        own,
        content,
        words,
        wrote,
      });
      for await (const file of given ?? []) {
        const path = `${folder}/${file.path}`;
        yield { ...file, path };
        if (file.page !== undefined)
          pages.push({ space, path, title: own ? words.ownFiles : file.page, below: !own });
      }
    }
  }
  yield { path: "index.html", content: once(listPage(pages, words)) };
}

type Page = { space: SpaceRow; path: string; title: string; below?: boolean };

/** Where two devices made one each without a line there are two. */
function ownFolder(spaces: readonly SpaceRow[], logId: string): string {
  const own = spaces.filter((one) => one.kind === "personal").map((one) => one.log_id);
  const number = own.indexOf(logId) + 1;
  return number === 1 ? "own" : `own ${number}`;
}

function listPage(pages: readonly Page[], words: OpenArchiveWords): string {
  const link = ({ path, title }: Page) =>
    `<a href="${escapeHtml(encodeURI(path))}"><bdi>${escapeHtml(title)}</bdi></a>`;
  const items = pages
    .filter((page) => page.below !== true)
    .map((page) => {
      const further = pages.filter((one) => one.below === true && one.space === page.space);
      const links = [page, ...further].map(link).join(" · ");
      return `<li>${links} ${timeTag(page.space.created, words)}</li>`;
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
