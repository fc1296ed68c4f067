/** Makes the app's port over the engine's worker: names and shapes are translated here, once. */
import type {
  EngineCommands,
  EngineLive,
  Message,
  Person,
  Space,
  SpaceSummary,
} from "@baraza/engine";
import { joinEngine } from "@baraza/engine/browser";
import { signal } from "@preact/signals";
import type { EnginePort, Live, Result, Session, SpaceInfo } from "./engine.ts";
import { codeOf, failureOf } from "./failure.ts";
import { firstLook, forgetLook, keepLook } from "./first-look.ts";
import { connectLock } from "./lock.ts";
import { recall, remember } from "./memory.ts";
import type { Account, ConversationRow, LineStatus, MessageRow, PersonRow } from "./model.ts";
import { EVERYONE } from "./model.ts";

/** Days that an invitation to a space can be used. */
const INVITATION_DAYS = 14;

/** Calls that may be asked again when the engine moves to another tab: they change nothing, or nothing twice. */
const repeatable: ReadonlySet<keyof EngineCommands> = new Set([
  "account.policy",
  "account.setDisplayName",
  "admin.invite",
  "admin.invitations",
  "admin.revoke",
  "admin.accounts",
  "admin.account",
  "admin.setRole",
  "admin.suspend",
  "admin.setLimits",
  "admin.setLeaving",
  "admin.settings",
  "admin.status",
  "admin.refresh",
  "signals.set",
  "signals.setQuiet",
  "signals.typing",
  "notifications.set",
  "notifications.setLevel",
  "notifications.node",
  "notifications.subscribe",
  "notifications.unsubscribe",
  "brought.known",
  "brought.missing",
  "brought.place",
  "person.number",
  "person.ownCode",
  "person.scan",
  "person.confirm",
  "person.doubt",
  "person.accept",
  "person.look",
  "person.find",
  "notice.dismiss",
  "requests.find",
  "requests.delete",
  "requests.block",
  "requests.unblock",
  "requests.blockNode",
  "requests.unblockNode",
  "admin.reports",
  "admin.closeReport",
  "admin.blockedNodes",
  "admin.blockNode",
  "archive.drop",
  "archive.goOn",
  "archive.feed",
  "archive.forgetImport",
  "move.look",
  "move.stay",
  "move.takeAlong",
  "move.closeFormer",
  "account.closingPlan",
  "account.close",
  "space.cancelJoin",
  "space.endLink",
  "space.dismissReport",
  "space.answerAsks",
  "space.setAbout",
  "space.forget",
  "space.readInvitation",
  "files.own",
  "files.read",
  "files.thumbnail",
  "files.cost",
  "files.pin",
  "files.free",
  "files.setRoom",
  "files.pause",
  "files.bin",
  "files.restore",
  "files.rename",
  "files.move",
  "marks.mute",
  "marks.archive",
  "marks.pin",
  "marks.unread",
  "marks.read",
  "marks.unreadAgain",
  "marks.removeFolder",
  "marks.file",
  "marks.bookmark",
  "chat.send",
  "chat.markRead",
  "chat.setDraft",
  "chat.react",
  "chat.edit",
  "chat.delete",
  "chat.takeBack",
  "chat.markListened",
  "chat.follow",
  "chat.markThreadRead",
  "chat.pin",
  "vanish.set",
  "lists.remove",
  "lists.people",
  "lists.send",
  "lists.forward",
  "lists.forget",
  "weekly.set",
  "weekly.setWhen",
  "weekly.read",
  "later.change",
  "later.sendNow",
  "later.remove",
  "chat.vote",
  "chat.endPoll",
  "recovery.look",
  "recovery.refresh",
  "recovery.readRequest",
  "recovery.help",
  "recovery.dismissNudge",
  "search.find",
  "sharing.refresh",
  "sharing.revoke",
  "sharing.closeBox",
  "sharing.read",
  "sharing.save",
  "sharing.discard",
  "sharing.seen",
  "sync.now",
  "ways.newWords",
  "ways.readWords",
  "ways.completeWord",
  "ways.passkeyToCreate",
  "ways.passkeyToAsk",
  "ways.passphraseCode",
]);

/** Milliseconds that a call may take: signing up and joining compute and talk over slow lines. */
const PATIENCE = 180_000;

/**
 * Joins the engine of this origin; returns at once. Who has an account in this browser gets the engine
 * now. For a newcomer it is only fetched with the first question (a screen asks when it is there), so
 * that on a slow line the first screen does not share the line with it.
 */
export function connectEngine(): EnginePort {
  const known = recall("account") !== undefined;
  const session = signal<Session>({ state: known ? "starting" : "signedOut" });
  const status = signal<LineStatus>({
    line: "connecting",
    waiting: 0,
    progress: null,
    sessionEnded: false,
    movedTo: null,
    shut: null,
    wasRemoved: false,
    clockOffDays: 0,
    deviceFull: false,
  });
  const { promise: woken, resolve: wake } = Promise.withResolvers<void>();
  const first = Promise.withResolvers<void>();
  /** The list as this device last saw it, until the engine answers. */
  const look = known ? firstLook() : Promise.resolve(undefined);
  const looked = look.then((seen) => {
    if (!seen || session.peek().state !== "starting") return;
    // The lock screen, before the engine's host has been asked: it knows what opens it a moment later.
    session.value =
      seen === "locked" ? { state: "locked" } : { state: "signedIn", account: seen.account };
  });
  // What is there to be seen comes first: the engine's start would take a slow phone's time from it.
  if (known) void look.then((seen) => (seen ? painted() : undefined)).then(wake);
  /** The engine has said who is signed in. */
  let answered = false;
  const joined = woken.then(() =>
    joinEngine({
      name: "baraza",
      spawn: () =>
        new Worker(new URL("../worker/engine-worker.ts", import.meta.url), { type: "module" }),
      onState(state) {
        if (state.kind === "failed" && !answered) session.value = { state: "broken" };
        if (state.kind === "shut") beginAnew();
      },
    }),
  );

  const lock = connectLock(joined, wake, (view) => {
    if (view.state !== "none") forgetLook();
    if (view.state === "wiped") {
      remember("account", undefined);
      beginAnew("/");
    } else if (view.state === "locked") {
      // The engine has begun anew in another tab, and here stands what it had shown before.
      if (answered) beginAnew();
      else session.value = { state: "locked" };
    } else if (session.peek().state === "locked") session.value = { state: "starting" };
  });

  /** Hides everything, and has the browser forget what this page holds. */
  function beginAnew(where = location.href): void {
    session.value = { state: "starting" };
    if (where === location.href) location.reload();
    else location.replace(where);
  }

  async function ask<K extends keyof EngineCommands>(
    name: K,
    args: Parameters<EngineCommands[K]>[0],
  ): Promise<Result<Awaited<ReturnType<EngineCommands[K]>>>> {
    try {
      wake();
      const { client } = await joined;
      const value = await client.call(name, args, {
        idempotent: repeatable.has(name),
        timeout: PATIENCE,
      });
      return { ok: true, value: value as Awaited<ReturnType<EngineCommands[K]>> };
    } catch (error) {
      return { ok: false, failure: failureOf(error), code: codeOf(error) };
    }
  }
  async function done<K extends keyof EngineCommands>(
    name: K,
    args: Parameters<EngineCommands[K]>[0],
  ): Promise<Result> {
    const result = await ask(name, args);
    return result.ok ? { ok: true, value: undefined } : result;
  }
  function live<K extends keyof EngineLive, T>(
    name: K,
    args: EngineLive[K]["args"],
    map: (value: EngineLive[K]["value"]) => T,
  ): Live<T> {
    return (listen) => {
      let stop: (() => void) | undefined;
      let stopped = false;
      void joined.then(({ client }) => {
        if (stopped) return;
        stop = client.subscribe(name, args, (value) =>
          listen(map(value as EngineLive[K]["value"])),
        );
      });
      return () => {
        stopped = true;
        stop?.();
      };
    };
  }

  live(
    "account",
    {},
    (account) => account,
  )((account) => {
    answered = true;
    first.resolve();
    remember("account", account ? "1" : undefined);
    if (account) remember("wiped", undefined);
    if (!account) {
      forgetLook();
      session.value = { state: "signedOut" };
      return;
    }
    const next: Account = {
      identityId: account.identityId,
      name: account.displayName,
      address: account.address,
      role: account.role,
    };
    const now = session.peek();
    if (now.state === "signedIn" && JSON.stringify(now.account) === JSON.stringify(next)) return;
    session.value = { state: "signedIn", account: next };
  });
  live(
    "status",
    {},
    (value) => value,
  )((value) => {
    status.value = value;
  });

  return {
    lock,
    started: first.promise,
    looked,
    session,
    call: ask,
    watch: (name, args) => live(name, args, (value) => value),
    status,
    async policy() {
      const result = await ask("account.policy", {});
      if (!result.ok) return result;
      const { node, registration, setup } = result.value;
      return { ok: true, value: { node, open: registration === "open", setup } };
    },
    signUp: ({ shownName, ...account }) =>
      done("account.signUp", { ...account, displayName: shownName }),
    signIn: (account) => done("account.signIn", account),
    signInAgain: (passphrase, code) => done("account.signInAgain", { passphrase, code }),
    signOut: () => done("account.signOut", {}),
    setName: (displayName) => done("account.setDisplayName", { displayName }),

    conversations: (listen) => {
      let answered = false;
      void look.then((seen) => {
        if (seen && seen !== "locked" && !answered) listen(seen.rows);
      });
      return live("spaces", {}, (spaces) =>
        spaces.filter(({ kind }) => kind !== "personal").map(rowOf),
      )((rows) => {
        if (!answered) performance.mark("live");
        answered = true;
        listen(rows);
        const now = session.peek();
        if (now.state === "signedIn" && lock.view.peek().state === "none")
          keepLook({ account: now.account, rows });
      });
    },
    space: (spaceId) => live("space", { spaceId }, (space) => space && spaceOf(space)),
    people: (spaceId) => live("people", { spaceId }, (people) => people.map(personOf)),
    joins: live("joins", {}, (joins) => joins),
    createSpace: (space) => ask("space.create", space),
    async invite(spaceId) {
      const result = await ask("space.invite", { spaceId, days: INVITATION_DAYS });
      if (!result.ok) return result;
      const { link, expires } = result.value;
      return { ok: true, value: { link: new URL(link, location.origin).href, expiresAt: expires } };
    },
    async readInvitation(secret) {
      const result = await ask("space.readInvitation", { fragment: secret });
      if (!result.ok) return result;
      const { title, kind, inviterName, inviterAddress, already, approval } = result.value;
      return {
        ok: true,
        value: {
          spaceTitle: title,
          kind: kind === "pair" ? "pair" : "group",
          inviterName,
          inviterAddress,
          already,
          approval,
        },
      };
    },
    join: (secret) => ask("space.ask", { fragment: secret }),
    remove: (spaceId, identityId) => done("space.remove", { spaceId, identityId }),
    setRole: (spaceId, identityId, role) => done("space.setRole", { spaceId, identityId, role }),
    cancelJoin: (joinId) => done("space.cancelJoin", { joinId }),
    rename: (spaceId, title) => done("space.rename", { spaceId, title }),
    leave: (spaceId) => done("space.leave", { spaceId }),
    forget: (spaceId) => done("space.forget", { spaceId }),
    repair: (spaceId) => done("space.repair", { spaceId }),
    syncNow: () => done("sync.now", {}),

    claim: (setup) => done("node.claim", { setup }),
    messages: (spaceId, limit, channel) =>
      live(
        "chat.messages",
        { spaceId, limit, ...inChannel(channel) },
        ({ messages, more, firstUnread }) => ({
          messages: messages.map(messageOf),
          more,
          firstUnreadId: firstUnread,
        }),
      ),
    around: (spaceId, eventId, reach) =>
      live("chat.around", { spaceId, eventId, ...reach }, (page) =>
        page === null
          ? null
          : {
              messages: page.messages.map(messageOf),
              more: page.more,
              hasNewer: page.moreAfter,
              thread: page.thread,
              channel: page.channel,
              firstUnreadId: null,
            },
      ),
    draft: (spaceId, channel) =>
      live("chat.draft", { spaceId, ...inChannel(channel) }, (draft) => draft),
    send: (spaceId, { mentioned, channel, ...message }) =>
      done("chat.send", { spaceId, ...message, ...named(mentioned), ...inChannel(channel) }),
    edit: (spaceId, eventId, text) => done("chat.edit", { spaceId, eventId, text }),
    delete: (spaceId, eventId) => done("chat.delete", { spaceId, eventId }),
    react: (spaceId, eventId, emoji, on) => done("chat.react", { spaceId, eventId, emoji, on }),
    markRead: (spaceId, position, channel) =>
      done("chat.markRead", { spaceId, position, ...inChannel(channel) }),
    setDraft: (spaceId, { text, replyTo }, channel) =>
      done("chat.setDraft", {
        spaceId,
        text,
        ...inChannel(channel),
        ...(replyTo === null ? {} : { replyTo }),
      }),
  };
}

/** The first channel has no id. */
function inChannel(channel: string | undefined): { channel?: string } {
  return channel ? { channel } : {};
}

/** Who is named in a message; {@link EVERYONE} is no person. */
export function named(mentioned: readonly string[]): { mentions: string[]; everyone?: boolean } {
  const mentions = mentioned.filter((one) => one !== EVERYONE);
  return { mentions, ...(mentions.length < mentioned.length ? { everyone: true } : {}) };
}

/** Settles when the next picture is on the screen; in a tab that nobody sees, a little later. */
function painted(): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, 1000);
    requestAnimationFrame(() => requestAnimationFrame(() => resolve()));
  });
}

function kindOf({ kind }: SpaceSummary): "pair" | "group" {
  return kind === "pair" ? "pair" : "group";
}

function rowOf(space: SpaceSummary): ConversationRow {
  return {
    spaceId: space.spaceId,
    title: space.title,
    kind: kindOf(space),
    lastText: space.lastText ?? "",
    lastAuthor: kindOf(space) === "group" ? (space.lastAuthor ?? "") : "",
    lastAt: space.lastAt,
    lastPasses: space.lastPasses,
    unread: space.unread,
    mentioned: space.mentions > 0,
    trouble: space.trouble,
    mutedUntil: space.mutedUntil,
    archived: space.archived,
    pinned: space.pinnedAt !== null,
    marked: space.markedUnread,
    draft: space.draft ?? "",
    pictureId: space.pictureId,
    channels: space.channels.map(({ channelId, name, unread, mentions, ...one }) => ({
      channelId,
      name,
      unread,
      mentioned: mentions > 0,
      mutedUntil: one.mutedUntil,
      marked: one.markedUnread,
    })),
  };
}

function spaceOf(space: Space): SpaceInfo {
  return {
    spaceId: space.spaceId,
    title: space.title,
    kind: kindOf(space),
    role: space.myRole,
    state: space.state,
    trouble: space.trouble,
    asked: space.asked,
    mayWrite: space.mayWrite,
    mayReact: space.mayReact,
    asking: space.asking,
    reports: space.reports,
    flooding: space.flooding,
  };
}

function personOf({ identityId, name, address, role, check }: Person): PersonRow {
  return {
    identityId,
    name,
    address,
    role,
    check: check === "you" ? "met" : check,
    you: check === "you",
  };
}

/** A message of the engine's as screens show it. */
export function messageOf({ author, ...message }: Message): MessageRow {
  return { ...message, authorId: author };
}
