/** People who keep somebody company in a test: real engines without a screen, at the same real nodes. */
import type { Engine, EngineLive } from "@baraza/engine";
import { createEngine } from "@baraza/engine";
import { nodePlatform } from "@baraza/engine/node";
import type { TestNode } from "@baraza/testkit";
import { watchUntil } from "@baraza/testkit";

export type Companion = {
  readonly engine: Engine;
  readonly commands: Engine["commands"];
  readonly name: string;
  readonly passphrase: string;
  readonly identityId: string;
  /** Watches until the value fits. */
  until<N extends keyof EngineLive>(
    name: N,
    args: EngineLive[N]["args"],
    fits: (value: EngineLive[N]["value"]) => boolean,
  ): Promise<EngineLive[N]["value"]>;
  /** Accepts an invitation by its link. @returns the space, once they are in */
  join(link: string): Promise<string>;
  /** Says something. @returns its event */
  say(
    spaceId: string,
    text: string,
    more?: { replyTo?: string; mentions?: string[]; minutesAgo?: number },
  ): Promise<string>;
  /** Does something with a clock that is behind by so many ms. */
  past<T>(ms: number, act: () => Promise<T>): Promise<T>;
  /** Makes an invitation link that stops working after this time. */
  inviteFor(spaceId: string, ms: number): Promise<{ link: string; expires: number }>;
  close(): Promise<void>;
};

const DAY_MS = 24 * 60 * 60_000;

/** Signs somebody up at a node. */
export async function companion(
  node: TestNode,
  who: { name: string; shownName: string },
): Promise<Companion> {
  const platform = nodePlatform({ origin: node.url });
  let behind = 0;
  const clock = { ...platform.clock, now: () => platform.clock.now() - behind };
  const engine = await createEngine({ ...platform, clock }, { storeName: who.name });
  const { commands } = engine;
  const passphrase = `a quiet passphrase of ${who.name}`;
  const { identityId } = await commands["account.signUp"]({
    name: who.name,
    displayName: who.shownName,
    passphrase,
  });
  const until: Companion["until"] = (name, args, fits) => watchUntil(engine, name, args, fits);
  return {
    engine,
    commands,
    name: who.name,
    passphrase,
    identityId,
    until,
    join: async (link) => {
      const before = new Set((await until("spaces", {}, () => true)).map((one) => one.spaceId));
      await commands["space.ask"]({ fragment: link.slice(link.indexOf("#") + 1) });
      const isNew = (one: { spaceId: string; state: string; kind: string }): boolean =>
        !before.has(one.spaceId) && one.state === "active" && one.kind !== "personal";
      const spaces = await until("spaces", {}, (all) => all.some(isNew));
      return spaces.find(isNew)?.spaceId ?? "";
    },
    say: async (spaceId, text, { minutesAgo = 0, ...more } = {}) => {
      behind = minutesAgo * 60_000;
      try {
        return (await commands["chat.send"]({ spaceId, text, ...more })).eventId;
      } finally {
        behind = 0;
      }
    },
    past: async (ms, act) => {
      behind = ms;
      try {
        return await act();
      } finally {
        behind = 0;
      }
    },
    inviteFor: async (spaceId, ms) => {
      // Invitations last a day at least: this one was made almost a day ago.
      behind = DAY_MS - ms;
      try {
        const { link, expires } = await commands["space.invite"]({ spaceId, days: 1 });
        return { link: `${node.url}${link}`, expires };
      } finally {
        behind = 0;
      }
    },
    close: async () => {
      await engine.close();
      platform.transport.close();
    },
  };
}
