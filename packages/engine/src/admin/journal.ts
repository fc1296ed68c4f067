/** The journal of what the node's administrators did: fetched, checked, kept. */
import { journalHash, NO_JOURNAL } from "@baraza/crypto";
import type { Bytes, JournalEntry } from "@baraza/protocol";
import { equalBytes, LIMITS } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { JournalLine } from "./api.ts";

/** Most entries that one visit fetches. */
const PAGES = 50;

/**
 * Fetches what is new in the journal. Each entry's hash covers those before it: where the node's journal does not go on
 * from what this device has seen, entries were changed or taken out, and the app says so.
 */
export async function tendJournal(core: Core, end: number): Promise<void> {
  let known = await lastKnown(core);
  if (end < known.number) {
    await startAnew(core);
    known = await lastKnown(core);
  }
  for (let page = 0; page < PAGES && known.number < end; page++) {
    const { entries } = await core.own.call("journal.list", {
      after: known.number,
      limit: LIMITS.adminPage,
    });
    if (entries.length === 0) return;
    if (!goesOn(known, entries)) {
      // From the beginning it has to fit; else the node makes it up as it goes, and nothing of it is shown.
      if (known.number === 0) return startAnew(core);
      await startAnew(core);
      known = await lastKnown(core);
      continue;
    }
    await keep(core, entries);
    known = await lastKnown(core);
  }
}

type Known = { number: number; hash: Bytes };

async function lastKnown(core: Core): Promise<Known> {
  const row = await core.store.get<Known>(
    "SELECT number, hash FROM journal ORDER BY number DESC LIMIT 1",
  );
  return row ?? { number: 0, hash: NO_JOURNAL };
}

function goesOn(known: Known, entries: readonly JournalEntry[]): boolean {
  let { number, hash } = known;
  for (const entry of entries) {
    number += 1;
    hash = journalHash(hash, entry);
    if (entry.number !== number || !equalBytes(entry.hash, hash)) return false;
  }
  return true;
}

async function keep(core: Core, entries: readonly JournalEntry[]): Promise<void> {
  await core.store.transaction((tx) => {
    for (const { number, at, by, act, subject, detail, hash } of entries)
      tx.run("INSERT OR REPLACE INTO journal VALUES (?, ?, ?, ?, ?, ?, ?)", [
        number,
        at,
        by ?? null,
        act,
        subject ?? null,
        JSON.stringify(detail),
        hash,
      ]);
  });
}

async function startAnew(core: Core): Promise<void> {
  const now = core.platform.clock.now();
  await core.store.transaction((tx) => {
    tx.run("DELETE FROM journal");
    tx.run("INSERT OR REPLACE INTO journal_rewritten VALUES (1, ?)", [now]);
  });
}

const SHOWN = 1000;

/** See `admin.journal`. */
export async function readJournal(
  core: Core,
): Promise<{ lines: JournalLine[]; rewritten: number | null }> {
  const rows = await core.store.all<
    Omit<JournalLine, "by" | "detail"> & {
      by_name: string | null;
      detail: string;
    }
  >("SELECT number, at, by_name, act, subject, detail FROM journal ORDER BY number DESC LIMIT ?", [
    SHOWN,
  ]);
  const flag = await core.store.get<{ at: number }>("SELECT at FROM journal_rewritten");
  return {
    rewritten: flag?.at ?? null,
    lines: rows.map(({ by_name, detail, ...row }) => ({
      ...row,
      by: by_name,
      detail: JSON.parse(detail) as JournalLine["detail"],
    })),
  };
}
