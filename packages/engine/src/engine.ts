/**
 * The engine: the client without a screen. One per store, in one place at a time (see `Locks` in ports.ts). Everything that a
 * user would call a feature happens here; a screen asks by `commands` and watches by `live`.
 */
import { LIMITS, ProtocolError } from "@baraza/protocol";
import { deviceBox } from "./account/boxes.ts";
import { claim, loadAccount, profileOf, signUp } from "./account/session.ts";
import { WAYS_MIGRATIONS } from "./account/ways-store.ts";
import { ADMIN_LIVE, ADMIN_MIGRATIONS, adminCommands, watchHandOvers } from "./admin/index.ts";
import type { Account, EngineCommands, EngineLive, Line, Progress, Status } from "./api.ts";
import { createBackground } from "./background.ts";
import { BLOB_MIGRATIONS } from "./blobs/tables.ts";
import type { Core, Me } from "./core.ts";
import { createDevices } from "./devices/index.ts";
import { DEVICES_TABLES } from "./devices/list.ts";
import type { SessionOutcome } from "./devices/device-session.ts";
import { DEVICES_MIGRATIONS } from "./devices/schema.ts";
import { EngineError } from "./errors.ts";
import { HANDOVER_MIGRATIONS } from "./handover/tables.ts";
import { laterCommands, listLater } from "./later/index.ts";
import { LATER_MIGRATIONS, LATER_TABLES } from "./later/tables.ts";
import { lazyLeadingCommands } from "./leading/lazy.ts";
import { LEADING_QUERY_TABLES } from "./leading/queries.ts";
import { LEADING_MIGRATIONS } from "./leading/tables.ts";
import { ask, readInvitation } from "./letters/ask.ts";
import { invite } from "./letters/invite.ts";
import { LISTS_LIVE, listsCommands } from "./lists/index.ts";
import { LISTS_MIGRATIONS } from "./lists/tables.ts";
import { MIRROR_QUERY_TABLES, mirrorCommands } from "./mirrors/lazy.ts";
import { createMoving } from "./moving/index.ts";
import { movedAway } from "./moving/own-moves.ts";
import { MOVING_MIGRATIONS } from "./moving/tables.ts";
import { NEWS_MIGRATIONS, NEWS_TABLES } from "./news/tables.ts";
import { notificationsCommands, notificationsWatches } from "./notifications/index.ts";
import { NOTIFICATION_MIGRATIONS } from "./notifications/tables.ts";
import { PEOPLE_LIVE, peopleCommands } from "./people/lazy.ts";
import { PEOPLE_MIGRATIONS } from "./people/tables.ts";
import { createOwnNode } from "./net/own-node.ts";
import { createRemote } from "./net/remote.ts";
import type { ArchiveCost } from "@baraza/crypto/archive";
import type { Platform, SqlStore, SqlTx } from "./ports.ts";
import { CORE_MIGRATIONS } from "./schema.ts";
import { recoveryCommands, recoveryWatches } from "./recovery/index.ts";
import { RECOVERY_MIGRATIONS } from "./recovery/tables.ts";
import { REQUESTS_LIVE, REQUESTS_MIGRATIONS, requestsCommands } from "./requests/index.ts";
import { CORE_SOURCES, createSearch, migrateSearch } from "./search/index.ts";
import { sharingCommands, sharingWatches } from "./sharing/index.ts";
import { SHARING_MIGRATIONS } from "./sharing/tables.ts";
import { RETURNS_TABLES } from "./slots/api.ts";
import { listReturns } from "./slots/list.ts";
import { SLOT_MIGRATIONS } from "./slots/tables.ts";
import { createSignalsArea } from "./signals/index.ts";
import { SIGNAL_MIGRATIONS } from "./signals/tables.ts";
import { createSpace } from "./spaces/create.ts";
import { post } from "./spaces/post.ts";
import { profilePayload } from "./spaces/profile.ts";
import {
  JOINS_TABLES,
  listJoins,
  listPeople,
  listSpaces,
  oneSpace,
  PEOPLE_TABLES,
  SPACES_TABLES,
  theAccount,
} from "./spaces/queries.ts";
import { runtimeOf } from "./spaces/runtime.ts";
import { noticingFull } from "./store/full.ts";
import { live } from "./store/live.ts";
import { createTrust } from "./trust/index.ts";
import { listNotices, NOTICE_TABLES, PERSON_TABLES } from "./trust/queries.ts";
import { migrate } from "./store/migrate.ts";
import { named, need } from "./util.ts";
import { WEEKLY_LIVE, weeklyCommands } from "./weekly/index.ts";
import { WEEKLY_MIGRATIONS } from "./weekly/tables.ts";
import { createWays, theWays, WAYS_TABLES } from "./ways/index.ts";
import { TIMER_TABLES, timerNow, vanishCommands } from "./vanish/index.ts";
import { VANISH_MIGRATIONS } from "./vanish/tables.ts";
import { tools as allTools } from "./tools/index.ts";
import type { FilesWork } from "./tools/files/work-port.ts";
import type { Tool, ToolContext } from "./tools/tool.ts";

/** A query that calls back now and after every change. */
export type Watch = (
  args: unknown,
  onValue: (value: unknown) => void,
  onError: (error: unknown) => void,
) => () => void;

export type Engine = {
  readonly commands: EngineCommands;
  /** Watches one of the live queries. @returns a function that ends it */
  watch<N extends keyof EngineLive>(
    name: N,
    args: EngineLive[N]["args"],
    onValue: (value: EngineLive[N]["value"]) => void,
    onError?: (error: unknown) => void,
  ): () => void;
  /** For remote procedure calls: the same by name. */
  readonly live: Readonly<Record<string, Watch>>;
  /** Ends the background work and closes the store. */
  close(): Promise<void>;
};

export type EngineOptions = {
  tools?: readonly Tool[];
  /** The store's name; one account per store. */
  storeName?: string;
  /** What this device is called until somebody names it: for its owner's other devices. */
  deviceName?: string;
  /** Told of failures that nobody foresaw; never with content. */
  report?: (error: unknown) => void;
  /** What sealing an archive costs: less than usual for tests only. */
  archiveCost?: ArchiveCost;
};

/** Whoever opens an account, or has one here, does not need it. */
const signingIn = () => import("./account/sign-in.ts");
/** What one does with a space that is there. */
const managing = () => import("./spaces/manage.ts");
/** A session that ends again right after it was renewed is not renewed a second time by itself. */
const RENEW_AGAIN_MS = 30_000;
const RENEW_LATER_MS = 5000;
const DAY = 24 * 60 * 60_000;
/** How soon after something was marked the background looks what is to be sent, ms. */
const MARKS_AFTER_MS = 500;

/** Opens the store and starts the engine. @throws StoreError when the store cannot be had */
export async function createEngine(
  platform: Platform,
  options: EngineOptions = {},
): Promise<Engine> {
  const storeName = options.storeName ?? "baraza";
  const tools = options.tools ?? allTools;
  const told = new Set<() => void>();
  const tell = () => {
    for (const one of told) one();
  };
  const noticing = noticingFull(
    await platform.openStore(storeName),
    () => platform.clock.now(),
    () => tell(),
  );
  const { store } = noticing;
  await migrate(store, CORE_MIGRATIONS);
  await migrate(store, MOVING_MIGRATIONS, "moving");
  await migrate(store, WAYS_MIGRATIONS, "ways");
  await migrate(store, LEADING_MIGRATIONS, "leading");
  await migrate(store, HANDOVER_MIGRATIONS, "handover");
  await migrate(store, RECOVERY_MIGRATIONS, "recovery");
  await migrate(store, ADMIN_MIGRATIONS, "admin");
  await migrate(store, SLOT_MIGRATIONS, "slots");
  await migrate(store, DEVICES_MIGRATIONS, "devices");
  await migrate(store, BLOB_MIGRATIONS, "blobs");
  await migrate(store, SHARING_MIGRATIONS, "sharing");
  await migrate(store, NOTIFICATION_MIGRATIONS, "notifications");
  await migrate(store, PEOPLE_MIGRATIONS, "people");
  await migrate(store, VANISH_MIGRATIONS, "vanish");
  await migrate(store, LATER_MIGRATIONS, "later");
  await migrate(store, REQUESTS_MIGRATIONS, "requests");
  await migrate(store, SIGNAL_MIGRATIONS, "signals");
  await migrate(store, LISTS_MIGRATIONS, "lists");
  for (const tool of tools) await migrate(store, [{ version: 1, up: tool.schema }], tool.name);
  // Without files and chat there is nothing to index: engines of tests may have other tools.
  if (tools === allTools) {
    await migrate(store, NEWS_MIGRATIONS, "news");
    await migrate(store, WEEKLY_MIGRATIONS, "weekly");
  }
  const sources = [...CORE_SOURCES, ...tools.flatMap(({ findable }) => findable)];
  await migrateSearch(store, sources);

  let me: Me | null = null;
  let line: Line = "connecting";
  let progress: Progress | null = null;
  const own = createOwnNode(
    platform.transport,
    () => me?.session ?? null,
    (reachable) => {
      if (!reachable && line === "online") core.setLine("offline");
    },
  );
  let clockOffDays = 0;
  let filesWork: Promise<FilesWork> | undefined;
  const core: Core = {
    store,
    platform,
    tools,
    own,
    remote: createRemote(own, store, platform.clock, () => me?.node ?? null),
    spaces: new Map(),
    files() {
      filesWork ??= import("./tools/files/files-work.ts").then(({ createFilesWork }) =>
        createFilesWork(core, (spaceId, events) => post(core, spaceId, events)),
      );
      return filesWork;
    },
    context: () => context,
    me() {
      if (me === null) throw new EngineError("signed_out");
      return me;
    },
    signedIn: () => me !== null,
    setMe(next) {
      me = next;
      tell();
    },
    line: () => line,
    setLine(next) {
      if (line === next) return;
      line = next;
      tell();
    },
    setProgress(next) {
      if (progress === next) return;
      progress = next;
      tell();
    },
    setClockOff(ms) {
      // Some hours are a zone that was set wrong: nobody is told, as nothing comes of it.
      const days = Math.abs(ms) < 36 * 60 * 60_000 ? 0 : Math.round(Math.abs(ms) / DAY);
      if (clockOffDays === days) return;
      clockOffDays = days;
      tell();
    },
    report: options.report ?? (() => undefined),
    deviceName: options.deviceName ?? "",
    clocks: new Map(),
    onSignal: null,
    kick: (what) => background.kick(what),
  };
  let sessionEnded = false;
  let shut: Status["shut"] = null;
  let renewedAt = Number.NEGATIVE_INFINITY;
  /**
   * The node ended the session. One that has run out is renewed. A device that its owner has removed wipes itself, on the
   * owner's signature. Whatever else the reason, nothing is destroyed for it: a person signs in again, or out.
   */
  let signingOut = false;
  const onSessionEnded = (why: Status["shut"] = null) => {
    if (signingOut) return;
    shut = why;
    core.setLine("offline");
    const settle = (outcome: SessionOutcome) => afterSession(outcome);
    const now = platform.clock.now();
    if (why !== null || Math.abs(now - renewedAt) < RENEW_AGAIN_MS) return void settle("ended");
    const renew = import("./devices/device-session.ts");
    renew
      .then(({ renewSession }) => renewSession(core))
      .then(settle, (error: unknown) => {
        core.report(error);
        return settle("ended");
      });
  };
  async function afterSession(outcome: SessionOutcome): Promise<void> {
    if (!core.signedIn()) return;
    if (outcome === "renewed") {
      renewedAt = platform.clock.now();
      await restart();
    } else if (outcome === "removed") {
      await endSession();
      await store.run("INSERT OR REPLACE INTO _device_notes VALUES ('removed')");
      wasRemoved = true;
    } else if (outcome === "later") platform.clock.setTimer(RENEW_LATER_MS, () => onSessionEnded());
    else sessionEnded = true;
    tell();
  }
  async function restart(): Promise<void> {
    await background.stop();
    sessionEnded = false;
    background = createBackground(core, onSessionEnded);
    background.start();
  }
  let wasRemoved =
    (await store.get("SELECT 1 AS one FROM _device_notes WHERE note = 'removed'")) !== undefined;
  let background = createBackground(core, onSessionEnded);
  const endWatch = watchHandOvers(core);
  // Another device of the person asks for what this one may have.
  const endAsks = store.onCommit((tables) => {
    if (tables.has("segments_asks") || tables.has("chat_once_drops")) core.kick({ files: true });
  });
  let marksSoon: (() => void) | null = null;
  const endMarks = store.onCommit((tables) => {
    if (!tables.has("marks") && !tables.has("marks_drafts")) return;
    marksSoon ??= platform.clock.setTimer(MARKS_AFTER_MS, () => {
      marksSoon = null;
      core.kick({ marks: true, weekly: true });
    });
  });
  const endLists = store.onCommit((tables) => {
    if (["list_sendings", "list_posts", "outbox", "chat_outgoing"].some((one) => tables.has(one)))
      core.kick({ lists: true });
  });
  const endVanishing = store.onCommit((tables) => {
    if (tables.has("vanishing") || tables.has("vanish_timers")) core.kick({ vanish: true });
  });
  await loadAccount(core);
  // Before anything is shown: what ended while the app was closed, or is there again from a backup.
  if (core.signedIn() && (await store.get("SELECT 1 AS one FROM vanishing LIMIT 1")) !== undefined)
    await (await import("./vanish/tend-vanish.ts")).tendVanishing(core);
  const signals = createSignalsArea(core);
  const moving = createMoving(
    core,
    { signedIn: () => signedIn(), end: () => endSession() },
    options.archiveCost,
  );
  const search = createSearch({
    store,
    clock: platform.clock,
    sources,
    signedIn: () => core.signedIn(),
    me: () => core.me().id,
    report: (error) => core.report(error),
    context: () => context,
  });
  if (core.signedIn()) {
    background.start();
    core.kick({ vanish: true, later: true, lists: true, weekly: true });
    moving.start();
  }

  /** Ends the session here: the account, its keys and everything read are destroyed on this device. */
  async function endSession(): Promise<void> {
    signals.stop();
    await background.stop();
    await moving.wipe();
    await wipe(store, (tx) => search.wipe(tx));
    core.spaces.clear();
    core.setMe(null);
    sessionEnded = false;
    shut = null;
    background = createBackground(core, onSessionEnded);
  }

  async function signedIn(): Promise<Account> {
    await store.run("DELETE FROM _device_notes");
    wasRemoved = false;
    // Before the live connection, which says what it listens to; without a line it is made when it is needed.
    await deviceBox(core).catch((error: unknown) => {
      if (!(error instanceof ProtocolError)) throw error;
    });
    background.start();
    const account = await theAccount(core);
    if (account === null) throw new EngineError("signed_out");
    return account;
  }

  const context: ToolContext = {
    me: () => core.me().id,
    now: () => platform.clock.now(),
    post: (spaceId, events) => post(core, spaceId, events),
    all: (sql, params) => store.all(sql, params),
    get: (sql, params) => store.get(sql, params),
    write: (fn) => store.transaction((tx) => fn(tx) as never),
    once: named(),
    ownSpace: async () => (await import("./spaces/own-space.ts")).ownSpace(core),
    files: () => core.files(),
  };

  /** After the same device was let in once more. */
  async function signedInAgain(): Promise<Account> {
    await background.stop();
    sessionEnded = false;
    shut = null;
    background = createBackground(core, onSessionEnded);
    background.start();
    tell();
    return need((await theAccount(core)) ?? undefined, "account");
  }

  const devices = createDevices(core, { signedIn, tell });
  const base: Omit<
    EngineCommands,
    `brought.${string}` | `chat.${string}` | `files.${string}` | `marks.${string}`
  > = {
    ...devices.commands,
    ...createTrust(core),
    ...createWays(core, { signedIn, signedInAgain }),
    "account.policy": async () => own.call("accounts.policy", {}),
    "account.signUp": async (args) => {
      await signUp(core, args);
      return signedIn();
    },
    "account.signIn": async (args) => {
      await (await signingIn()).signIn(core, args);
      return signedIn();
    },
    "devices.allLost": async () => (await import("./slots/ghosts.ts")).allOthersAreLost(core),
    "account.signInAgain": async (args) => {
      try {
        await (await signingIn()).signInAgain(core, args);
      } catch (error) {
        const code = error instanceof ProtocolError ? error.code : null;
        if (code === "suspended" || code === "account_closed") onSessionEnded(code);
        throw error;
      }
      await signedInAgain();
    },
    "account.signOut": async () => {
      core.me();
      signingOut = true;
      try {
        const { leaveEverywhere } = await import("./devices/leave-spaces.ts");
        await leaveEverywhere(core);
      } finally {
        await endSession();
        signingOut = false;
      }
    },
    "account.setDisplayName": async ({ displayName }) => {
      const current = core.me();
      const profile = profileOf(displayName, current.name, current.node);
      await store.transaction((tx) => {
        tx.run("UPDATE account SET display_name = ?, vault_dirty = vault_dirty + 1", [
          profile.name,
        ]);
        tx.run("UPDATE people SET name = ? WHERE identity_id = ?", [profile.name, current.id]);
      });
      core.setMe({ ...current, profile });
      core.kick({ vault: true });
      const spaces = await store.all<{ log_id: string }>(
        "SELECT log_id FROM spaces WHERE state = 'active'",
      );
      for (const { log_id } of spaces) {
        const space = await runtimeOf(core, log_id);
        if (space !== null)
          await post(core, log_id, [
            { type: "space.profile", payload: await profilePayload(core, space.genesis.nonce) },
          ]);
      }
    },
    "node.claim": ({ setup }) => claim(core, setup),
    ...adminCommands(core),
    ...requestsCommands(core),
    "space.create": async ({ kind = "group", history = "all", organisation = false, ...rest }) => ({
      spaceId: await createSpace(core, { ...rest, kind, history, organisation }),
    }),
    "space.rename": async ({ spaceId, title }) => (await managing()).rename(core, spaceId, title),
    "space.invite": ({ spaceId, ...wish }) => invite(core, spaceId, wish),
    "space.readInvitation": ({ fragment }) => readInvitation(core, fragment),
    "space.ask": ({ fragment }) => ask(core, fragment),
    "space.cancelJoin": async ({ joinId }) => {
      await store.transaction((tx) => {
        const join = tx.get<{ log_id: string }>(
          "DELETE FROM joins WHERE join_id = ? RETURNING log_id",
          [joinId],
        );
        if (join === undefined) return;
        tx.run("DELETE FROM join_hosts WHERE log_id = ?", [join.log_id]);
        tx.run(
          `DELETE FROM key_packages WHERE purpose = ?1
           AND NOT EXISTS (SELECT 1 FROM joins WHERE log_id = ?1)`,
          [join.log_id],
        );
      });
    },
    "space.remove": async ({ spaceId, identityId }) =>
      (await managing()).remove(core, spaceId, identityId),
    "space.setRole": async ({ spaceId, identityId, role, until }) =>
      (await managing()).setRole(core, spaceId, identityId, role, until),
    "space.leave": async ({ spaceId }) => (await managing()).leave(core, spaceId),
    "space.forget": async ({ spaceId }) => (await managing()).forget(core, spaceId),
    "space.repair": async ({ spaceId }) => (await managing()).repair(core, spaceId),
    ...recoveryCommands(core, signedIn),
    ...sharingCommands(core, () => context),
    ...notificationsCommands(core),
    ...vanishCommands(core),
    ...laterCommands(core),
    ...listsCommands(core),
    ...weeklyCommands(core),
    "sync.now": async () => background.nudge(),
    ...moving.commands,
    ...lazyLeadingCommands(core),
    ...peopleCommands(core),
    ...mirrorCommands(core),
    ...search.commands,
    ...signals.commands,
  };
  const commands: Record<string, unknown> = { ...base };
  for (const tool of tools) {
    for (const [name, run] of Object.entries(tool.commands))
      commands[`${tool.name}.${name}`] = (args: never) => run(context, args);
  }

  const stored =
    (tables: readonly string[], query: (args: never) => Promise<unknown>): Watch =>
    (args, onValue, onError) =>
      live(store, { tables: [...tables], query: () => query(args as never) }).subscribe(
        onValue,
        onError,
      );

  /** What is not only in the store: told by `tell`, and by commits for the number of what waits. */
  const status = async (): Promise<Status> => {
    const row = await store.get<{ count: number }>(
      "SELECT count(*) AS count FROM outbox WHERE type NOT LIKE 'space.%' AND type NOT LIKE 'segments.%' AND type NOT LIKE 'marks.%'",
    );
    const away = await movedAway(core);
    const movedTo = away === null ? null : `${away.name}@${away.node}`;
    return {
      line,
      waiting: row?.count ?? 0,
      progress,
      sessionEnded,
      movedTo,
      shut,
      wasRemoved,
      clockOffDays,
      deviceFull: noticing.full(),
    };
  };
  const memory =
    (tables: readonly string[], query: () => Promise<unknown>): Watch =>
    (_args, onValue, onError) => {
      let last: string | undefined;
      const run = () => {
        query().then(
          (value) => {
            const text = JSON.stringify(value);
            if (text === last) return;
            last = text;
            onValue(value);
          },
          (error: unknown) => onError(error),
        );
      };
      told.add(run);
      const stop = store.onCommit((changed) => {
        if (tables.some((table) => changed.has(table))) run();
      });
      run();
      return () => {
        told.delete(run);
        stop();
      };
    };
  const watches: Record<string, Watch> = {
    account: memory(["account"], () => theAccount(core)),
    status: memory(["outbox", "own_moves"], status),
    spaces: stored(SPACES_TABLES, () => listSpaces(core)),
    space: stored(
      [...SPACES_TABLES, "proposals", "proposal_answers", "decisions", "asks", "banned", "reports"],
      (args: { spaceId: string }) => oneSpace(core, args.spaceId),
    ),
    people: stored(PEOPLE_TABLES, (args: { spaceId: string }) => listPeople(core, args.spaceId)),
    person: stored(PERSON_TABLES, async (args: { identityId: string }) =>
      (await import("./trust/person-card.ts")).thePerson(core, args.identityId),
    ),
    notices: stored(NOTICE_TABLES, () => listNotices(core)),
    ways: stored(WAYS_TABLES, () => theWays(core)),
    "devices.list": stored(DEVICES_TABLES, async () => {
      devices.refresh();
      return (await import("./devices/device-list.ts")).listDevices(core);
    }),
    "devices.pairing": memory([], async () => devices.pairing()),
    joins: stored(JOINS_TABLES, () => listJoins(core)),
    returns: stored(RETURNS_TABLES, () => listReturns(core)),
    leading: stored(LEADING_QUERY_TABLES, async (args: { spaceId: string }) =>
      (await import("./leading/lead.ts")).leadingOf(core, args.spaceId),
    ),
    mirrors: stored(MIRROR_QUERY_TABLES, async (args: { spaceId: string }) =>
      (await import("./mirrors/mirrors-queries.ts")).mirrorsOf(core, args.spaceId),
    ),
    "news.all": stored(NEWS_TABLES, async () =>
      (await import("./news/news-queries.ts")).newsOf(core),
    ),
    ...recoveryWatches(core),
    ...sharingWatches(core),
    ...notificationsWatches(core),
    ...signals.live,
    "later.list": stored(LATER_TABLES, (args: EngineLive["later.list"]["args"]) =>
      listLater(core, args),
    ),
    "vanish.timer": stored(TIMER_TABLES, (args: { spaceId: string }) =>
      timerNow(core, args.spaceId),
    ),
    "search.state": (_args, onValue, onError) => search.watchState(onValue, onError),
  };
  for (const { name, tables, run } of moving.live) watches[name] = stored(tables, run);
  for (const [name, query] of Object.entries(PEOPLE_LIVE))
    watches[name] = stored(query.tables, (args: { spaceId: string }) => query.run(core, args));
  for (const [name, query] of Object.entries({ ...REQUESTS_LIVE, ...LISTS_LIVE, ...WEEKLY_LIVE }))
    watches[name] = stored(query.tables, (args: never) => query.run(core, args));
  for (const [name, query] of Object.entries(ADMIN_LIVE))
    watches[name] = stored(query.tables, () => query.run(core));
  for (const tool of tools) {
    for (const [name, query] of Object.entries(tool.queries))
      watches[`${tool.name}.${name}`] = stored(query.tables, (args: never) =>
        query.run(context, args),
      );
  }

  return {
    commands: commands as EngineCommands,
    live: watches,
    watch(name, args, onValue, onError = () => undefined) {
      const watch = watches[name];
      if (watch === undefined) throw new EngineError("invalid", { data: { name } });
      return watch(args, onValue as (value: unknown) => void, onError);
    },
    async close() {
      await moving.stop();
      endWatch();
      endAsks();
      endMarks();
      endLists();
      endVanishing();
      marksSoon?.();
      signals.stop();
      await search.stop();
      await background.stop();
      await store.close();
    },
  };
}

/**
 * Empties every table but the notes of migrations. The tables inside of a full-text index are emptied through it.
 * @param last what else goes, in the same transaction
 */
async function wipe(store: SqlStore, last: (tx: SqlTx) => void): Promise<void> {
  const tables = await store.all<{ name: string }>(
    `SELECT name FROM sqlite_schema t WHERE type = 'table' AND coalesce(sql, '') NOT LIKE 'CREATE VIRTUAL TABLE%'
     AND name NOT LIKE 'sqlite\\_%' ESCAPE '\\' AND name NOT LIKE '\\_%' ESCAPE '\\'
     AND NOT EXISTS (SELECT 1 FROM sqlite_schema i WHERE i.sql LIKE 'CREATE VIRTUAL TABLE%' AND t.name GLOB i.name || '_*')`,
  );
  await store.transaction((tx) => {
    for (const { name } of tables) tx.run(`DELETE FROM "${name}"`);
    last(tx);
  });
}

/** The largest payload that a command may bring from a screen. */
export const COMMAND_BYTES = LIMITS.requestBytes;
