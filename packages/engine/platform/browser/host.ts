/**
 * The worker's side: starts the engine when its tab has become the leader, and answers all tabs. A whole worker is
 *
 *     hostEngine(async (platform) => { const engine = await ...; return { api, live, close }; });
 *
 * See [Note: One leader] and [Note: Lifelines] in meeting.ts.
 */
import * as v from "valibot";
import type { Platform } from "../../src/ports.ts";
import { toWire } from "../../src/rpc/errors.ts";
import type { Api, LiveApi } from "../../src/rpc/serve.ts";
import { serve } from "../../src/rpc/serve.ts";
import { createGate } from "./gate.ts";
import { browserPlatform } from "./platform.ts";
import { holdLifeline, lifelineEnds } from "./locks.ts";
import { MeetingSchema, StartSchema, lifeline, meetingChannel, privateChannel } from "./meeting.ts";
import type { Meeting, Started } from "./meeting.ts";
import { workerNotify } from "./notify.ts";
import { loadSqlite } from "./sqlite.ts";

/** What the engine offers to tabs. */
export type Hosted = {
  api: Api;
  live: LiveApi;
  /** Ends the engine and closes its store. */
  close?: () => Promise<void>;
};

export type HostOptions = {
  /** Told of errors without a code, which reach the tab as `internal`. Must not log content. */
  onError?: (error: unknown) => void;
};

/** Call once, at the top of the worker's module. @param start makes the engine; what it throws ends in the tabs' state `failed` */
export function hostEngine(
  start: (platform: Platform) => Promise<Hosted>,
  options: HostOptions = {},
): void {
  // The longest part of every start, so it begins before the tab says so. A failure shows when the store is opened.
  loadSqlite().catch(() => undefined);
  self.onmessage = ({ data, ports }: MessageEvent<unknown>) => {
    const parsed = v.safeParse(StartSchema, data);
    const port = ports[0];
    if (!parsed.success || port === undefined) return;
    self.onmessage = null;
    void lead(parsed.output.start, port, start, options);
  };
}

async function lead(
  name: string,
  port: MessagePort,
  start: (platform: Platform) => Promise<Hosted>,
  { onError }: HostOptions,
): Promise<void> {
  const leader = crypto.randomUUID();
  await holdLifeline(lifeline(name, leader));
  const meeting = new BroadcastChannel(meetingChannel(name));
  const tell = (message: Meeting): void => meeting.postMessage(message);
  const tellTab = (message: Started): void => self.postMessage(message);

  const platform = browserPlatform({ notify: workerNotify((note) => self.postMessage(note)) });
  const gate = createGate(platform, shut);
  let hosted: Hosted | undefined;
  let answering = false;
  /** End every connection to a tab. */
  const ends = new Set<() => void>();

  /** The lock closes: nobody is answered any more, every screen forgets what it holds, and the store is closed. */
  function shut(): void {
    meeting.onmessage = null;
    for (const end of ends) end();
    tell({ t: "shut", leader });
    tellTab({ t: "shut", leader });
    const end = (): void => self.close();
    void Promise.resolve(hosted?.close?.()).then(end, end);
  }

  /** Answers tabs from now on; what is asked of the engine before it runs waits. */
  function answer(): void {
    if (answering) return;
    answering = true;
    const served = new Set<string>();
    meeting.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (!v.is(MeetingSchema, data) || data.t !== "hello") return;
      if (!served.has(data.tab)) answerTab(data.tab);
      tell({ t: "welcome", leader, tab: data.tab });
    };
    function answerTab(tab: string): void {
      const channel = new BroadcastChannel(privateChannel(name, leader, tab));
      const stop = serve(channel, gate.api, gate.live, serving);
      const end = (): void => {
        stop();
        channel.close();
        served.delete(tab);
        ends.delete(end);
      };
      served.add(tab);
      ends.add(end);
      void lifelineEnds(lifeline(name, tab)).then(end);
    }
    ends.add(serve(port, gate.api, gate.live, serving));
    tellTab({ t: "started", leader });
    tell({ t: "leading", leader });
  }

  const serving = { ...(onError === undefined ? {} : { onError }), until: gate.opened };
  try {
    hosted = await gate.pass(() => start(platform), answer);
    answer();
  } catch (error) {
    const { code } = toWire(error);
    if (code === "internal") onError?.(error);
    meeting.onmessage = ({ data }: MessageEvent<unknown>) => {
      if (v.is(MeetingSchema, data) && data.t === "hello") tell({ t: "failed", leader, code });
    };
    tell({ t: "failed", leader, code });
    tellTab({ t: "failed", leader, code });
  }
}
