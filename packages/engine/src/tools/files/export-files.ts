/**
 * What of a space's files goes into an open archive: the files themselves, in their folders, `files.json` for programs with all that
 * is known of them, and `files.html` for people.
 */
import { fromHex, ProtocolError, remedyOf, utf8 } from "@baraza/protocol";
import type { Bytes } from "@baraza/protocol";
import type { BlobPointer } from "../../blobs/api.ts";
import { EngineError } from "../../errors.ts";
import { escapeHtml, isoTime, PAGE_END, pageHead, timeTag } from "../../moving/archive/page.ts";
import type { ExportFile, ExportSpace, ToolContext } from "../tool.ts";
import { nameKey, numberedName, safeName } from "./names.ts";
import type { FilesWork } from "./work-port.ts";

type NodeRow = {
  id: number;
  file_id: string;
  rank: number;
  parent: string;
  position: number;
  sort_key: string;
  name: string;
  author: string;
  author_name: string;
  at: number;
  changed_at: number;
  binned: number;
  version_id: string;
};
type VersionRow = {
  version_id: string;
  author: string;
  author_name: string;
  at: number;
  changed_at: number | null;
  type: string;
  blob_id: string;
  blob_key: Bytes;
  size: number;
  hash: Bytes;
};
type CommentRow = {
  event_id: string;
  author: string;
  author_name: string;
  at: number;
  text: string;
};

/** A thing of the tree with the place that it has in the archive. */
type Placed = { row: NodeRow; path: string };

const PAGE = 500;
const READ = 4 * 1024 * 1024;
/** Longer paths some systems do not take: what lies deeper goes to a folder beside. */
const PATH_BYTES = 800;
/** How often, and after how long, content is asked for again while there is no line. */
const TRIES = 5;
const PAUSE_MS = 3000;

const NAME_OF = (column: string) => `coalesce(
  (SELECT o.name FROM members o WHERE o.log_id = n.log_id AND o.identity_id = ${column}),
  (SELECT o.name FROM people o WHERE o.identity_id = ${column}), '') AS author_name`;
const NODE = `SELECT n.id, n.file_id, n.rank, n.parent, n.position, n.sort_key, n.name, n.author, ${NAME_OF("n.author")},
  n.at, n.changed_at, n.binned, n.version_id FROM files_nodes n`;
const CHILDREN = `${NODE} WHERE n.log_id = ?1 AND n.parent = ?2 AND n.shown = 1
  AND (n.rank, n.sort_key, n.position, n.id) > (?3, ?4, ?5, ?6)
  ORDER BY n.rank, n.sort_key, n.position, n.id LIMIT ${PAGE}`;
const BINNED = `${NODE} WHERE n.log_id = ?1 AND n.binned = 1 AND n.purged = 0
  AND (n.rank, n.sort_key, n.position, n.id) > (?3, ?4, ?5, ?6) AND ?2 IS NOT NULL
  ORDER BY n.rank, n.sort_key, n.position, n.id LIMIT ${PAGE}`;
const VERSIONS = `SELECT n.version_id, n.author, ${NAME_OF("n.author")}, n.at, n.changed_at, n.type, n.blob_id, n.blob_key,
  n.size, n.hash FROM files_versions n WHERE n.log_id = ? AND n.file_id = ? ORDER BY n.position, n.version_id`;
const COMMENTS = `SELECT n.event_id, n.author, ${NAME_OF("n.author")}, n.at, n.text FROM files_comments n
  WHERE n.log_id = ? AND n.file_id = ? AND n.deleted = 0 ORDER BY n.position`;

/** Where a version's content lies in the archive; `null`: it could not be had. */
type Contents = Map<string, string | null>;

export async function* filesExports(
  context: ToolContext,
  space: ExportSpace,
): AsyncGenerator<ExportFile> {
  const any = await context.get(
    "SELECT 1 AS one FROM files_nodes WHERE log_id = ? AND purged = 0 LIMIT 1",
    [space.spaceId],
  );
  if (any === undefined) return;
  const contents: Contents = new Map();
  if (space.content) yield* contentFiles(context, space, contents);
  yield { path: "files.json", content: json(context, space, contents) };
  yield { path: "files.html", content: html(context, space, contents), page: space.words.files };
}

async function* contentFiles(
  context: ToolContext,
  space: ExportSpace,
  contents: Contents,
): AsyncGenerator<ExportFile> {
  const source = { work: await context.files(), logId: space.spaceId, gone: false };
  for await (const { row, path } of tree(context, space.spaceId)) {
    if (row.rank === 0) continue;
    const versions = await context.all<VersionRow>(VERSIONS, [space.spaceId, row.file_id]);
    for (const [index, version] of versions.entries()) {
      const present = version.version_id === row.version_id;
      const place = present
        ? path
        : `${besides(path, "files-earlier")}/${index + 1} ${lastOf(path)}`;
      const key = keyOf(row, version);
      const bytes = pieces(source, version, () => contents.set(key, null));
      const first = await bytes.next();
      if (contents.has(key)) continue;
      contents.set(key, place);
      yield {
        path: place,
        asIs: { size: version.size, at: version.changed_at ?? version.at },
        content: withFirst(first, bytes),
      };
    }
  }
}

const keyOf = ({ file_id }: NodeRow, { version_id }: VersionRow): string =>
  `${file_id} ${version_id}`;

/** One place from which content is fetched; `gone`: it did not answer for a while, though there is a line. */
type Source = { work: FilesWork; logId: string; gone: boolean };

/** A file's bytes. Where they cannot be had (any more), it says so and ends. @throws EngineError `offline` */
async function* pieces(
  source: Source,
  { blob_id, blob_key: key, size, hash }: VersionRow,
  lost: () => void,
): AsyncGenerator<Bytes, void> {
  const { work, logId } = source;
  const pointer: BlobPointer = { blobId: fromHex(blob_id), key, size, hash };
  for (let start = 0, tries = 0; start < size;) {
    try {
      const bytes = await work.reader.read(logId, pointer, start, READ, false);
      start += bytes.length;
      tries = 0;
      yield bytes;
    } catch (error) {
      const passes = mayPass(error);
      if (passes === null) throw error;
      if (passes && !source.gone && ++tries < TRIES) {
        await pause(work);
        continue;
      }
      // Without a line nothing is missing, it only waits; a node that is away holds up nothing else.
      if (passes && work.core.line() !== "online") throw new EngineError("offline");
      source.gone ||= passes;
      lost();
      return;
    }
  }
}

/** Whether what failed may go well later; null: nobody has foreseen it. */
function mayPass(error: unknown): boolean | null {
  if (error instanceof ProtocolError) return remedyOf(error.code) === "retry";
  if (error instanceof EngineError) return error.code === "offline";
  return null;
}

function pause({ core }: FilesWork): Promise<void> {
  return new Promise((resolve) => {
    core.platform.clock.setTimer(PAUSE_MS, resolve);
  });
}

async function* withFirst(
  first: IteratorResult<Bytes, void>,
  rest: AsyncGenerator<Bytes, void>,
): AsyncGenerator<Bytes> {
  if (first.done === true) return;
  yield first.value;
  yield* rest;
}

/**
 * Everything in its folders, then what is in the bin. Names that some system takes for the same get numbers, in the order in which
 * screens show them.
 */
async function* tree(context: ToolContext, spaceId: string): AsyncGenerator<Placed> {
  const open = [
    { id: "", path: "files-bin", sql: BINNED },
    { id: "", path: "files", sql: CHILDREN },
  ];
  let deep = 0;
  for (let folder = open.pop(); folder !== undefined; folder = open.pop()) {
    const used = new Map<string, number>();
    for await (const row of rowsOf(context, spaceId, folder)) {
      const name = distinct(used, safeName(row.name));
      let path = `${folder.path}/${name}`;
      if (utf8(path).length > PATH_BYTES) path = `files-deep/${++deep}/${name}`;
      yield { row, path };
      if (row.rank === 0) open.push({ id: row.file_id, path, sql: CHILDREN });
    }
  }
}

async function* rowsOf(
  context: ToolContext,
  spaceId: string,
  { id, sql }: { id: string; sql: string },
): AsyncGenerator<NodeRow> {
  for (let last: NodeRow | undefined; ;) {
    const { rank = -1, sort_key = "", position = -1, id: at = -1 } = last ?? {};
    const rows = await context.all<NodeRow>(sql, [spaceId, id, rank, sort_key, position, at]);
    yield* rows;
    last = rows.at(-1);
    if (rows.length < PAGE || last === undefined) return;
  }
}

function distinct(used: Map<string, number>, name: string): string {
  for (let number = used.get(nameKey(name)) ?? 1; ; number++) {
    const shown = number === 1 ? name : numberedName(name, number);
    if (number > 1 && used.has(nameKey(shown))) continue;
    used.set(nameKey(name), number + 1);
    if (number > 1) used.set(nameKey(shown), 2);
    return shown;
  }
}

const lastOf = (path: string): string => path.slice(path.lastIndexOf("/") + 1);
const besides = (path: string, beginning: string): string =>
  `${beginning}/${path.slice(path.indexOf("/") + 1)}`;

async function* json(
  context: ToolContext,
  space: ExportSpace,
  contents: Contents,
): AsyncGenerator<string> {
  yield "[";
  let separator = "\n";
  for await (const { row, path } of tree(context, space.spaceId)) {
    const versions = await context.all<VersionRow>(VERSIONS, [space.spaceId, row.file_id]);
    const comments = await context.all<CommentRow>(COMMENTS, [space.spaceId, row.file_id]);
    const one = {
      id: row.file_id,
      kind: row.rank === 0 ? "folder" : "file",
      name: row.name,
      parent: row.parent === "" ? null : row.parent,
      ...(row.rank === 0 ? { path } : {}),
      ...(row.binned === 1 ? { binned: true } : {}),
      at: isoTime(row.at),
      author: row.author,
      authorName: row.author_name,
      ...(row.rank === 0
        ? {}
        : { versions: versions.map((version) => versionRecord(row, version, contents)) }),
      ...(comments.length === 0 ? {} : { comments: comments.map(commentRecord) }),
    };
    yield separator + JSON.stringify(one);
    separator = ",\n";
    space.wrote();
  }
  yield "\n]\n";
}

function versionRecord(row: NodeRow, version: VersionRow, contents: Contents) {
  const path = contents.get(keyOf(row, version));
  return {
    id: version.version_id,
    ...(version.version_id === row.version_id ? { present: true } : {}),
    at: isoTime(version.at),
    author: version.author,
    authorName: version.author_name,
    type: version.type,
    size: version.size,
    ...(version.changed_at === null ? {} : { changedAt: isoTime(version.changed_at) }),
    ...(typeof path === "string" ? { path } : {}),
    ...(path === null ? { missing: true } : {}),
  };
}

const commentRecord = (row: CommentRow) => ({
  id: row.event_id,
  at: isoTime(row.at),
  author: row.author,
  authorName: row.author_name,
  text: row.text,
});

async function* html(
  context: ToolContext,
  space: ExportSpace,
  contents: Contents,
): AsyncGenerator<string> {
  const { words } = space;
  yield pageHead(words, space.title);
  const up = space.own ? "../index.html" : "../../index.html";
  yield `<p><a href="${up}">${escapeHtml(words.back)}</a></p>\n<h2>${escapeHtml(words.files)}</h2>\n`;
  for await (const { row, path } of tree(context, space.spaceId)) {
    if (row.rank === 0) continue;
    const versions = await context.all<VersionRow>(VERSIONS, [space.spaceId, row.file_id]);
    const comments = await context.all<CommentRow>(COMMENTS, [space.spaceId, row.file_id]);
    const shown = path.slice(path.indexOf("/") + 1);
    yield `<article>${versions.map((one) => line(row, one, shown, contents, space)).join("")}`;
    for (const { author_name: name, at, text } of comments)
      yield `<blockquote><small><bdi>${escapeHtml(name)}</bdi> ${timeTag(at, words)}</small><p dir="auto">${escapeHtml(text)}</p></blockquote>`;
    yield "</article>\n";
  }
  yield PAGE_END;
}

function line(
  row: NodeRow,
  version: VersionRow,
  shown: string,
  contents: Contents,
  { words }: ExportSpace,
): string {
  const path = contents.get(keyOf(row, version));
  const name = `<bdi>${escapeHtml(shown)}</bdi>`;
  const href = typeof path === "string" ? path.split("/").map(encodeURIComponent).join("/") : "";
  const linked = href === "" ? name : `<a href="${escapeHtml(href)}">${name}</a>`;
  const notes = [
    ...(version.version_id === row.version_id ? [] : [words.earlier]),
    ...(row.binned === 1 ? [words.inBin] : []),
    ...(path === null ? [words.missing] : []),
  ].map((note) => ` <small>(${escapeHtml(note)})</small>`);
  const size = sizeOf(version.size, words.language);
  return `<p>${linked} <small><bdi>${escapeHtml(version.author_name)}</bdi> ${timeTag(version.at, words)} ${size}</small>${notes.join("")}</p>`;
}

function sizeOf(bytes: number, language: string): string {
  const shown = (locale: string) =>
    new Intl.NumberFormat(locale, {
      style: "unit",
      unit: "byte",
      notation: "compact",
      unitDisplay: "narrow",
    }).format(bytes);
  try {
    return escapeHtml(shown(language));
  } catch {
    // A language that this place does not know.
    return escapeHtml(shown("en"));
  }
}
