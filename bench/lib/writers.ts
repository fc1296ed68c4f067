/** People who fill conversations from engines of their own, without a screen. */
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Engine } from "@baraza/engine";
import { createEngine } from "@baraza/engine";
import { nodePlatform } from "@baraza/engine/node";
import { pause, until } from "./process.ts";

/** So many messages are handed over at a time. */
const AT_ONCE = 64;
const HOURS = 3_600_000;

/** An engine with an account at a node. `close` takes its files away. */
export async function writer(
  origin: string,
  name: string,
): Promise<{ engine: Engine; close(): Promise<void> }> {
  const directory = await mkdtemp(join(tmpdir(), "baraza-bench-writer-"));
  const engine = await createEngine(nodePlatform({ origin, directory }), {
    report: (error) => console.error(name, error),
  });
  const passphrase = `a quiet passphrase of ${name}`;
  await engine.commands["account.signUp"]({ name, displayName: name, passphrase });
  return {
    engine,
    close: async () => {
      await engine.close();
      await rm(directory, { recursive: true, force: true });
    },
  };
}

/** Brings somebody into a space by a link, and waits until both sides know. */
export async function bringIn(host: Engine, guest: Engine, spaceId: string): Promise<void> {
  const { link } = await host.commands["space.invite"]({ spaceId, days: 1 });
  await guest.commands["space.ask"]({ fragment: link.slice(link.indexOf("#") + 1) });
  for (const engine of [host, guest])
    await new Promise<void>((resolve) => {
      const stop = engine.watch("people", { spaceId }, (people) => {
        if (people.length < 2) return;
        queueMicrotask(() => stop());
        resolve();
      });
    });
}

const WORDS =
  "the pump by the old school runs again thank you all for the work we meet on thursday at six bring the lists of last month and whoever wants to help with the well can come along to the market hall where the union has its office".split(
    " ",
  );

/** A text as people write: mostly short, some long, each another one. */
export function textOf(i: number): string {
  const length = i % 17 === 0 ? 90 : i % 5 === 0 ? 30 : 4 + (i % 9);
  return `${i} ${Array.from({ length }, (_, at) => WORDS[(i * 7 + at * (1 + (i % 3))) % WORDS.length]).join(" ")}`;
}

/** Writes so many messages into a space, and waits until the node has them. */
export async function fill(
  engine: Engine,
  spaceId: string,
  from: number,
  to: number,
): Promise<void> {
  for (let at = from; at < to; at += AT_ONCE)
    await Promise.all(
      Array.from({ length: Math.min(AT_ONCE, to - at) }, (_, index) =>
        engine.commands["chat.send"]({ spaceId, text: textOf(at + index) }),
      ),
    );
  let waiting = 1;
  const stop = engine.watch("status", {}, (status) => (waiting = status.waiting));
  await pause(100);
  await until("everything is sent", () => waiting === 0, HOURS);
  stop();
}
