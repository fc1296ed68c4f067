/**
 * Who writes and who is there, in memory alone.
 *
 * [Note: Only where both want them] A device that does not show that it writes does not ask its hub for signals of that kind, and drops
 * those that come. It listens, and says that it is there, only while a screen watches: for conversations that are near.
 */
import type { Bytes } from "@baraza/protocol";
import * as v from "valibot";
import type { Core } from "../core.ts";
import { checkArguments, hexId } from "../tools/checks.ts";
import { drop } from "../util.ts";
import type { SignalSettings, SpaceSignals } from "./api.ts";
import type { Heard } from "./receive.ts";
import { createReceiver } from "./receive.ts";
import { createSender } from "./send.ts";
import { QUIET_TABLES, SETTINGS_TABLES, signalSettings } from "./chosen.ts";
import { nearSpaces, quietIn } from "./settings.ts";

/** While somebody goes on writing it is said again this often, and shown for so long without another word, ms. */
const TYPING_EVERY_MS = 4000;
const TYPING_SHOWN_MS = 7000;
/** The same for being there. */
const HERE_EVERY_MS = 60_000;
const HERE_SHOWN_MS = 150_000;
/** Who is asked whether they are there answers at a random moment of this time; once to all who ask within a while. */
const ANSWER_WITHIN_MS = 1200;
const ANSWER_EVERY_MS = 5000;
/** Listening is renewed this long before it ends. */
const RENEW_BEFORE_MS = 90_000;
const TEND_EVERY_MS = 30_000;
/** A screen that gives way to another one does not end it. */
const GRACE_MS = 2000;
const SOON_MS = 100;

export type SignalsWork = {
  watch: (
    open: string | null,
    onValue: (value: Record<string, SpaceSignals>) => void,
  ) => () => void;
  /** @throws EngineError `invalid` */
  typing: (args: { spaceId: string; on: boolean }) => Promise<void>;
  arrived: (addressId: Bytes, body: Bytes) => void;
  stop: () => void;
};

const typingArguments = v.object({ spaceId: hexId(32), on: v.boolean() });

type Shown = { name: string; until: number };
/** A space that this device listens to. */
type Place = {
  until: number;
  saidHere: number;
  answered: number;
  answering: boolean;
  typing: Map<string, Shown>;
  here: Map<string, Shown>;
};

export function createSignalsWork(core: Core): SignalsWork {
  const { clock } = core.platform;
  const sender = createSender(core);
  const receive = createReceiver(core);
  const places = new Map<string, Place>();
  const watchers = new Map<object, { open: string | null; tell: () => void }>();
  const wrote = new Map<string, number>();
  let settings: SignalSettings = { typing: false, here: false };
  let stopped = false;
  let cancelTend: (() => void) | null = null;
  let dueAt = Infinity;
  let tending: Promise<void> | null = null;
  let again = false;
  let cancelFade: (() => void) | null = null;

  const run = (work: Promise<unknown>) => {
    drop(work.catch((error: unknown) => core.report(error)));
  };
  const tendIn = (ms: number) => {
    const due = clock.now() + ms;
    if (stopped || (cancelTend !== null && dueAt <= due)) return;
    cancelTend?.();
    dueAt = due;
    cancelTend = clock.setTimer(ms, () => {
      cancelTend = null;
      tendNow();
    });
  };
  const tendNow = () => {
    if (tending !== null) {
      again = true;
      return;
    }
    tending = tend().finally(() => {
      tending = null;
      if (again) {
        again = false;
        tendNow();
      }
    });
    run(tending);
  };
  const sayHere = async (spaceId: string, place: Place, ask: boolean) => {
    place.saidHere = clock.now();
    await sender.say(spaceId, { kind: "here", on: true, ...(ask ? { ask } : {}) });
  };
  const leave = async (spaceId: string, place: Place) => {
    places.delete(spaceId);
    if (place.saidHere > 0) await sender.say(spaceId, { kind: "here", on: false });
    await sender.deafen(spaceId);
  };
  /** Listens where it should, no longer where not, and says again that it is there. */
  const tend = async () => {
    if (stopped || !core.signedIn()) return;
    settings = await signalSettings(core.store);
    const open = [...watchers.values()].flatMap((one) => (one.open === null ? [] : [one.open]));
    const wanted =
      watchers.size > 0 && (settings.typing || settings.here) ? await nearSpaces(core, open) : [];
    for (const [spaceId, place] of places) {
      if (!wanted.includes(spaceId)) await leave(spaceId, place);
      else if (!settings.here && place.saidHere > 0) {
        place.saidHere = 0;
        await sender.say(spaceId, { kind: "here", on: false });
      }
    }
    for (const spaceId of wanted) {
      if (stopped) return;
      const now = clock.now();
      const had = places.get(spaceId);
      const place: Place = had ?? {
        until: 0,
        saidHere: 0,
        answered: 0,
        answering: false,
        typing: new Map(),
        here: new Map(),
      };
      const isNew = place.until <= now;
      if (place.until - now < RENEW_BEFORE_MS) {
        const until = await sender.listen(spaceId);
        if (until === null) continue;
        place.until = until;
        places.set(spaceId, place);
      }
      if (settings.here && (isNew || now - place.saidHere >= HERE_EVERY_MS - 1000))
        await sayHere(spaceId, place, isNew || place.saidHere === 0);
    }
    tell();
    if (watchers.size > 0) tendIn(TEND_EVERY_MS);
  };

  /** What is over is taken away at its time; screens are told of what has changed. */
  const tell = () => {
    const now = clock.now();
    let next = Infinity;
    for (const place of places.values())
      for (const shown of [place.typing, place.here])
        for (const [id, { until }] of shown) {
          if (until <= now) shown.delete(id);
          else next = Math.min(next, until);
        }
    cancelFade?.();
    cancelFade = null;
    if (next < Infinity && !stopped)
      cancelFade = clock.setTimer(next - now + 10, () => {
        cancelFade = null;
        tell();
      });
    for (const one of watchers.values()) one.tell();
  };
  const valueNow = (): Record<string, SpaceSignals> => {
    const value: Record<string, SpaceSignals> = {};
    for (const [spaceId, { typing, here }] of places)
      if (typing.size + here.size > 0)
        value[spaceId] = {
          typing: Array.from(typing, ([identityId, { name }]) => ({ identityId, name })),
          here: [...here.keys()],
        };
    return value;
  };
  const take = (heard: Heard | null) => {
    const place = heard === null ? undefined : places.get(heard.spaceId);
    if (heard === null || place === undefined || !settings[heard.kind]) return;
    const { identityId, name, kind, on } = heard;
    const ms = kind === "typing" ? TYPING_SHOWN_MS : HERE_SHOWN_MS;
    if (on) {
      place[kind].set(identityId, { name, until: clock.now() + ms });
      // Who writes is there.
      if (kind === "typing" && settings.here && place.here.has(identityId))
        place.here.set(identityId, { name, until: clock.now() + HERE_SHOWN_MS });
    } else {
      place[kind].delete(identityId);
      if (kind === "here") place.typing.delete(identityId);
    }
    if (heard.ask === true && settings.here && !place.answering) {
      place.answering = true;
      const rest = place.answered + ANSWER_EVERY_MS - clock.now();
      clock.setTimer(Math.max(rest, Math.random() * ANSWER_WITHIN_MS), () => {
        place.answering = false;
        place.answered = clock.now();
        if (places.get(heard.spaceId) === place && !stopped)
          run(sayHere(heard.spaceId, place, false));
      });
    }
    tell();
  };
  const endCommits = core.store.onCommit((tables) => {
    if (watchers.size === 0) return;
    if ([...SETTINGS_TABLES, ...QUIET_TABLES].some((table) => tables.has(table))) tendIn(SOON_MS);
  });

  return {
    watch: (open, onValue) => {
      const me = {};
      let last = "";
      const one = {
        open,
        tell: () => {
          const value = valueNow();
          const text = JSON.stringify(value);
          if (text === last) return;
          last = text;
          onValue(value);
        },
      };
      watchers.set(me, one);
      one.tell();
      tendIn(0);
      return () => {
        watchers.delete(me);
        if (!stopped) tendIn(GRACE_MS);
      };
    },
    typing: async (args) => {
      const { spaceId, on } = checkArguments(typingArguments, args);
      const now = clock.now();
      const last = wrote.get(spaceId) ?? 0;
      if (on ? now - last < TYPING_EVERY_MS : now - last > TYPING_SHOWN_MS) return;
      wrote.delete(spaceId);
      if (!(await signalSettings(core.store)).typing) return;
      const { quiet, possible } = await quietIn(core, spaceId);
      if (!possible || quiet || (wrote.get(spaceId) ?? 0) > last) return;
      if (on) wrote.set(spaceId, now);
      await sender.say(spaceId, { kind: "typing", on });
    },
    arrived: (addressId, body) => {
      run(receive(addressId, body).then(take));
    },
    stop: () => {
      stopped = true;
      endCommits();
      cancelTend?.();
      cancelFade?.();
      watchers.clear();
      places.clear();
    },
  };
}
