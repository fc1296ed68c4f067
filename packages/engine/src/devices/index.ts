/** A person's devices: the commands of this area and what can be watched of it. */
import type { Core } from "../core.ts";
import type { DevicesCommands, Pairing, SignedIn } from "./api.ts";
import { createPairings } from "./pairing.ts";

export type Devices = { commands: DevicesCommands; pairing(): Pairing | null };

/** `tell`: what is watched has changed. */
export function createDevices(
  core: Core,
  options: { signedIn: SignedIn; tell: () => void },
): Devices {
  const pairings = createPairings(core, options);
  return {
    pairing: () => pairings.now(),
    commands: {
      "devices.offer": () => pairings.offer(),
      "devices.join": ({ code }) => pairings.join(code),
      "devices.confirm": async () => pairings.confirm(),
      "devices.refuse": () => pairings.refuse(),
      "devices.cancel": () => pairings.cancel(),
    },
  };
}
