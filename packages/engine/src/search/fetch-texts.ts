/** The texts of things that are found by their names so far: fetched one after the other, newest first, without spending much of a line. */
import type { SqlStore } from "../ports.ts";
import type { ToolContext } from "../tools/tool.ts";
import type { FindableSource } from "./port.ts";
import { putText } from "./put-text.ts";

/** Things that are asked for at a time; and what is fetched from one start of the engine to the next, in bytes. */
const ROUND = 40;
const BUDGET = 24 * 1024 * 1024;

export type TextFetcher = {
  /** Fetches what is missing, as far as the line and the budget go. @returns when to come back (ms since 1970); null: when there is more */
  run(): Promise<number | null>;
};

/** Without a line it is tried again after so long, ms. */
const AGAIN_MS = 60_000;

/** @param stopped true when it is to end early */
export function createTextFetcher(
  store: SqlStore,
  sources: readonly FindableSource[],
  context: () => ToolContext,
  stopped: () => boolean,
  now: () => number,
): TextFetcher {
  let left = BUDGET;

  /** @returns whether there is more; `waits`: not without a line */
  async function round({ kind, texts }: FindableSource): Promise<"more" | "over" | "waits"> {
    const missing = (await texts?.missing(store, ROUND)) ?? [];
    for (const { bytes, ...one } of missing) {
      if (stopped() || left < bytes) return "over";
      left -= bytes;
      let text: string;
      try {
        text = (await texts?.fetch(context(), one)) ?? "";
      } catch (error) {
        // Without a line all of them wait; what is gone or altered where it lies has no text.
        if (stopped()) return "over";
        if (WAIT.has(codeOf(error))) {
          left += bytes;
          return "waits";
        }
        text = "";
      }
      await store.transaction((tx) => putText(tx, { ...one, kind }, text));
    }
    return missing.length === ROUND ? "more" : "over";
  }

  return {
    async run() {
      let again: number | null = null;
      const comeBack = (at: number): void => {
        again = Math.min(again ?? Infinity, at);
      };
      for (const source of sources) {
        const ahead = stopped() ? undefined : await source.texts?.ahead?.(context(), left);
        left -= ahead?.bytes ?? 0;
        if (typeof ahead?.again === "number") comeBack(ahead.again);
        else if (source.texts !== undefined) {
          let state = await round(source);
          while (state === "more") state = await round(source);
          if (state === "waits") comeBack(now() + AGAIN_MS);
        }
      }
      return again;
    },
  };
}

function codeOf(error: unknown): string {
  return error instanceof Error && "code" in error && typeof error.code === "string"
    ? error.code
    : "";
}

/** Of the protocol, and of the engine, which has one word for them. */
const WAIT: ReadonlySet<string> = new Set([
  "offline",
  "timeout",
  "unavailable",
  "target_unreachable",
  "rate_limited",
  "busy",
]);
