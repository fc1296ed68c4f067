/** The way from the screens to the engine: typed commands and live queries, wherever the engine runs. */
import type { CommandName, EngineCommands, EngineLive, LiveName } from "@baraza/engine";
import { joinEngine } from "@baraza/engine/browser";
import type { EngineState } from "@baraza/engine/browser";
import type { Signal } from "@preact/signals";
import { signal } from "@preact/signals";
import { useEffect, useRef, useState } from "preact/hooks";

/** Whether the engine runs: `starting`, here or in another tab, or why not. */
export const engineState: Signal<EngineState> = signal({ kind: "starting" });

const engine = joinEngine({
  name: "baraza",
  spawn: () =>
    new Worker(new URL("../worker/engine-worker.ts", import.meta.url), { type: "module" }),
  onState: (state) => {
    engineState.value = state;
  },
});

/** Stretching a passphrase takes its time on a cheap phone, and on a bad line so does the rest. */
const PATIENCE_MS = 180_000;

/** What a second asking does no harm to: it is repeated when another tab takes the engine over. */
const IDEMPOTENT: ReadonlySet<CommandName> = new Set([
  "account.policy",
  "account.setDisplayName",
  "node.settings",
  "node.status",
  "node.invitations",
  "space.readInvitation",
  "chat.markRead",
  "chat.setDraft",
  "chat.search",
  "chat.react",
  "chat.delete",
  "chat.edit",
  "sync.now",
]);

type Args<N extends CommandName> = Parameters<EngineCommands[N]>[0];
type Answer<N extends CommandName> = Awaited<ReturnType<EngineCommands[N]>>;

/** Asks the engine to do something. @throws RpcError with the code of the engine's or the node's error */
export async function ask<N extends CommandName>(name: N, args: Args<N>): Promise<Answer<N>> {
  const answer = await engine.client.call(name, args, {
    timeout: PATIENCE_MS,
    idempotent: IDEMPOTENT.has(name),
  });
  return answer as Answer<N>;
}

/** Follows a live query. @returns a function that ends it */
export function watch<N extends LiveName>(
  name: N,
  args: EngineLive[N]["args"],
  onValue: (value: EngineLive[N]["value"]) => void,
): () => void {
  return engine.client.subscribe(name, args, (value) => onValue(value as EngineLive[N]["value"]));
}

/** A live query as a hook: undefined until the first answer; the old answer stays while the arguments change. */
export function useLive<N extends LiveName>(
  name: N,
  args: EngineLive[N]["args"] | null,
): EngineLive[N]["value"] | undefined {
  const [value, setValue] = useState<{ key: string; value: EngineLive[N]["value"] }>();
  const key = args === null ? "" : JSON.stringify(args);
  const wanted = useRef(args);
  wanted.current = args;
  useEffect(() => {
    const now = wanted.current;
    if (now === null) return undefined;
    return watch(name, now, (next) => setValue({ key, value: next }));
  }, [name, key]);
  return value?.value;
}
