/** The engine's worker: store, keys and sync live here, away from the screen. One per origin (see the engine's platform/browser). */
import { createEngine } from "@baraza/engine";
import { hostEngine } from "@baraza/engine/browser/worker";

hostEngine(async (platform) => {
  const engine = await createEngine(platform);
  const commands: Record<string, (args: never) => Promise<unknown>> = { ...engine.commands };
  const api = Object.fromEntries(
    Object.entries(commands).map(([name, run]) => [
      name,
      (args: unknown) => run((args ?? {}) as never),
    ]),
  );
  const live = Object.fromEntries(
    Object.entries(engine.live).map(([name, watch]) => [
      name,
      (args: unknown) => ({
        subscribe: (
          onValue: (value: unknown) => void,
          onError: (error: unknown) => void = () => undefined,
        ) => watch(args ?? {}, onValue, onError),
      }),
    ]),
  );
  return { api, live };
});
