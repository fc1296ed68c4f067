/** The ways into the account: commands and what can be watched. What they need is fetched when somebody asks. */
import type { WayKind } from "@baraza/protocol";
import { isWayKind, toHex } from "@baraza/protocol";
import { listWays } from "../account/ways-store.ts";
import type { Account } from "../api.ts";
import type { Core } from "../core.ts";
import type { Way, WaysCommands } from "./api.ts";

/** What the engine does after somebody came in: as a new device, or again as this one. */
export type Arrival = { signedIn: () => Promise<Account>; signedInAgain: () => Promise<Account> };

const words = () => import("./ways-words.ts");
const passkeys = () => import("./ways-passkeys.ts");
const changes = () => import("./ways-changes.ts");

export function createWays(core: Core, arrival: Arrival): WaysCommands {
  return {
    "ways.newWords": async () => (await words()).newWords(core),
    "ways.keepWords": async (args) => (await words()).keepWords(core, args.words),
    "ways.readWords": async ({ text }) => (await words()).readTyped(text),
    "ways.completeWord": async ({ prefix }) => (await words()).completeTyped(prefix),
    "ways.signInWithWords": async ({ text }) =>
      (await words()).signInWithWords(core, text, arrival),
    "ways.passkeyToCreate": async (args) => (await passkeys()).passkeyToCreate(core, args),
    "ways.signUpWithPasskey": async (args) =>
      (await passkeys()).signUpWithPasskey(core, args, arrival),
    "ways.addPasskey": async (args) => (await passkeys()).addPasskey(core, args),
    "ways.passkeyToAsk": async () => (await passkeys()).passkeyToAsk(core),
    "ways.signInWithPasskey": async (args) =>
      (await passkeys()).signInWithPasskey(core, args, arrival),
    "ways.setPassphrase": async (args) => (await changes()).setPassphrase(core, args),
    "ways.passphraseCode": async () => (await changes()).passphraseCode(core),
    "ways.rename": async (args) => (await changes()).rename(core, args),
    "ways.remove": async ({ id }) => (await changes()).remove(core, id),
  };
}

export const WAYS_TABLES = ["ways"] as const;

/** The person's ways, in the order in which they came. */
export async function theWays(core: Core): Promise<Way[]> {
  const { ways } = await listWays(core);
  return ways
    .filter((way) => way.device === undefined)
    .map((way) => ({
      id: toHex(way.id),
      kind: kindOf(way.way),
      label: way.label ?? null,
      created: way.created,
      opens: way.publicKey !== undefined,
      weak: way.way === "passphrase",
    }));
}

export function kindOf(way: string): WayKind | "other" {
  return isWayKind(way) ? way : "other";
}
