/**
 * The mirrors service: copies of logs whose hub is another node, and the feeding of copies that others keep of this node's logs.
 * What a copy is believed, see mirrors.ts of protocol: nothing that the hub has not signed.
 */
import type { Bytes, CheckedRequestOf } from "@baraza/protocol";
import { equalBytes, LABELS, ProtocolError, toHex } from "@baraza/protocol";
import type { Verifier } from "../../crypto-fast.ts";
import { createVerifier, headMessage, pageDigest } from "../../crypto-fast.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { Store } from "../../store/port.ts";
import { checkBrought } from "../logs/brought.ts";
import { checkGenesis } from "../logs/check.ts";
import type { Feeder, FeederDeps } from "./feeder.ts";
import { createFeeder } from "./feeder.ts";

export type MirrorsDeps = FeederDeps & {
  store: Pick<Store, "mirrors">;
  /** The key of another node. @throws ProtocolError `target_refused`, `target_unreachable` */
  nodeKeyOf: (node: string, fresh: boolean) => Promise<Bytes>;
  /** Checks a finalised blind token. It does not mark it as spent. */
  redeemToken(token: { input: Bytes; output: Bytes }): Promise<boolean> | boolean;
  /** What one copy, and all copies together may take: bytes. */
  quota: { log: number; all: number };
};

export type MirrorsService = Service & Pick<Feeder, "appended" | "changed" | "idle">;

/** Whether the hub that is known has signed what came with a feed. */
function isSigned(
  verify: Verifier,
  hubKey: Bytes,
  { logId, entries, receipt, page }: CheckedRequestOf<"mirrors.feed">,
): boolean {
  if ((receipt ?? page)?.seq !== entries.at(-1)?.seq) return false;
  if (receipt !== undefined) {
    const { gen, seq, head, time, sig } = receipt;
    return verify(hubKey, LABELS.head, headMessage(logId, gen, seq, head, time), sig);
  }
  if (page === undefined) return false;
  return verify(hubKey, LABELS.mirrorPage, pageDigest(logId, page.seq, page.head), page.sig);
}

/** Starts the service, and the feeding of what is behind. Close it before the store. */
export async function createMirrors(deps: MirrorsDeps): Promise<MirrorsService> {
  const { store, name, quota, now } = deps;
  const verify = createVerifier();
  const feeder = createFeeder(deps);
  await feeder.start();

  const isKeyOf = async (hub: string, hubKey: Bytes) => {
    for (const fresh of [false, true])
      if (equalBytes(await deps.nodeKeyOf(hub, fresh), hubKey)) return true;
    return false;
  };
  const routes: Handlers = {
    "mirrors.open": async ({ genesis, hub, hubKey, token = null }, context) => {
      context.limit("mirrors.open", { perMinute: 60, burst: 60 });
      checkGenesis(genesis, null);
      const of = { hub, hubKey };
      if (token !== null) {
        if (hub === name) throw new ProtocolError("malformed", { data: { field: "hub" } });
        if (!(await deps.redeemToken(token))) throw new ProtocolError("token_spent");
        // Whoever asks and this node have to see the same node there: its signature alone fills the copy.
        if (!(await isKeyOf(hub, hubKey))) throw new ProtocolError("bad_signature");
      }
      return store.mirrors.open({
        genesis,
        of,
        token: token?.input ?? null,
        quota: quota.all,
        now: now(),
      });
    },
    "mirrors.feed": async (request, context) => {
      const { logId, entries, receipt = null, page = null, moved = null } = request;
      context.limit("mirrors.feed", { perMinute: 6000, burst: 6000 }, toHex(logId));
      // A node that keeps no copy of a log reads nothing of it.
      const place = await store.mirrors.place({ logId });
      if (place === null) throw new ProtocolError("not_found");
      // What another hub signs counts once its hand-over has been read: that is seldom, and dear for this node to find out.
      if (entries.length > 0 && !isSigned(verify, place.of.hubKey, request))
        context.limit("mirrors.feed.unknown", { perMinute: 60, burst: 60 }, toHex(logId));
      const appends = checkBrought(logId, entries, now());
      const { seq, ended } = await store.mirrors.feed({
        logId,
        name,
        first: entries[0]?.seq ?? 0,
        appends,
        receipt,
        page,
        moved,
        quota,
        now: now(),
      });
      if (ended) throw new ProtocolError("not_found");
      return { seq };
    },
  };
  return {
    routes,
    appended: feeder.appended,
    changed: feeder.changed,
    idle: feeder.idle,
    close: feeder.close,
  };
}
