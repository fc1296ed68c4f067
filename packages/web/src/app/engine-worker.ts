/** The worker that the engine lives in: store, sync, keys. Nothing of the screen is here. */
import { createEngine } from "@baraza/engine";
import { hostEngine } from "@baraza/engine/browser/worker";

hostEngine(async (platform) => {
  const engine = await createEngine(platform);
  const api = engine.commands as unknown as Record<string, (args: unknown) => Promise<unknown>>;
  const live = Object.fromEntries(
    Object.entries(engine.live).map(([name, watch]) => [
      name,
      (args: unknown) => ({
        subscribe: (onValue: (value: unknown) => void, onError?: (error: unknown) => void) =>
          watch(args, onValue, onError ?? (() => undefined)),
      }),
    ]),
  );
  return { api, live };
});
