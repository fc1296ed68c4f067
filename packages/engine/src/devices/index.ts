/** A person's devices: the commands of this area and what can be watched of it. */
import { CryptoError } from "@baraza/crypto";
import { ProtocolError } from "@baraza/protocol";
import { rebase } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { DevicesCommands, Pairing, SignedIn } from "./api.ts";
import type { Pairings } from "./device-pairing.ts";

export type Devices = {
  commands: DevicesCommands;
  pairing(): Pairing | null;
  /** Asks the node and the other devices' vault for what is new, now and then. */
  refresh(): void;
};

const REFRESH_MS = 60_000;

/** `tell`: what is watched has changed. */
export function createDevices(
  core: Core,
  options: { signedIn: SignedIn; tell: () => void },
): Devices {
  // A first visit needs none of it.
  let pairings: Promise<Pairings> | null = null;
  let loaded: Pairings | null = null;
  const load = (): Promise<Pairings> => {
    pairings ??= import("./device-pairing.ts").then(
      ({ createPairings }) => (loaded = createPairings(core, options)),
      (error: unknown) => {
        pairings = null;
        throw error;
      },
    );
    return pairings;
  };
  let refreshed = Number.NEGATIVE_INFINITY;
  async function learn(): Promise<void> {
    try {
      await rebase(core);
      await (await import("./device-list.ts")).learnDevices(core);
    } catch (error) {
      if (
        !(error instanceof ProtocolError) &&
        !(error instanceof CryptoError) &&
        !(error instanceof EngineError)
      )
        core.report(error);
    }
  }
  return {
    pairing: () => loaded?.now() ?? null,
    refresh: () => {
      const now = core.platform.clock.now();
      if (!core.signedIn() || Math.abs(now - refreshed) < REFRESH_MS) return;
      refreshed = now;
      void learn();
    },
    commands: {
      "devices.offer": async () => (await load()).offer(),
      "devices.join": async ({ code }) => (await load()).join(code),
      "devices.confirm": async () => loaded?.confirm(),
      "devices.refuse": async () => loaded?.refuse(),
      "devices.cancel": async () => loaded?.cancel(),
      "devices.rename": async ({ deviceId, name }) =>
        (await import("./device-list.ts")).renameDevice(core, deviceId, name),
      "devices.remove": async ({ deviceId }) =>
        (await import("./cut-off.ts")).removeDevice(core, deviceId),
    },
  };
}
