/**
 * A tab's side: waits for its turn to lead, and reaches the engine wherever it runs.
 * See [Note: One leader] and [Note: Lifelines] in meeting.ts.
 *
 * [Note: Left pages] A browser may keep a page that one has left, to come back to, and freezes it in the middle of what it
 * does (while a connection is open it does not, so this shows where the node is away). A frozen worker holds the lead and the
 * store's files, and whoever opens the next page waits; Chromium then ends it inside a write, which takes the whole
 * process along, the new page too. So the worker of a page that is to be kept ends at once; a page that one comes back to
 * joins again.
 */
import * as v from "valibot";
import type { RpcClient } from "../../src/rpc/connect.ts";
import { createClient } from "../../src/rpc/connect.ts";
import type { Leadership } from "../../src/ports.ts";
import { browserClock } from "./clock.ts";
import { browserLocks, holdLifeline, lifelineEnds } from "./locks.ts";
import {
  MeetingSchema,
  StartedSchema,
  leaderLock,
  lifeline,
  meetingChannel,
  privateChannel,
} from "./meeting.ts";
import type { Meeting } from "./meeting.ts";
import { showNotification } from "./notify.ts";

/**
 * `failed` carries the code of what kept the engine from starting, such as `store_unavailable`, or `worker_failed` when the
 * worker crashed; that is tried again after a moment.
 */
export type EngineState =
  | { kind: "starting" }
  | { kind: "leading" }
  | { kind: "following" }
  /** The lock has closed: whoever shows something of the engine's forgets it now, and begins anew. */
  | { kind: "shut" }
  | { kind: "failed"; code: string };

export type EngineTab = {
  /** Calls and subscriptions; they outlive changes of leader. */
  client: Pick<RpcClient, "call" | "subscribe">;
  /** Leaves: another tab takes over if this one led. */
  close(): void;
};

export type JoinOptions = {
  /** The engine's name; tabs with the same one share an engine. */
  name: string;
  /** `() => new Worker(new URL("./engine-worker.ts", import.meta.url), { type: "module" })` */
  spawn: () => Worker;
  onState?: (state: EngineState) => void;
};

/** Joins the engine of this origin. Returns at once; calls wait until there is a leader. */
export function joinEngine({ name, spawn, onState }: JoinOptions): EngineTab {
  const client = createClient({ clock: browserClock() });
  const closing = new AbortController();
  const tab = crypto.randomUUID();
  const meeting = new BroadcastChannel(meetingChannel(name));
  let own: { worker: Worker; leadership: Leadership } | undefined;
  let following: { leader: string; channel: BroadcastChannel } | undefined;

  /** Ends what leads here, or waits to lead. See [Note: Left pages]. */
  let leaving = new AbortController();
  const onLeft = (event: PageTransitionEvent): void => {
    if (event.persisted) leaving.abort();
  };
  addEventListener("pagehide", onLeft);

  const state = (next: EngineState): void => {
    if (!closing.signal.aborted) onState?.(next);
  };
  const tell = (message: Meeting): void => meeting.postMessage(message);

  meeting.onmessage = ({ data }: MessageEvent<unknown>) => {
    // The leader's own tab talks to its worker directly.
    if (!v.is(MeetingSchema, data) || own !== undefined) return;
    if (data.t === "leading") {
      if (following?.leader !== data.leader) unfollow();
      tell({ t: "hello", tab });
    } else if (data.t === "welcome" && data.tab === tab) follow(data.leader);
    else if (data.t === "failed") state({ kind: "failed", code: data.code });
    else if (data.t === "shut") state({ kind: "shut" });
  };

  function follow(leader: string): void {
    if (following?.leader === leader) return;
    unfollow();
    const channel = new BroadcastChannel(privateChannel(name, leader, tab));
    following = { leader, channel };
    client.attach(channel);
    state({ kind: "following" });
  }

  function unfollow(): void {
    if (following === undefined) return;
    client.detach();
    following.channel.close();
    following = undefined;
  }

  async function lead(): Promise<void> {
    leaving = new AbortController();
    const { signal } = leaving;
    const leadership = await browserLocks()
      .lead(leaderLock(name), { signal })
      .catch(() => undefined);
    if (leadership === undefined) return;
    unfollow();
    state({ kind: "starting" });
    const worker = spawn();
    own = { worker, leadership };
    const ended = new Promise<void>((resolve) => {
      leadership.lost.addEventListener("abort", () => resolve());
      signal.addEventListener("abort", () => {
        worker.terminate();
        leadership.release();
        resolve();
      });
      // Its script could not be loaded, or an error in it went uncaught: nobody knows what state it is in.
      worker.onerror = () => {
        state({ kind: "failed", code: "worker_failed" });
        resolve();
      };
      const { port1, port2 } = new MessageChannel();
      worker.onmessage = ({ data }: MessageEvent<unknown>) => {
        if (showNotification(data) || !v.is(StartedSchema, data)) return;
        if (data.t === "shut") return state({ kind: "shut" });
        if (data.t === "started") {
          client.attach(port1);
          state({ kind: "leading" });
        } else state({ kind: "failed", code: data.code });
        void lifelineEnds(lifeline(name, data.leader), closing.signal).then(resolve, resolve);
      };
      worker.postMessage({ start: name }, [port2]);
    });
    await ended;
    own = undefined;
    client.detach();
    worker.terminate();
    leadership.release();
  }

  async function run(): Promise<void> {
    await holdLifeline(lifeline(name, tab));
    while (!closing.signal.aborted) {
      // Whoever leads by now is to know of this tab, which may have been away.
      tell({ t: "hello", tab });
      await lead();
      // Whoever takes over next announces itself; a worker that dies at once must not be started in a tight loop.
      await new Promise((resolve) => setTimeout(resolve, 1000));
    }
  }
  void run().catch(() => undefined);

  return {
    client,
    close() {
      closing.abort();
      leaving.abort();
      removeEventListener("pagehide", onLeft);
      unfollow();
      client.close();
      meeting.close();
    },
  };
}
