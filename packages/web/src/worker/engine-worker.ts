/** The engine's worker: store, keys and sync live here, away from the screen. One per origin (see the engine's platform/browser). */
import { createEngine } from "@baraza/engine";
import { hostEngine } from "@baraza/engine/browser/worker";

hostEngine(async (platform) => {
  const engine = await createEngine(platform, { deviceName: browserName() });
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
  return { api, live, close: () => engine.close() };
});

/** "Chrome, Android": what the browser says of itself, as far as everybody who serves it a page may know it anyway. */
function browserName(): string {
  const agent = navigator.userAgent;
  const browser = /Firefox|Chrome|Safari/.exec(agent)?.[0];
  const system = /Android|iPhone|iPad|Windows|Mac|Linux/.exec(agent)?.[0];
  return [browser, system].filter(Boolean).join(", ");
}
