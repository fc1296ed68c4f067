/**
 * The engine's background work: the live connection, spaces to look after, letters, the box, the vault. Each kind of work
 * runs once at a time; a wish that comes while it runs makes it run once more.
 */
import { CryptoError, unwrapPush, verifyHead } from "@baraza/crypto";
import type { Bytes } from "@baraza/protocol";
import { LIMITS, ProtocolError, pushContent, readAs, toHex } from "@baraza/protocol";
import { ownBoxes } from "./account/boxes.ts";
import { askForPlaces } from "./account/places.ts";
import { tendVault } from "./account/vault.ts";
import type { Core } from "./core.ts";
import { tendStanding } from "./admin/standing.ts";
import { noteUse } from "./devices/list.ts";
import { drainBox } from "./letters/inbox.ts";
import { sendLetters } from "./letters/send.ts";
import type { Live, Shut } from "./net/live.ts";
import { hear } from "./moving/follow.ts";
import { hasMoves } from "./moving/own-moves.ts";
import { startLive } from "./net/live.ts";
import { tendRecovery } from "./recovery/index.ts";
import { tendRequests } from "./requests/index.ts";
import { followUp } from "./spaces/follow-up.ts";
import { applyEntries, ForkError, GapError } from "./spaces/process.ts";
import { stockUp } from "./spaces/profile.ts";
import { runtimeOf } from "./spaces/runtime.ts";
import { isKnownHead } from "./spaces/sync.ts";
import { tend } from "./spaces/tend.ts";
import { tend as tendTrust } from "./trust/index.ts";
import { backoff, drop } from "./util.ts";

export type Background = {
  kick: Core["kick"];
  /** Starts the live connection of a signed-in account. */
  start(): void;
  /** Tries everything at once. */
  nudge(): void;
  /** Ends it; resolves when what runs has come to an end. */
  stop(): Promise<void>;
};

/** What fails for want of a line is tried again when there is one. */
function unlessOffline(error: unknown): void {
  if (!(error instanceof ProtocolError)) throw error;
}

/** Who is who is looked at a moment after the line is there. */
const TRUST_AFTER_MS = 2000;

export function createBackground(core: Core, onSignedOut: (why: Shut | null) => void): Background {
  let live: Live | null = null;
  let stopped = false;
  const running = new Set<Promise<unknown>>();
  const timers = new Set<() => void>();

  function track(work: Promise<unknown>): void {
    const done = work
      .catch((error: unknown) => core.report(error))
      .finally(() => running.delete(done));
    running.add(done);
  }

  /** Runs `work` once at a time, again after it when asked meanwhile, and later when it failed for want of a line. */
  function single(work: () => Promise<number | null | void>): () => void {
    let busy = false;
    let again = false;
    let failures = 0;
    // What runs last knows best when to look again: an earlier wish for that is given up.
    let cancel: (() => void) | null = null;
    const run = async (): Promise<void> => {
      if (busy) {
        again = true;
        return;
      }
      busy = true;
      try {
        do {
          again = false;
          if (stopped || !core.signedIn()) return;
          const next = await work();
          failures = 0;
          if (typeof next === "number") {
            cancel?.();
            cancel = later(Math.max(50, next - core.platform.clock.now()), run);
          }
        } while (again);
      } catch (error) {
        if (!(error instanceof ProtocolError)) core.report(error);
        cancel?.();
        cancel = later(backoff(failures++), run);
      } finally {
        busy = false;
      }
    };
    return () => track(run());
  }

  function later(ms: number, run: () => Promise<void>): () => void {
    if (stopped) return () => undefined;
    const cancel = core.platform.clock.setTimer(ms, () => {
      timers.delete(cancel);
      track(run());
    });
    timers.add(cancel);
    return () => {
      timers.delete(cancel);
      cancel();
    };
  }

  const letters = single(() => sendLetters(core));
  const vault = single(() => tendVault(core));
  const trust = single(() => tendTrust(core));
  const inbox = single(() => drainBox(core));
  const recovery = single(() => tendRecovery(core));
  const places = single(() => askForPlaces(core));
  const returns = single(async () => {
    const row = await core.store.get("SELECT 1 AS one FROM rejoins LIMIT 1");
    return row === undefined ? null : (await import("./slots/return.ts")).returnToSpaces(core);
  });
  const removals = single(async () => {
    const row = await core.store.get("SELECT 1 AS one FROM removals");
    return row === undefined ? null : (await import("./devices/cut-off.ts")).tendRemovals(core);
  });
  const files = single(async () => {
    const row = await core.store.get(
      `SELECT 1 AS one FROM files_uploads WHERE state IN ('waiting', 'sending')
       UNION ALL SELECT 1 FROM files_pins UNION ALL SELECT 1 FROM blob_pins UNION ALL SELECT 1 FROM files_keeps
       UNION ALL SELECT 1 FROM intake_saves UNION ALL SELECT 1 FROM chat_once_drops
       UNION ALL SELECT 1 FROM spaces s WHERE s.gen > 0 AND s.state = 'active'
         AND EXISTS (SELECT 1 FROM files_versions v WHERE v.log_id = s.log_id)
         AND NOT EXISTS (SELECT 1 FROM blob_hubs h WHERE h.log_id = s.log_id AND h.gen = s.gen AND h.due IS NULL)
       UNION ALL SELECT 1 FROM segments_asks WHERE at > ? AND device <> ? LIMIT 1`,
      [core.platform.clock.now() - LIMITS.blobGraceMs, core.me().deviceHash],
    );
    return row === undefined ? null : (await core.files()).run();
  });
  const marks = single(async () => {
    const row = await core.store.get(
      `SELECT 1 AS one FROM marks WHERE due IS NOT NULL UNION ALL SELECT 1 FROM marks_drafts WHERE due IS NOT NULL
       UNION ALL SELECT 1 FROM own_devices WHERE gone = 0 AND NOT EXISTS (SELECT 1 FROM spaces WHERE kind = 'personal' AND state = 'active')
       LIMIT 1`,
    );
    return row === undefined ? null : (await import("./tools/marks/marks-flow.ts")).tendMarks(core);
  });
  const vanish = single(async () => {
    const row = await core.store.get(
      "SELECT 1 AS one FROM vanishing UNION ALL SELECT 1 FROM vanish_timers UNION ALL SELECT 1 FROM vanish_times LIMIT 1",
    );
    return row === undefined ? null : (await import("./vanish/tend-vanish.ts")).tendVanishing(core);
  });
  const due = single(async () => {
    const row = await core.store.get("SELECT 1 AS one FROM later WHERE failed IS NULL LIMIT 1");
    return row === undefined ? null : (await import("./later/send-later.ts")).tendLater(core);
  });
  const lists = single(async () => {
    const row = await core.store.get("SELECT 1 AS one FROM list_sendings LIMIT 1");
    return row === undefined ? null : (await import("./lists/send-to-list.ts")).tendLists(core);
  });
  const weekly = single(async () => {
    const row = await core.store.get(
      "SELECT 1 AS one FROM marks WHERE kind = 'weekly' AND value IS NOT NULL LIMIT 1",
    );
    return row === undefined ? null : (await import("./weekly/tend-weekly.ts")).tendWeekly(core);
  });
  const requests = single(() => tendRequests(core));
  const moves = single(async () =>
    (await hasMoves(core)) ? (await import("./moving/tend-moves.ts")).tendMoves(core) : null,
  );
  const spaces = new Map<string, (fetch: boolean) => void>();

  function space(logId: string, fetch: boolean): void {
    let run = spaces.get(logId);
    if (run === undefined) {
      let wantsFetch = false;
      const one = single(async () => {
        const now = wantsFetch;
        wantsFetch = false;
        await tend(core, logId, { fetch: now });
      });
      run = (also) => {
        wantsFetch ||= also;
        one();
      };
      spaces.set(logId, run);
    }
    run(fetch);
  }

  async function allSpaces(): Promise<void> {
    const rows = await core.store.all<{ log_id: string }>(
      "SELECT log_id FROM spaces WHERE state = 'active'",
    );
    for (const row of rows) space(row.log_id, true);
  }

  /** Another device of the person may have moved. */
  async function lookForMove(): Promise<void> {
    const { moved } = await core.own.call("accounts.me", {});
    if (moved !== undefined) await hear(core, core.me().identityId, moved);
  }

  async function wokenSpaces(): Promise<void> {
    for (const boxId of await ownBoxes(core)) await wokenThrough(boxId);
  }

  async function wokenThrough(boxId: Bytes): Promise<void> {
    const { addressIds, upTo } = await core.own.call("boxes.wakes", { boxId });
    for (const addressId of addressIds) {
      const row = await core.store.get<{ log_id: string }>(
        "SELECT log_id FROM push_addresses WHERE address_id = ?",
        [toHex(addressId)],
      );
      if (row !== undefined) space(row.log_id, true);
    }
    if (addressIds.length > 0) await core.own.call("boxes.wakes", { boxId, clear: upTo });
  }

  async function pushed(addressId: Bytes, body: Bytes): Promise<void> {
    const row = await core.store.get<{ log_id: string; wrap_key: Bytes }>(
      "SELECT log_id, wrap_key FROM push_addresses WHERE address_id = ?",
      [toHex(addressId)],
    );
    if (row === undefined) return;
    const known = await runtimeOf(core, row.log_id);
    if (known === null || known.row.state !== "active") return;
    try {
      const content = readAs(pushContent, unwrapPush(row.wrap_key, body), LIMITS.pushBodyBytes);
      const { entry, head } = content;
      if (toHex(content.logId) !== row.log_id || !(await verifyHead(known.row.hub_key, head)))
        return;
      if (entry === undefined || known.row.trouble === "forked" || known.row.trouble === "cloned")
        return space(row.log_id, true);
      await known.queue(async () => {
        if ((await runtimeOf(core, row.log_id)) !== known) return space(row.log_id, true);
        if (entry.seq <= known.row.seq) {
          // An echo of what is known; or a hub that has begun to tell the story anew.
          if (!(await isKnownHead(core, known, head))) space(row.log_id, true);
          return;
        }
        known.row = { ...known.row, hub_seq: Math.max(known.row.hub_seq, head.seq) };
        const after = await applyEntries(core, known, [entry], head);
        followUp(core, known, after);
        if (after.length > 0 || known.row.seq < head.seq)
          space(row.log_id, known.row.seq < head.seq);
      });
    } catch (error) {
      if (error instanceof ForkError) {
        const { forked } = await import("./leading/lead.ts");
        return known.queue(() => forked(core, known, error.head));
      }
      if (
        error instanceof GapError ||
        error instanceof CryptoError ||
        error instanceof ProtocolError
      )
        return space(row.log_id, true);
      throw error;
    }
  }

  return {
    kick(what = {}) {
      if (stopped || !core.signedIn()) return;
      if (what.space !== undefined) space(what.space, false);
      if (what.letters === true) letters();
      if (what.vault === true) vault();
      if (what.inbox === true) inbox();
      if (what.places === true) places();
      if (what.recovery === true) recovery();
      if (what.returns === true) returns();
      if (what.trust === true) trust();
      if (what.moves === true) moves();
      if (what.boxes === true) live?.renew();
      if (what.devices === true) removals();
      if (what.files === true) files();
      if (what.marks === true) marks();
      if (what.vanish === true) vanish();
      if (what.later === true) due();
      if (what.lists === true) lists();
      if (what.weekly === true) weekly();
      if (what.requests === true) requests();
    },
    start() {
      if (live !== null || stopped) return;
      live = startLive(
        core.platform.transport,
        core.platform.clock,
        async () => {
          if (!core.signedIn()) return null;
          const me = core.me();
          const boxes = await ownBoxes(core);
          return {
            session: me.session,
            // What was read is deleted: a node that was put back from a backup may count anew, so no number is kept.
            boxes: boxes.map((boxId) => ({ boxId, after: 0 })),
          };
        },
        {
          ready: () => {
            inbox();
            letters();
            vault();
            recovery();
            track(stockUp(core).catch(unlessOffline));
            places();
            track(tendStanding(core).catch(unlessOffline));
            returns();
            // Not while the first screen fills.
            later(TRUST_AFTER_MS, async () => trust());
            removals();
            files();
            marks();
            vanish();
            due();
            lists();
            weekly();
            requests();
            track(noteUse(core));
            moves();
            track(lookForMove().catch(unlessOffline));
            track(allSpaces());
            track(wokenSpaces().catch(unlessOffline));
          },
          arrived: (message) => {
            if (message.t === "letter") inbox();
            else if (message.t === "push") track(pushed(message.addressId, message.body));
            else if (message.t === "signal") core.onSignal?.(message.addressId, message.body);
            else track(pushedWake(message.addressId));
          },
          line: (line) => core.setLine(line),
          signedOut: onSignedOut,
          boxLost: inbox,
        },
      );
      letters();
    },
    nudge() {
      live?.nudge();
      letters();
      inbox();
      vault();
      files();
      track(allSpaces());
    },
    async stop() {
      stopped = true;
      live?.stop();
      live = null;
      for (const cancel of timers) cancel();
      timers.clear();
      while (running.size > 0) await Promise.all(running);
    },
  };

  async function pushedWake(addressId: Bytes): Promise<void> {
    const row = await core.store.get<{ log_id: string }>(
      "SELECT log_id FROM push_addresses WHERE address_id = ?",
      [toHex(addressId)],
    );
    if (row !== undefined) space(row.log_id, true);
    drop(Promise.resolve());
  }
}
