/** The index's words that are no text, and the small numbers that stand for spaces, people and kinds in it. */
import type { SqlTx } from "../ports.ts";
import type { FindableReader } from "./port.ts";

/** First characters of words that no text can hold: from Unicode's private use area, which folding leaves out of words. */
export const WORD = {
  kind: "\ue000",
  space: "\ue001",
  author: "\ue002",
  has: "\ue003",
  /** Before a word: the thing is about it, or is called so. */
  prominent: "\ue004",
} as const;

export type Labelled = "kind" | "space" | "person";

export type Labels = {
  /** The number of a label; given to it now when it has none. */
  number(tx: SqlTx, what: Labelled, label: string): number;
  /** The number of a label, where it has one. */
  find(what: Labelled, label: string): Promise<number | null>;
  /** The label of a number. */
  name(n: number): Promise<string>;
  /** Forgets what it knows: the tables were emptied. */
  clear(): void;
};

/** Labels are kept in memory as they are used: a device knows thousands, not millions. */
export function createLabels(db: FindableReader): Labels {
  const numbers = new Map<string, number>();
  const names = new Map<number, string>();
  const keep = (what: Labelled, label: string, n: number): void => {
    numbers.set(`${what} ${label}`, n);
    names.set(n, label);
  };
  return {
    number(tx, what, label) {
      const known = numbers.get(`${what} ${label}`);
      if (known !== undefined) return known;
      tx.run("INSERT OR IGNORE INTO search_labels (what, label) VALUES (?, ?)", [what, label]);
      const row = tx.get<{ n: number }>(
        "SELECT n FROM search_labels WHERE what = ? AND label = ?",
        [what, label],
      );
      const n = row?.n ?? 0;
      tx.afterCommit(() => keep(what, label, n));
      return n;
    },
    async find(what, label) {
      const known = numbers.get(`${what} ${label}`);
      if (known !== undefined) return known;
      const [row] = await db.all<{ n: number }>(
        "SELECT n FROM search_labels WHERE what = ? AND label = ?",
        [what, label],
      );
      if (row === undefined) return null;
      keep(what, label, row.n);
      return row.n;
    },
    async name(n) {
      const known = names.get(n);
      if (known !== undefined) return known;
      const [row] = await db.all<{ what: Labelled; label: string }>(
        "SELECT what, label FROM search_labels WHERE n = ?",
        [n],
      );
      if (row !== undefined) keep(row.what, row.label, n);
      return row?.label ?? "";
    },
    clear() {
      numbers.clear();
      names.clear();
    },
  };
}
