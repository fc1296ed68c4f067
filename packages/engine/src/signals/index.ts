/** Signals, put together for the engine; what does the work is loaded when a screen wants to see them. */
import type { Core } from "../core.ts";
import type { Engine } from "../engine.ts";
import { live } from "../store/live.ts";
import type { SignalsCommands } from "./api.ts";
import { QUIET_TABLES, SETTINGS_TABLES, signalSettings } from "./chosen.ts";
import type { SignalsWork } from "./signals-work.ts";

export type SignalsArea = {
  commands: SignalsCommands;
  live: Engine["live"];
  /** Ends it for the account that is signed in; another one begins anew. */
  stop: () => void;
};

const settings = () => import("./settings.ts");

export function createSignalsArea(core: Core): SignalsArea {
  const { store } = core;
  let work: Promise<SignalsWork> | null = null;
  const load = () => {
    work ??= import("./signals-work.ts").then(({ createSignalsWork }) => {
      const made = createSignalsWork(core);
      core.onSignal = made.arrived;
      return made;
    });
    return work;
  };
  return {
    commands: {
      "signals.set": async (args) => (await settings()).setSignals(core, args),
      "signals.setQuiet": async (args) => (await settings()).setQuiet(core, args),
      "signals.typing": async (args) => (await load()).typing(args),
    },
    live: {
      "signals.settings": (_args, onValue, onError) =>
        live(store, {
          tables: [...SETTINGS_TABLES],
          query: () => signalSettings(store),
        }).subscribe(onValue, onError),
      "signals.quiet": (args, onValue, onError) =>
        live(store, {
          tables: [...QUIET_TABLES],
          query: async () =>
            (await settings()).quietIn(core, (args as { spaceId: string }).spaceId),
        }).subscribe(onValue, onError),
      "signals.now": (args, onValue, onError) => {
        let end = () => {};
        let over = false;
        load().then((made) => {
          if (!over) end = made.watch((args as { open: string | null }).open, onValue);
        }, onError);
        return () => {
          over = true;
          end();
        };
      },
    },
    stop: () => {
      core.onSignal = null;
      void work?.then((made) => made.stop());
      work = null;
    },
  };
}
