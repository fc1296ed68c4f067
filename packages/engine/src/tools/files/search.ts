/** What of files can be found: names, and by `has:` what kind of thing each is. The text in them comes with their sidecars. */
import { placesJson } from "../../search/port.ts";
import type { FindableSource, Has } from "../../search/port.ts";

export const filesFindable: readonly FindableSource[] = [
  {
    kind: "file",
    table: "files_nodes",
    space: "r.log_id",
    ref: "r.file_id",
    at: "r.changed_at",
    watch: ["name", "shown", "changed_at", "changed_by", "version_id"],
    async read(db, places) {
      const rows = await db.all<{
        log_id: string;
        file_id: string;
        rank: number;
        changed_by: string;
        changed_at: number;
        name: string;
        type: string;
        version_id: string;
      }>(
        `SELECT n.log_id, n.file_id, n.rank, n.changed_by, n.changed_at, n.name, n.type, n.version_id FROM json_each(?) j
         CROSS JOIN files_nodes n ON n.log_id = j.value ->> 0 AND n.file_id = j.value ->> 1 WHERE n.shown = 1`,
        [placesJson(places)],
      );
      return rows.map((row) => ({
        spaceId: row.log_id,
        ref: row.file_id,
        author: row.changed_by,
        at: row.changed_at,
        name: row.name,
        has: row.rank === 0 ? [] : kindsOf(row.type),
        version: row.version_id,
      }));
    },
    texts: {
      tables: ["files_versions", "segments_made"],
      async missing(db, most) {
        const rows = await db.all<{
          log_id: string;
          file_id: string;
          version_id: string;
          changed_at: number;
          side_size: number;
          here: number;
        }>(
          `SELECT n.log_id, n.file_id, n.version_id, n.changed_at, v.side_size,
             EXISTS (SELECT 1 FROM blob_chunks b WHERE b.blob_id = v.side_id AND b.idx = 0) AS here FROM files_nodes n
           JOIN files_versions v ON v.log_id = n.log_id AND v.file_id = n.file_id AND v.version_id = n.version_id
           WHERE n.shown = 1 AND n.rank = 1 AND v.side_id IS NOT NULL AND NOT EXISTS (
             SELECT 1 FROM search_texts t WHERE t.kind = 'file' AND t.log_id = n.log_id AND t.ref = n.file_id
               AND t.part = 0 AND t.version = n.version_id)
           ORDER BY n.changed_at DESC LIMIT ?`,
          [most],
        );
        return rows.map((row) => ({
          spaceId: row.log_id,
          ref: row.file_id,
          version: row.version_id,
          at: row.changed_at,
          bytes: row.here === 1 ? 0 : row.side_size,
        }));
      },
      ahead: async (context, most) =>
        (await import("../segments/segments-work.ts")).ahead(await context.files(), most),
      fetch: async (context, { spaceId, ref }) =>
        (await import("./file-contents.ts")).textOf(context, spaceId, ref),
    },
  },
];

function kindsOf(type: string): Has[] {
  const [kind] = type.split("/");
  if (kind === "image") return ["file", "picture"];
  if (kind === "video") return ["file", "video"];
  if (kind === "audio") return ["file", "audio"];
  const isText = kind === "text" || DOCUMENTS.test(type);
  return isText ? ["file", "document"] : ["file"];
}

const DOCUMENTS =
  /^application\/(pdf|rtf|msword|json|xml|epub\+zip|vnd\.(oasis|openxmlformats|ms-))/;
