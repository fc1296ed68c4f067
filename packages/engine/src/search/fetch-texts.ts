/** The texts of things that are found by their names so far: fetched one after the other, newest first, without spending much of a line. */
import { ProtocolError } from "@baraza/protocol";
import type { SqlStore } from "../ports.ts";
import type { ToolContext } from "../tools/tool.ts";
import type { FindableSource } from "./port.ts";
import { putText } from "./put-text.ts";

/** Things that are asked for at a time; and what is fetched from one start of the engine to the next, in bytes. */
const ROUND = 40;
const BUDGET = 24 * 1024 * 1024;

export type TextFetcher = {
  /** Fetches what is missing, as far as the line and the budget go. */
  run(): Promise<void>;
};

/** @param stopped true when it is to end early */
export function createTextFetcher(
  store: SqlStore,
  sources: readonly FindableSource[],
  context: () => ToolContext,
  stopped: () => boolean,
): TextFetcher {
  let left = BUDGET;

  /** @returns false when there is no sense in asking for more now */
  async function round({ kind, texts }: FindableSource): Promise<boolean> {
    const missing = (await texts?.missing(store, ROUND)) ?? [];
    for (const { bytes, ...one } of missing) {
      if (stopped() || left < bytes) return false;
      left -= bytes;
      let text: string;
      try {
        text = (await texts?.fetch(context(), one)) ?? "";
      } catch (error) {
        // Without a line all of them wait; what is gone or altered where it lies has no text.
        if (stopped() || (error instanceof ProtocolError && WAIT.has(error.code))) return false;
        text = "";
      }
      await store.transaction((tx) => putText(tx, { ...one, kind }, text));
    }
    return missing.length === ROUND;
  }

  return {
    async run() {
      for (const source of sources) if (source.texts !== undefined) while (await round(source));
    },
  };
}

const WAIT: ReadonlySet<string> = new Set([
  "offline",
  "timeout",
  "unavailable",
  "target_unreachable",
  "rate_limited",
  "busy",
]);
