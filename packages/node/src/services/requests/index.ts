/**
 * First letters: a door of their own for what people write to an address that they have never met. This node asks other nodes
 * for tokens for its own people, without a name; it issues tokens to other nodes, so many a day; and it takes the letters that come
 * with one. It learns that somebody of a node wrote to one of its accounts, and not who.
 */
import { evaluateTokens, hkdf, randomBytes, redeemToken } from "@baraza/crypto";
import { requestTokenKeys, signRequestAttest, verifyRequestAttest } from "@baraza/crypto/requests";
import type { Bytes } from "@baraza/protocol";
import {
  decodeResponse,
  encodeCbor,
  encodeRequest,
  equalBytes,
  firstLetter,
  LIMITS,
  keptReport,
  PATHS,
  ProtocolError,
  readAs,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { sha256 } from "../../crypto-fast.ts";
import type { Outbound } from "../../edges/outbound.ts";
import type { Handlers, Service } from "../../http/registry.ts";
import type { NodeSecrets } from "../../secrets.ts";
import type { Counted } from "../../store/port-requests.ts";
import type { Store } from "../../store/port.ts";
import { accountKey } from "../account-key.ts";
import { createOnce } from "../boxes/once.ts";
import { checked } from "../accounts/checks.ts";

export type RequestsDeps = {
  store: Pick<Store, "requests">;
  secrets: Pick<NodeSecrets, "nodeKey" | "storeSecret" | "tokenSeed">;
  name: () => string;
  outbound: Outbound;
  /** @throws ProtocolError when it cannot be had */
  nodeKeyOf: (node: string, fresh: boolean) => Promise<Bytes>;
  /** Told of a letter that came into a box: whoever listens there gets it, and nobody is woken. */
  onLetter: (boxId: Bytes) => void;
  now: () => number;
};

export type RequestsService = Service & {
  /** Forgets what counts no more. Happens by itself every hour. */
  sweep: () => Promise<void>;
};

const DAY = 24 * 60 * 60_000;
const SWEEP_EVERY = 60 * 60_000;
/** How long a report waits for an administrator: after that, the key that opens it may be gone. */
const KEEP_REPORTS = LIMITS.boxKeyGraceMs;
const NONCES = 100_000;
const REPORTS_AT_ONCE = 200;
const ANSWER_BYTES = 4096;

/** Starts the service. Close it before the store. */
export function createRequests(deps: RequestsDeps): RequestsService {
  const { store, secrets, name, now } = deps;
  const once = createOnce({ keepMs: 2 * LIMITS.clockSkewMs, max: NONCES, now });
  const countKey = hkdf(secrets.storeSecret, new Uint8Array(), "baraza/node/request-counts/1", 32);
  const day = () => Math.floor(now() / DAY);
  const period = () => Math.floor(now() / LIMITS.requestKeyMs);
  const keysFor = (from: string, of = period()) => requestTokenKeys(secrets.tokenSeed, of, from);
  /** What is counted goes by a name that says nothing without the node's secret. */
  const counted = (what: string, max: number): Counted => ({
    name: sha256(encodeCbor([countKey, what])),
    max,
  });
  const demandOpen = async (from: string) => {
    if (await store.requests.isBlocked({ node: from })) throw new ProtocolError("node_blocked");
  };
  const issue = async (from: string, blinded: Bytes) => {
    await demandOpen(from);
    const fits = await store.requests.count({
      ...counted(`node ${from}`, LIMITS.requestsPerNode),
      day: day(),
    });
    if (!fits) throw limited("node");
    const { evaluated, proof } = await checked("blinded", () =>
      evaluateTokens(keysFor(from), [blinded]),
    );
    return { period: period(), evaluated: evaluated[0] ?? new Uint8Array(), proof };
  };
  const askOther = async (node: string, blinded: Bytes) => {
    const request = await signRequestAttest(secrets.nodeKey, {
      from: name(),
      to: node,
      time: now(),
      nonce: randomBytes(16),
      blinded,
    });
    const { status, body } = await deps.outbound.send(node, {
      method: "POST",
      path: `${PATHS.api}requests.attest`,
      type: "application/cbor",
      body: encodeRequest("requests.attest", request),
      maxBytes: ANSWER_BYTES,
    });
    return decodeResponse("requests.attest", status, body);
  };

  const timer = setInterval(() => {
    sweep().catch(() => {
      // The store is closing or out of order: its health check says so.
    });
  }, SWEEP_EVERY);
  timer.unref();
  async function sweep(): Promise<void> {
    await store.requests.sweep({ day: day(), now: now(), reportsBefore: now() - KEEP_REPORTS });
  }

  const routes: Handlers = {
    "requests.key": async ({ from }, { limit }) => {
      limit("requests.key", { perMinute: 3000, burst: 1000 });
      await demandOpen(from);
      return { period: period(), publicKey: keysFor(from).publicKey };
    },
    "requests.token": async ({ node, blinded }, { account, limit }) => {
      limit("requests.token", { perMinute: 60, burst: 60 }, accountKey(account));
      const fits = await store.requests.count({
        ...counted(`account ${toHex(account.accountId)}`, LIMITS.requestsPerAccount),
        day: day(),
      });
      if (!fits) throw limited("account");
      return node === name() ? issue(node, blinded) : askOther(node, blinded);
    },
    "requests.attest": async (request, { limit }) => {
      const { from, to, time, nonce, blinded } = request;
      limit("requests.attest", { perMinute: 600, burst: 200 });
      if (to !== name() || from === name())
        throw new ProtocolError("malformed", { data: { field: "to" } });
      if (Math.abs(time - now()) > LIMITS.clockSkewMs) throw new ProtocolError("replayed");
      // Before the other node's record is fetched, which a stranger could have us do.
      await demandOpen(from);
      if (!(await signedBy(request))) throw new ProtocolError("bad_signature");
      if (!once.take(`${from} ${toHex(nonce)}`)) throw new ProtocolError("replayed");
      return issue(from, blinded);
    },
    "requests.put": async (request, { limit, sealed, limitKey }) => {
      const { to, from, token, letterId, letter } = request;
      limit("requests.put", { perMinute: 600, burst: 300 }, sealed ? toHex(to) : limitKey);
      await demandOpen(from);
      const current = period();
      const good =
        (request.period === current || request.period === current - 1) &&
        redeemToken(keysFor(from, request.period), token);
      if (!good) throw new ProtocolError("token_spent");
      const put = await store.requests.put({
        identityId: to,
        token: sha256(token.input),
        until: (request.period + 2) * LIMITS.requestKeyMs,
        letterId,
        letter: writeAs(firstLetter, { v: 2, from, letter }),
        counted: [
          counted(`person ${toHex(to)}`, LIMITS.requestsPerPerson),
          counted(`person ${toHex(to)} ${from}`, LIMITS.requestsPerPersonNode),
        ],
        day: day(),
        maxBytes: LIMITS.boxBytes,
      });
      if ("full" in put) throw limited("person");
      if (put.seq !== null) deps.onLetter(put.boxId);
      return {};
    },
    "reports.readers": async () => ({
      administrators: await store.requests.administrators({ limit: LIMITS.reportReaders }),
    }),
    "reports.send": async ({ reportId, letters }, { account, limit }) => {
      limit("reports.send", { perMinute: 6, burst: 20 }, accountKey(account));
      await store.requests.report({
        accountId: account.accountId,
        reportId,
        content: writeAs(keptReport, { letters }),
        now: now(),
        max: LIMITS.nodeReports,
        maxOfOne: LIMITS.nodeReportsPerAccount,
      });
      return {};
    },
    "reports.list": async (_request, { account }) => {
      const { me, rows } = await store.requests.reports({
        accountId: account.accountId,
        limit: REPORTS_AT_ONCE + 1,
      });
      return {
        reports: rows.slice(0, REPORTS_AT_ONCE).map(({ reportId, at, by, content }) => {
          const { letters } = readAs(keptReport, content, LIMITS.requestBytes);
          const letter = letters.find(({ to }) => equalBytes(to, me))?.letter;
          return { reportId, at, by, ...(letter === undefined ? {} : { letter }) };
        }),
        more: rows.length > REPORTS_AT_ONCE,
      };
    },
    "reports.close": async ({ reportId }) => {
      await store.requests.closeReport({ reportId });
      return {};
    },
    "nodes.blocked": async () => ({ nodes: await store.requests.blocked(null) }),
    "nodes.block": async ({ node, blocked }, { account }) => {
      if (node === name()) throw new ProtocolError("malformed", { data: { field: "node" } });
      await store.requests.setBlocked({
        by: account.accountId,
        now: now(),
        node,
        blocked,
        max: LIMITS.blockedNodes,
      });
      return {};
    },
  };

  async function signedBy(request: Parameters<typeof verifyRequestAttest>[1]): Promise<boolean> {
    for (const fresh of [false, true])
      if (await verifyRequestAttest(await deps.nodeKeyOf(request.from, fresh), request))
        return true;
    return false;
  }

  return {
    routes,
    sweep,
    close: () => {
      clearInterval(timer);
    },
  };
}

/** So many a day, counted by UTC. */
function limited(whose: "account" | "node" | "person"): ProtocolError {
  return new ProtocolError("letters_limited", { data: { whose } });
}
