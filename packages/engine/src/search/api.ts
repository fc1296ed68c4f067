/** What a screen can ask of the search. Positions in texts are UTF-16 units. */
import type { Has } from "./port.ts";

/** From, and behind the last. */
export type Mark = [from: number, to: number];

export type SearchHit = {
  /** What it is: `message`, `file`, `person`, `space` ... */
  kind: string;
  /** Where it is; empty for a person with whom there is no conversation of two. */
  spaceId: string;
  /** Its id there: a message's event, a file's id, a person's identity, a space's id. */
  ref: string;
  /** Its name; empty where such things have none. */
  title: string;
  titleMarks: Mark[];
  /** A piece of its text around what was found, on one line. */
  snippet: string;
  marks: Mark[];
  authorId: string;
  authorName: string;
  at: number;
  /** What the conversation is called; in one of two, the other's name; empty for what is one's own. */
  spaceTitle: string;
  /** It lies in the space of one's own devices. */
  own: boolean;
  /** What it has, or is: a folder of files is a `file` that has no `file`. */
  has: Has[];
};

/** What buttons choose. All of one list are alternatives. */
export type SearchFilters = {
  kinds?: string[] | undefined;
  spaceIds?: string[] | undefined;
  /** Identities of whoever made it. */
  authors?: string[] | undefined;
  has?: Has[] | undefined;
  /** From this moment on; ms since 1970. */
  after?: number | undefined;
  /** Before this moment. */
  before?: number | undefined;
};

export type SearchPage = {
  /** Best first. */
  hits: SearchHit[];
  /** For `search.more`; null: that was all. */
  more: string | null;
  /** Names in `from:` and `in:` that nobody and nothing here has: nothing can be found with them. */
  unknown: string[];
};

export type SearchCommands = {
  /** The best of what fits; the rest by `search.more`. An empty query with no filters finds nothing. */
  "search.find": (args: {
    text: string;
    filters?: SearchFilters | undefined;
    limit?: number | undefined;
  }) => Promise<SearchPage>;
  /** What comes after a page. @throws EngineError `invalid` when the search is no longer kept: only some of the last ones are. */
  "search.more": (args: { more: string; limit?: number | undefined }) => Promise<SearchPage>;
  /** Empties the index and builds it anew, in the background. */
  "search.rebuild": (args: Record<string, never>) => Promise<void>;
};

export type SearchLive = {
  /**
   * How far the index is: `done` of `total` things. Newest come first, so what is missing is the oldest. `changes` is another number
   * whenever there may be more to find than before.
   */
  "search.state": {
    args: Record<string, never>;
    value: { done: number; total: number; changes: number };
  };
};
