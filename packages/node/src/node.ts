/** One node: its store, its services and its HTTP server, put together. Several can run in one process. */
import { once } from "node:events";
import { nodeOrigin } from "@baraza/protocol";
import pino from "pino";
import packageJson from "../package.json" with { type: "json" };
import type { Config } from "./config.ts";
import { blobsDir, databasePath } from "./data-dir.ts";
import { takeDataDir } from "./data-lock.ts";
import type { Outbound } from "./edges/outbound.ts";
import { createOutbound } from "./edges/outbound.ts";
import { createPushServices } from "./edges/push-services.ts";
import { createWebPages } from "./edges/web-pages.ts";
import { readAppFiles } from "./http/app-files.ts";
import type { Dispatcher } from "./http/dispatch.ts";
import { createDispatcher } from "./http/dispatch.ts";
import { createMetrics } from "./http/metrics.ts";
import { createRateLimits } from "./http/rate-limits.ts";
import type { Decoders, Service } from "./http/registry.ts";
import { createHttpServer, createMetricsServer } from "./http/server.ts";
import { loadSecrets } from "./secrets.ts";
import { createAccounts } from "./services/accounts/index.ts";
import { createAdmin } from "./services/admin/index.ts";
import { announceSetup } from "./services/admin/setup.ts";
import type { BlobsService } from "./services/blobs/index.ts";
import { createBlobs } from "./services/blobs/index.ts";
import { createBoxes } from "./services/boxes/index.ts";
import { createCards } from "./services/cards/index.ts";
import type { KeyLogService } from "./services/keylog/index.ts";
import { createKeyLog } from "./services/keylog/index.ts";
import { createLogs } from "./services/logs/index.ts";
import { createDevices } from "./services/devices/index.ts";
import type { MirrorsService } from "./services/mirrors/index.ts";
import { createMirrors } from "./services/mirrors/index.ts";
import type { MovingService } from "./services/moving/index.ts";
import { createMoving } from "./services/moving/index.ts";
import { createPages } from "./services/pages/index.ts";
import type { PushService } from "./services/push/index.ts";
import { createPush } from "./services/push/index.ts";
import { createRecovery } from "./services/recovery/index.ts";
import { createRequests } from "./services/requests/index.ts";
import { createRelay } from "./services/relay/index.ts";
import { createSignals } from "./services/signals/index.ts";
import { createSharing } from "./services/sharing/index.ts";
import type { WebPushService } from "./services/web-push/index.ts";
import { createWebPush } from "./services/web-push/index.ts";
import type { PaceTimes } from "./services/web-push/pace.ts";
import type { Store } from "./store/port.ts";
import { openSqliteStore } from "./store/sqlite/index.ts";

export type NodeOptions = {
  /** The name by the port that was taken, where it can be known only then; else `config.name`. */
  name?: (port: number) => string;
  /** Milliseconds; the system's clock unless a test says otherwise. */
  now?: () => number;
  /** What stands between this node and others, for faults in tests. */
  wrapOutbound?: (outbound: Outbound) => Outbound;
  /** First and longest wait before a node that did not answer is tried again. */
  pushRetry?: { retryMs: number; retryMaxMs: number };
  /** How often a device is woken whose app is closed, and how long a push service may take; for tests. */
  webPush?: Partial<PaceTimes> & { timeoutMs?: number };
  /** How long looking a page up may take; for tests. */
  pages?: { timeoutMs?: number };
};

export type RunningNode = {
  /** The name by which people and other nodes reach it. */
  name: string;
  /** Where it listens. */
  port: number;
  /** Its origin, for browsers. */
  url: string;
  /** The node's public key, 32 bytes. */
  nodeKey: Uint8Array;
  /** A new link that makes the first administrator, also kept in the data directory; null when there is one. */
  setupLink(): Promise<string | null>;
  store: Store;
  /** What this node and others tell each other of key logs; it runs by itself. */
  keylog: Pick<KeyLogService, "gossip" | "met">;
  /** Resolves when no push waits that can be delivered. */
  idle(): Promise<void>;
  /** Finishes what has been accepted and frees the data directory. */
  close(): Promise<void>;
};

export const VERSION: string = packageJson.version;

/**
 * Starts a node.
 * @throws ConfigError, DataDirInUse, StoreVersionError with a sentence for the console; the system's error when the
 * port is taken.
 */
export async function createNode(config: Config, options: NodeOptions = {}): Promise<RunningNode> {
  const closers: (() => Promise<void> | void)[] = [];
  const close = async () => {
    // In the opposite order: what is used closes after its users.
    for (const one of closers.splice(0).toReversed()) await one();
  };
  try {
    return await start(config, options, closers, close);
  } catch (cause) {
    await close();
    throw cause;
  }
}

async function start(
  config: Config,
  options: NodeOptions,
  closers: (() => Promise<void> | void)[],
  close: () => Promise<void>,
): Promise<RunningNode> {
  const { now = Date.now } = options;
  const logger = pino({ level: config.logLevel, base: null });
  closers.push(await takeDataDir(config.dataDir));
  const secrets = await loadSecrets(config.dataDir);
  const store = await openSqliteStore(databasePath(config.dataDir));
  closers.push(() => store.close());

  const server = createHttpServer();
  closers.push(() => server.close());
  const port = await server.listen(config.host, config.port);
  const name = options.name?.(port) ?? config.name;
  const nameOf = () => name;

  const plainOutbound = createOutbound({ name });
  const outbound = options.wrapOutbound?.(plainOutbound) ?? plainOutbound;
  const metrics = createMetrics();
  const limits = createRateLimits(now);
  const services: Service[] = [];
  const add = <S extends Service>(service: S): S => {
    services.push(service);
    closers.push(() => service.close());
    return service;
  };
  closers.push(() => {
    outbound.close();
  });

  const { registration } = config;
  const quota = config.blobQuotaMb * 1024 * 1024;
  const files = Math.floor(quota / 2);
  const accounts = add(
    createAccounts({
      store,
      secrets,
      name: nameOf,
      registration,
      version: VERSION,
      now,
      moved: (by) => moving.moved(by),
      onSessionsEnded: (ended) => {
        boxes.endSessions(ended);
      },
    }),
  );
  const moving: MovingService = add(
    createMoving({
      store,
      secrets,
      name: nameOf,
      registration,
      outbound,
      now,
      onClosed: (accountId) => {
        accounts.forgetSessions();
        boxes.endSessions({ accountId, sessionId: null });
      },
      ...(options.pushRetry === undefined ? {} : { retry: options.pushRetry }),
    }),
  );
  add(
    createAdmin({
      store,
      secrets,
      registration,
      files,
      version: VERSION,
      now,
      onChanged: () => {
        accounts.forgetSessions();
      },
      onEnded: (accountId, code) => {
        boxes.endSessions({ accountId, sessionId: null, code });
      },
    }),
  );
  add(createCards({ store, now }));
  add(createRecovery({ store, now }));
  add(
    createDevices({
      store,
      name: nameOf,
      now,
      onSessionsEnded: (ended) => {
        accounts.forgetSessions();
        boxes.endSessions(ended);
      },
    }),
  );
  const relay = add(
    await createRelay({
      store,
      secrets,
      name: nameOf,
      tokenKey: accounts.tokenKey,
      software: `baraza/${VERSION}`,
      outbound,
      dispatch: (route, body, caller) => dispatcher.call(route, body, caller),
      onNode: (node) => {
        keylog.met(node);
      },
      now,
    }),
  );
  const boxes = add(
    createBoxes({
      store,
      secrets,
      name: nameOf,
      sessionOf: accounts.sessionOf,
      nodeKeyOf: (hub, fresh) => relay.nodeKeyOf(hub, fresh),
      now,
      onLetter: () => {
        moving.letterCame();
      },
      onMissed: (boxIds) => {
        webPush.missed(boxIds);
      },
      onListening: (boxIds) => {
        webPush.listening(boxIds);
      },
    }),
  );
  add(
    createRequests({
      store,
      secrets,
      name: nameOf,
      outbound,
      nodeKeyOf: (node, fresh) => relay.nodeKeyOf(node, fresh),
      onLetter: (boxId) => {
        boxes.letterCame(boxId);
        moving.letterCame();
      },
      now,
    }),
  );
  const { timeoutMs, ...pace } = options.webPush ?? {};
  const webPush: WebPushService = add(
    createWebPush({
      store,
      secrets,
      name,
      services: createPushServices({ name, ...(timeoutMs === undefined ? {} : { timeoutMs }) }),
      listensAt: (boxId) => boxes.listensAt(boxId),
      now,
      times: pace,
    }),
  );
  add(
    createPages({
      pages: createWebPages({ name, ...options.pages }),
      allowed: config.linkPreviews,
    }),
  );
  const logs = add(
    createLogs({
      store,
      name,
      nodeKey: secrets.nodeKey.privateKey,
      logSessionSecret: secrets.logSessionSecret,
      redeemToken: (token) => accounts.redeemToken(token),
      quota: {
        bytes: config.logQuotaMb * 1024 * 1024,
        appendsPerMinute: config.appendsPerMinute,
      },
      onAppend: (appended) => {
        push.appended(appended);
      },
      onSeatsChanged: (logId) => {
        push.seatsChanged(logId);
      },
      copied: (logId, seq) => mirrors.appended(logId, seq),
      onMirrors: (logId) => {
        mirrors.changed(logId);
      },
      onOpened: (logId) => {
        blobs.incoming.opened(logId);
      },
      bringBlobs: (logId, blobIds) => blobs.incoming.bring(logId, blobIds),
      observeBatch: (entries) => {
        metrics.batch(entries);
      },
      now,
    }),
  );
  const mirrors: MirrorsService = add(
    await createMirrors({
      store,
      name,
      nodeKey: secrets.nodeKey.privateKey,
      outbound,
      copyOf: (logId, after) => logs.copy(logId, after),
      nodeKeyOf: (node, fresh) => relay.nodeKeyOf(node, fresh),
      redeemToken: (token) => accounts.redeemToken(token),
      quota: {
        log: config.logQuotaMb * 1024 * 1024,
        all: config.mirrorQuotaMb * 1024 * 1024,
      },
      now,
      ...options.pushRetry,
    }),
  );
  const keylog = add(
    createKeyLog({
      store,
      secrets,
      name: nameOf,
      outbound,
      nodeKeyOf: (node, fresh) => relay.nodeKeyOf(node, fresh),
      now,
    }),
  );
  await keylog.enterAll();
  const blobs: BlobsService = add(
    await createBlobs({
      store,
      dir: blobsDir(config.dataDir),
      sessionSeat: (logId, token) => logs.sessionSeat(logId, token),
      quota: { log: files, node: quota },
      logQuota: async () => (await store.admin.settings(null)).files,
      name,
      others: {
        nodeKey: secrets.nodeKey.privateKey,
        outbound,
        nodeKeyOf: (node, fresh) => relay.nodeKeyOf(node, fresh),
        ...options.pushRetry,
      },
      now,
    }),
  );
  add(
    createSharing({
      store,
      chunks: blobs.chunks,
      sessionSeat: (logId, token) => logs.sessionSeat(logId, token),
      quota: Math.min(config.dropQuotaMb * 1024 * 1024, files),
      now,
    }),
  );
  const signals = add(
    createSignals({
      store,
      name,
      nodeKey: secrets.nodeKey.privateKey,
      outbound,
      sessionSeat: (logId, token) => logs.sessionSeat(logId, token),
      deliverLocal: (deliveries) => boxes.signal(name, deliveries),
      now,
    }),
  );
  const push: PushService = createPush({
    store,
    name,
    nodeKey: secrets.nodeKey.privateKey,
    outbound,
    deliverLocal: (deliveries) => boxes.deliver(name, deliveries),
    headOf: (logId) => logs.headOf(logId),
    now,
    ...options.pushRetry,
  });
  closers.push(() => push.close());

  const dispatcher: Dispatcher = createDispatcher({
    handlers: Object.assign({}, ...services.map((service) => service.routes)) as Service["routes"],
    decoders: Object.assign({}, ...services.map((service) => service.decoders)) as Decoders,
    limits,
    metrics,
    now,
    onFault: (route, error) => {
      // The kind of an error only: its message may quote what nobody should read in a log.
      logger.error(
        { route, kind: error instanceof Error ? error.name : typeof error },
        "request failed",
      );
    },
  });
  metrics.gauge("store_queue", "Operations that wait for the store.", () => store.stats().queue);
  metrics.gauge("store_commits", "Transactions since the start.", () => store.stats().commits);
  metrics.gauge("store_writes", "Write operations in them.", () => store.stats().writes);
  metrics.gauge("resident_bytes", "Resident memory of the process.", () =>
    process.memoryUsage.rss(),
  );
  metrics.gauge("live_connections", "Live connections.", () => server.liveConnections());
  metrics.gauge("push_nodes_waiting", "Nodes that do not answer and are tried again.", () =>
    push.waitingFor(),
  );

  metrics.gauge("signal_seats", "Seats that listen for signals.", () => signals.listening());
  metrics.gauge("web_push_devices", "Devices that were woken and have not come yet.", () =>
    webPush.known(),
  );

  server.serve({
    name,
    trustedProxy: config.trustedProxy,
    dispatcher,
    authenticate: accounts.authenticate,
    limits,
    metrics,
    metricsToken: config.metricsToken,
    raw: [relay.gateway],
    pages: [relay.nodeRecord],
    files: await readAppFiles(config.appDir),
    live: boxes.live,
    health: () => store.health(),
  });
  // New requests end before the services that answer them.
  closers.push(() => server.close());
  if (config.metricsPort !== null) {
    const own = createMetricsServer(metrics);
    own.listen(config.metricsPort, "127.0.0.1");
    await once(own, "listening");
    closers.push(() => {
      own.close();
      own.closeAllConnections();
    });
  }
  logger.info({ version: VERSION }, "node started");
  return {
    name,
    port,
    url: nodeOrigin(name),
    nodeKey: secrets.nodeKey.publicKey,
    setupLink: () =>
      announceSetup({
        store,
        name,
        dataDir: config.dataDir,
        minutes: config.setupMinutes,
        now: now(),
      }),
    store,
    keylog,
    idle: async () => {
      await Promise.all([push.idle(), mirrors.idle(), blobs.incoming.idle()]);
      await Promise.all([webPush.idle(), signals.idle()]);
    },
    close: async () => {
      await close();
      logger.info("node stopped");
    },
  };
}
