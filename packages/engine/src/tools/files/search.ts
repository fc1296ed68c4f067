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
