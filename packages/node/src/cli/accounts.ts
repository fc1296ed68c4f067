/** Looking after the accounts of a node without a browser: the same acts as in the app, with the same lines in the journal. */
import { readFile, writeFile } from "node:fs/promises";
import { sealAead } from "@baraza/crypto";
import type { ErrorCode, JournalEntry } from "@baraza/protocol";
import { accountName, check, nodeOrigin, ProtocolError, toBase64url } from "@baraza/protocol";
import type { ListedPerson } from "@baraza/protocol/people-list";
import { readPeopleList, writeTable } from "@baraza/protocol/people-list";
import type { Config } from "../config.ts";
import { randomBytes, sha256 } from "../crypto-fast.ts";
import { databasePath } from "../data-dir.ts";
import { loadSecrets } from "../secrets.ts";
import { INVITATION_SEAL } from "../services/admin/invitations.ts";
import { INVITATION_LIFE } from "../services/admin/rules.ts";
import type { Store } from "../store/port.ts";
import { openSqliteStore } from "../store/sqlite/index.ts";
import { CommandError } from "./errors.ts";

const DAY = 24 * 60 * 60_000;
const PAGE = 200;

type Say = (line: string) => void;
type At = { config: Config; now: number; say: Say };

/** What an act that the node refuses means at the console. */
const SENTENCES: Partial<Record<ErrorCode, string>> = {
  not_found: "There is no account of that name.",
  last_administrator: "There has to be at least one administrator: make somebody else one first.",
  account_closed: "The membership of that account has ended already.",
};

/** Opens the store for one piece of work. @throws CommandError with a sentence for what the node refuses */
async function withStore<T>({ config }: At, work: (store: Store) => Promise<T>): Promise<T> {
  const store = await openSqliteStore(databasePath(config.dataDir));
  try {
    return await work(store);
  } catch (cause) {
    const sentence = cause instanceof ProtocolError ? SENTENCES[cause.code] : undefined;
    throw sentence === undefined ? cause : new CommandError(sentence);
  } finally {
    await store.close();
  }
}

export type InviteWish = { count: number; days: number; uses: number; csv?: string; to?: string };

/**
 * Makes invitations: so many, or one for each person of a table. The links go to the console, or with `to` into a new
 * table of mode 0600. Names are not kept at the node.
 */
export async function invite(at: At, wish: InviteWish): Promise<void> {
  const { config, now, say } = at;
  if (wish.days * DAY > INVITATION_LIFE.administrator)
    throw new CommandError("An invitation stands for a year at most.");
  const people: ListedPerson[] =
    wish.csv === undefined
      ? Array.from({ length: wish.count }, () => ({ name: "" }))
      : await readList(wish.csv, say);
  const { storeSecret } = await loadSecrets(config.dataDir);
  const made = people.map((person) => ({ person, code: randomBytes(16) }));
  const expires = now + wish.days * DAY;
  const invitations = await Promise.all(
    made.map(async ({ code }) => {
      const codeHash = sha256(code);
      const sealed = await sealAead(storeSecret, code, codeHash, INVITATION_SEAL);
      return { codeHash, sealed, kind: "person" as const, label: null, expires, uses: wish.uses };
    }),
  );
  const rows = made.map(({ person, code }) => {
    const language = person.language === undefined ? "" : `&lang=${person.language}`;
    const link = `${nodeOrigin(config.name)}/signup#${toBase64url(code)}${language}`;
    return [person.name, person.address ?? "", person.language ?? "", person.note ?? "", link];
  });
  // Written first: links that stand at the node and nowhere else would be lost.
  if (wish.to !== undefined) {
    const table = writeTable([["name", "address", "language", "note", "link"], ...rows]);
    await writeFile(wish.to, table, { mode: 0o600, flag: "wx" }).catch(() => {
      throw new CommandError(`The file ${wish.to ?? ""} cannot be written, or is there already.`);
    });
  }
  await withStore(at, (store) =>
    store.invitations.create({ by: null, now, invitations, maxUses: Infinity, journal: true }),
  );
  if (wish.to !== undefined)
    say(`Wrote ${rows.length} links to ${wish.to}. Whoever has a link can open an account.`);
  else
    for (const [name = "", , , , link = ""] of rows) say(name === "" ? link : `${name}: ${link}`);
}

async function readList(path: string, say: Say): Promise<ListedPerson[]> {
  const bytes = await readFile(path).catch(() => {
    throw new CommandError(`The file ${path} cannot be read.`);
  });
  const { people, problems } = readPeopleList(bytes);
  for (const one of problems)
    say(
      `Line ${one.line} is left out: ${one.problem}${one.problem === "twice" ? ` (line ${one.first})` : ""}.`,
    );
  if (people.length === 0) throw new CommandError("There is nobody in this list to invite.");
  return people;
}

/** Lists accounts, with what an administrator sees of them. */
export async function list(at: At, search: string): Promise<void> {
  const day = (days: number | undefined) =>
    days === undefined ? "-" : new Date(days * DAY).toISOString().slice(0, 10);
  await withStore(at, async (store) => {
    for (let after = ""; ;) {
      const { accounts } = await store.roll.page({ search, show: "all", after, limit: PAGE });
      for (const one of accounts) {
        const { name, role, since, lastUse, devices, letters, vault } = one;
        const state = [
          one.closed ? "ended" : "",
          one.suspended === undefined ? "" : "suspended",
          one.leaves === undefined
            ? ""
            : `leaves ${new Date(one.leaves).toISOString().slice(0, 10)}`,
        ];
        const words = [name, role, `since ${day(since)}`, `last use ${day(lastUse)}`];
        words.push(`${devices} devices`, `${letters + vault} bytes`, ...state.filter(Boolean));
        at.say(words.join("  "));
      }
      if (accounts.length < PAGE) return;
      after = accounts.at(-1)?.name ?? "";
    }
  });
}

/** Suspends an account, or lifts it. A running node ends its connections within half a minute. */
export async function suspend(at: At, name: string, suspended: boolean): Promise<void> {
  const act = { by: null, now: at.now, name: checkedName(name), suspended };
  await withStore(at, (store) => store.roll.suspend(act));
  at.say(suspended ? `${name} is suspended.` : `${name} can sign in again.`);
}

/** Gives a role. */
export async function setRole(at: At, name: string, role: string): Promise<void> {
  if (role !== "member" && role !== "administrator")
    throw new CommandError("The role is member or administrator.");
  const act = { by: null, now: at.now, name: checkedName(name), role } as const;
  await withStore(at, (store) => store.roll.setRole(act));
  at.say(`${name} is ${role === "member" ? "a member" : "an administrator"} now.`);
}

/** Ends a membership in so many days; null: it goes on. */
export async function leave(at: At, name: string, days: number | null): Promise<void> {
  const until = days === null ? null : at.now + days * DAY;
  const act = { by: null, now: at.now, name: checkedName(name), at: until };
  await withStore(at, (store) => store.roll.setLeaving(act));
  at.say(
    until === null
      ? `The membership of ${name} goes on.`
      : `The membership of ${name} ends on ${new Date(until).toISOString().slice(0, 10)}.`,
  );
}

/** Prints what administrators and the console have done, oldest first. */
export async function journal(at: At): Promise<void> {
  await withStore(at, async (store) => {
    for (let after = 0; ;) {
      const entries = await store.roll.journal({ after, limit: PAGE });
      for (const entry of entries) at.say(lineOf(entry));
      if (entries.length < PAGE) return;
      after = entries.at(-1)?.number ?? after;
    }
  });
}

function lineOf({ number, at, by, act, subject, detail }: JournalEntry): string {
  const more = Object.entries(detail).map(([key, value]) => `${key}=${String(value)}`);
  const words = [String(number), new Date(at).toISOString(), by ?? "(console)", act];
  return [...words, ...(subject === undefined ? [] : [subject]), ...more].join("  ");
}

function checkedName(name: string): string {
  try {
    return check(accountName, name.replace(/@.*$/, ""));
  } catch {
    throw new CommandError("That is no account name.");
  }
}
