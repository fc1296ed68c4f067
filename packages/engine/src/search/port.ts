/**
 * What a tool gives to the one search. A tool names its sources: a table whose rows can be found, and how they are read.
 * The search makes triggers on that table, so that every change of a row, whatever makes it (an event, a rebuild, a space that
 * is taken away), has the row read again in the background. A reducer does nothing for it.
 */
import type { SqlParams } from "../ports.ts";
import type { ToolContext } from "../tools/tool.ts";

/** Things that one can ask for by `has:`. */
export const HAS = ["link", "file", "picture", "video", "audio", "document"] as const;
export type Has = (typeof HAS)[number];

/** Where one thing stands. `ref` is its id within the space: lower-case hexadecimal. */
export type FindablePlace = { spaceId: string; ref: string };

/** One thing as it can be found now. */
export type FindableThing = FindablePlace & {
  /** Identity of whoever made it; empty: nobody's. */
  author: string;
  /** When, ms since 1970: what is newer comes first. */
  at: number;
  /** A title, a file's name, a person's name and address: found by beginnings, typing errors forgiven. */
  name?: string;
  /** What stands in it. */
  text?: string;
  has?: readonly Has[];
  /** The channel of the space that it stands in, as `SPACE:CHANNEL`: `in:` finds it by that, too. */
  within?: string;
  /**
   * For things whose text comes by `putText`: which state of the thing this is (a hash, a version). Text that was put for another
   * state is not found.
   */
  version?: string;
};

/** The reading half of the store. */
export type FindableReader = {
  all<T extends object>(sql: string, params?: SqlParams): Promise<T[]>;
};

export type FindableSource = {
  /** What its things are, one word of letters: `message`, `file`. One source for each kind. */
  kind: string;
  /** The table whose rows are the things. */
  table: string;
  /** SQL expressions over a row `r` of it: the space (`r.log_id`), the thing's id in hexadecimal, its time in ms. */
  space: string;
  ref: string;
  at: string;
  /** The columns whose change has a row read again. */
  watch: readonly string[];
  /** The things at these places, in any order; what cannot be found (deleted, empty) is left out. */
  read(db: FindableReader, places: readonly FindablePlace[]): Promise<FindableThing[]>;
  /** How texts are had that are in no table (see `FindableThing.version`): the background fetches them when the names are in the index. */
  texts?: {
    /** The tables that say that there may be one more. */
    tables: readonly string[];
    /** Things whose text was not put yet for their present state, newest first. `bytes`: what fetching it may cost. */
    missing(db: FindableReader, most: number): Promise<MissingText[]>;
    /** Has several come together from elsewhere, before they are fetched one by one; `most`: what that may cost, in bytes. */
    ahead?(context: ToolContext, most: number): Promise<Ahead>;
    /** null: there is none. @throws ProtocolError while it cannot be had */
    fetch(context: ToolContext, place: FindablePlace): Promise<string | null>;
  };
};

/** `again`: they may be there by then (ms since 1970), and are not fetched before; null: they are fetched. `bytes`: what is on its way. */
export type Ahead = { again: number | null; bytes: number };

export type MissingText = FindablePlace & { version: string; at: number; bytes: number };

/** For `read`: the places as one parameter, for `json_each(?)`, with `value ->> 0` the space and `value ->> 1` the id. */
export function placesJson(places: readonly FindablePlace[]): string {
  return JSON.stringify(places.map(({ spaceId, ref }) => [spaceId, ref]));
}
