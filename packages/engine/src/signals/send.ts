/** What goes out: a signal to one space, and the wish to get those of others. */
import { sealSignal, signSignal, signSignalSend } from "@baraza/crypto/signals";
import { LIMITS, ProtocolError } from "@baraza/protocol";
import type { Core } from "../core.ts";
import type { SpaceRuntime } from "../spaces/runtime.ts";
import { runtimeOf } from "../spaces/runtime.ts";
import { reading } from "../spaces/sync.ts";

export type Saying = { kind: "typing" | "here"; on: boolean; ask?: boolean };

/** What one device sends at most in a minute, of all spaces together. */
const PER_MINUTE = 90;

export type Sender = {
  /** Sends, or does not: what cannot go out now is worth nothing later. */
  say: (spaceId: string, saying: Saying) => Promise<void>;
  /** Asks the hub for signals. @returns until when by this device's clock, null where it could not be had */
  listen: (spaceId: string) => Promise<number | null>;
  /** Asks for no more. */
  deafen: (spaceId: string) => Promise<void>;
};

export function createSender(core: Core): Sender {
  const { clock } = core.platform;
  const lastAt = new Map<string, number>();
  let sent: number[] = [];

  const space = async (spaceId: string): Promise<SpaceRuntime | null> => {
    if (!core.signedIn() || core.line() !== "online") return null;
    const runtime = await runtimeOf(core, spaceId);
    return runtime?.row.state === "active" ? runtime : null;
  };
  const hubTime = ({ row }: SpaceRuntime) => clock.now() + (core.clocks.get(row.hub) ?? 0);
  /** What has no line, no seat or no room now is not said. */
  const unlessRefused = (error: unknown): null => {
    if (error instanceof ProtocolError) return null;
    throw error;
  };

  return {
    say: async (spaceId, saying) => {
      const runtime = await space(spaceId);
      const key = runtime?.keys.get(runtime.row.epoch);
      if (runtime === null || runtime.posting === null || key === undefined) return;
      const now = clock.now();
      sent = sent.filter((at) => now - at < 60_000);
      if (sent.length >= PER_MINUTE) return;
      sent.push(now);
      // Of one device it only grows, which is how others see what is said twice.
      const at = Math.max(hubTime(runtime), (lastAt.get(spaceId) ?? 0) + 1);
      lastAt.set(spaceId, at);
      const { gen, epoch, hub } = runtime.row;
      const place = { logId: runtime.id, gen, epoch };
      const signal = await signSignal(place, core.me().device, { at, ...saying });
      const body = await sealSignal(place, key, signal);
      const request = await signSignalSend(runtime.posting.privateKey, {
        ...place,
        time: hubTime(runtime),
        body,
      });
      await core.remote.call(hub, "signals.send", request).catch(unlessRefused);
    },
    listen: async (spaceId) => {
      const runtime = await space(spaceId);
      if (runtime === null) return null;
      const answer = await reading(core, runtime, (token) =>
        core.remote.call(runtime.row.hub, "signals.listen", { logId: runtime.id, token }),
      ).catch(unlessRefused);
      if (answer === null) return null;
      const left = answer.until - hubTime(runtime);
      return clock.now() + Math.max(0, Math.min(left, LIMITS.signalListenMs));
    },
    deafen: async (spaceId) => {
      const runtime = await space(spaceId);
      if (runtime === null || runtime.reading === null) return;
      const { token } = runtime.reading;
      const request = { logId: runtime.id, token, stop: true };
      await core.remote.call(runtime.row.hub, "signals.listen", request).catch(unlessRefused);
    },
  };
}
