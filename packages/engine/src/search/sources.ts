/** What the engine itself has to be found: people, and spaces by their titles. */
import { placesJson } from "./port.ts";
import type { FindableSource } from "./port.ts";

const people: FindableSource = {
  kind: "person",
  table: "people",
  space: "''",
  ref: "r.identity_id",
  at: "r.since",
  watch: ["name", "address"],
  async read(db, places) {
    const rows = await db.all<{ id: string; name: string; address: string; since: number }>(
      `SELECT p.identity_id AS id, p.name, p.address, p.since FROM json_each(?) j
       CROSS JOIN people p ON p.identity_id = j.value ->> 1`,
      [placesJson(places)],
    );
    return rows.map(({ id, name, address, since }) => ({
      spaceId: "",
      ref: id,
      author: "",
      at: since,
      name,
      text: address,
    }));
  },
};

const spaces: FindableSource = {
  kind: "space",
  table: "spaces",
  space: "r.log_id",
  ref: "r.log_id",
  at: "r.created",
  watch: ["title"],
  async read(db, places) {
    const rows = await db.all<{ id: string; title: string; created: number }>(
      `SELECT s.log_id AS id, s.title, s.created FROM json_each(?) j
       CROSS JOIN spaces s ON s.log_id = j.value ->> 1 WHERE s.kind <> 'personal' AND s.title <> ''`,
      [placesJson(places)],
    );
    return rows.map(({ id, title, created }) => ({
      spaceId: id,
      ref: id,
      author: "",
      at: created,
      name: title,
    }));
  },
};

export const CORE_SOURCES: readonly FindableSource[] = [people, spaces];
