/** Recovery, put together for the engine. What does the work is loaded when it is first needed. */
import type { Bytes, Vault } from "@baraza/protocol";
import { listWays } from "../account/ways-store.ts";
import type { Account } from "../api.ts";
import type { Core } from "../core.ts";
import type { Engine } from "../engine.ts";
import type { SqlTx } from "../ports.ts";
import { live } from "../store/live.ts";
import type { RecoveryCommands, RecoveryLive } from "./api.ts";

const work = () => import("./recovery-work.ts");

/** The commands. `signedIn` starts the background work of an account that was just opened. */
export function recoveryCommands(core: Core, signedIn: () => Promise<Account>): RecoveryCommands {
  return {
    "recovery.share": async (args) => (await work()).makeSet(core, args),
    "recovery.withdraw": async ({ setId }) => (await work()).withdraw(core, setId),
    "recovery.askHolders": async ({ setId }) => (await work()).askHolders(core, setId),
    "recovery.refresh": async () => (await work()).refresh(core),
    "recovery.decline": async ({ owner }) => (await work()).decline(core, owner),
    "recovery.begin": async ({ address }) => (await work()).begin(core, address),
    "recovery.practise": async () => (await work()).practise(core),
    "recovery.look": async ({ rescueId }) => (await work()).look(core, rescueId),
    "recovery.cancel": async ({ rescueId }) => (await work()).cancel(core, rescueId),
    "recovery.finish": async ({ rescueId }) => {
      await (await work()).finish(core, rescueId);
      return signedIn();
    },
    "recovery.readRequest": async ({ link }) => (await work()).readRequest(core, link),
    "recovery.help": async (args) => (await work()).help(core, args),
    "recovery.rehearseWords": async ({ text }) => (await work()).rehearseWords(core, text),
    "recovery.dismissNudge": async () => (await work()).dismissNudge(core),
  };
}

/** When to look again for a set that another device is still making. */
const AGAIN_MS = 10_000;

/** The part of the vault that is about recovery; undefined when there is nothing to keep. */
export async function recoveryForVault(core: Core): Promise<Bytes | undefined> {
  const row = await core.store.get(
    `SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM trusted_sets) OR EXISTS (SELECT 1 FROM held_shares)
     OR EXISTS (SELECT 1 FROM rehearsals) OR EXISTS (SELECT 1 FROM vault_recovery)`,
  );
  return row && (await work()).recoveryForVault(core);
}

/** Notes what a vault says about recovery; it is taken over by {@link tendRecovery}, or before the next vault is made. */
export function keepRecovery(tx: SqlTx, vault: Pick<Vault, "recovery">): void {
  if (vault.recovery !== undefined)
    tx.run("INSERT INTO vault_recovery (part) VALUES (?)", [vault.recovery]);
}

/** Goes on with what was begun: sets to be made or ended, shares to be confirmed, what other devices did. */
export async function tendRecovery(core: Core): Promise<number | null> {
  const row = await core.store.get(
    `SELECT 1 AS one WHERE EXISTS (SELECT 1 FROM trusted_drafts) OR EXISTS (SELECT 1 FROM vault_recovery)
     OR EXISTS (SELECT 1 FROM held_shares WHERE confirm = 1) OR EXISTS (SELECT 1 FROM holder_answers)
     OR EXISTS (SELECT 1 FROM trusted_holders WHERE tell = 1) OR (SELECT count(*) FROM trusted_sets WHERE gone = 0) > 1`,
  );
  if (row === undefined) return null;
  const { applyAnswers, confirmHeld, refresh, takeOver, tendSets } = await work();
  await takeOver(core);
  if (await core.store.get("SELECT 1 AS one FROM holder_answers")) await refresh(core);
  const early = await applyAnswers(core);
  await tendSets(core);
  await confirmHeld(core);
  core.kick({ vault: true });
  return early ? core.platform.clock.now() + AGAIN_MS : null;
}

const DAY_MS = 24 * 60 * 60_000;

/** True after the first day, until it was dismissed or there is a way back beside a passphrase. Asked at every start. */
async function nudge(core: Core): Promise<boolean> {
  if (!core.signedIn()) return false;
  if (core.me().device.certificate.createdAt + DAY_MS > core.platform.clock.now()) return false;
  if (await core.store.get("SELECT 1 AS one FROM recovery_notes WHERE name = 'dismissed'"))
    return false;
  const { ways } = await listWays(core);
  return ways.every(
    (way) => way.device !== undefined || way.publicKey === undefined || way.way === "passphrase",
  );
}

/** The live queries, by name. */
export function recoveryWatches(core: Core): Engine["live"] {
  const on =
    <N extends keyof RecoveryLive>(
      tables: readonly string[],
      query: () => Promise<RecoveryLive[N]["value"]>,
    ): Engine["live"][string] =>
    (_args, onValue, onError) =>
      live(core.store, { tables: [...tables], query }).subscribe(onValue, onError);
  const SETS = [
    "trusted_sets",
    "trusted_holders",
    "trusted_drafts",
    "members",
    "spaces",
    "places",
    "rehearsals",
    "ways",
  ];
  return {
    "recovery.sets": on<"recovery.sets">(SETS, async () => (await work()).listSets(core)),
    "recovery.candidates": on<"recovery.candidates">(["members", "spaces", "people"], async () =>
      (await work()).listCandidates(core),
    ),
    "recovery.offices": on<"recovery.offices">(["members", "spaces", "people"], async () =>
      (await work()).listOffices(core),
    ),
    "recovery.held": on<"recovery.held">(["held_shares"], async () =>
      (await work()).listHeld(core),
    ),
    "recovery.rescues": on<"recovery.rescues">(["rescues", "rescue_helps"], async () =>
      (await work()).listRescues(core),
    ),
    "recovery.overview": on<"recovery.overview">(
      [...SETS, "ways", "outbox", "recovery_notes", "account"],
      async () => (await work()).overview(core),
    ),
    "recovery.nudge": on<"recovery.nudge">(["recovery_notes", "ways"], () => nudge(core)),
  };
}
