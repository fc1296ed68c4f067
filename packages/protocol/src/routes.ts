/**
 * Every request that a node answers, in one table: both ends are built from it.
 * `POST /api/v1/<name>` with a CBOR body (application/cbor), answered with CBOR: the response, or `{error: {code, data?}}`.
 */
import * as v from "valibot";
import * as accounts from "./accounts.ts";
import * as admin from "./admin.ts";
import * as blobs from "./blobs.ts";
import * as boxes from "./boxes.ts";
import * as devices from "./devices.ts";
import * as keylog from "./keylog.ts";
import * as handover from "./handover.ts";
import { LIMITS } from "./limits.ts";
import * as log from "./log.ts";
import * as mirrors from "./mirrors.ts";
import * as pages from "./pages.ts";
import * as passkeys from "./passkeys.ts";
import * as recovery from "./recovery.ts";
import * as moving from "./moving.ts";
import * as relay from "./relay.ts";
import * as requests from "./requests.ts";
import { object } from "./schema.ts";
import * as sharing from "./sharing.ts";
import * as signals from "./signals.ts";
import * as slots from "./slots.ts";
import * as ways from "./ways.ts";
import * as webPush from "./web-push.ts";

/**
 * `session`: needs `Authorization: Bearer <base64url session>`. `gateway`: may come through the gateway, without
 * saying who asks. `peer`: only from other nodes, signed in the body. `administrator`: a session with that role.
 */
export type Access = "session" | "administrator" | "open" | "gateway" | "peer";

type Route = { access: Access; request: v.GenericSchema; response: v.GenericSchema; max: number };

const route = <const A extends Access, Q extends v.GenericSchema, R extends v.GenericSchema>(
  access: A,
  schemas: { request: Q; response: R },
  max: number = LIMITS.requestBytes,
) => ({ access, ...schemas, max });

export const ROUTES = {
  "accounts.policy": route("open", accounts.accountsPolicy),
  "accounts.registerStart": route("open", accounts.accountsRegisterStart),
  "accounts.registerFinish": route(
    "open",
    accounts.accountsRegisterFinish,
    LIMITS.vaultBytes + LIMITS.requestBytes,
  ),
  "accounts.signInStart": route("open", accounts.accountsSignInStart),
  "accounts.signInFinish": route("open", accounts.accountsSignInFinish),
  "accounts.me": route("session", accounts.accountsMe),
  "accounts.signOut": route("session", accounts.accountsSignOut),
  "accounts.passphraseStart": route("session", accounts.accountsPassphraseStart),
  "accounts.passphraseFinish": route(
    "session",
    accounts.accountsPassphraseFinish,
    LIMITS.vaultBytes + LIMITS.requestBytes,
  ),
  "accounts.close": route("open", moving.accountsClose),
  "moves.leave": route("gateway", moving.movesLeave, LIMITS.movePackageBytes + LIMITS.requestBytes),
  "moves.take": route("gateway", moving.movesTake),
  "moves.publish": route("gateway", moving.movesPublish),
  "vault.get": route("session", accounts.vaultGet),
  "vault.put": route("session", accounts.vaultPut, LIMITS.vaultBytes + LIMITS.requestBytes),
  "ways.list": route("session", ways.waysList),
  "ways.put": route("session", ways.waysPut, LIMITS.vaultBytes + LIMITS.requestBytes),
  "ways.remove": route("session", ways.waysRemove, LIMITS.vaultBytes + LIMITS.requestBytes),
  "ways.signInStart": route("open", ways.waysSignInStart),
  "ways.signInFinish": route("open", ways.waysSignInFinish),
  "passkeys.createStart": route("open", passkeys.passkeysCreateStart),
  "passkeys.list": route("session", passkeys.passkeysList),
  "passkeys.put": route("session", passkeys.passkeysPut, LIMITS.vaultBytes + LIMITS.requestBytes),
  "passkeys.signInStart": route("open", passkeys.passkeysSignInStart),
  "passkeys.signInFinish": route("open", passkeys.passkeysSignInFinish),
  "devices.add": route("session", accounts.devicesAdd),
  "devices.list": route("session", accounts.devicesList),
  "devices.pairOpen": route("open", devices.devicesPairOpen),
  "devices.pairJoin": route("session", devices.devicesPairJoin),
  "devices.pairPut": route("open", devices.devicesPairPut),
  "devices.pairGet": route("open", devices.devicesPairGet),
  "devices.pairClose": route("open", devices.devicesPairClose),
  "devices.grant": route("session", devices.devicesGrant),
  "devices.remove": route(
    "session",
    devices.devicesRemove,
    LIMITS.vaultBytes + LIMITS.requestBytes,
  ),
  "devices.roll": route("open", devices.devicesRoll),
  "devices.leave": route("session", devices.devicesLeave),
  "devices.sessionStart": route("open", devices.devicesSessionStart),
  "devices.sessionFinish": route("open", devices.devicesSessionFinish),
  "keyPackages.publish": route(
    "session",
    accounts.keyPackagesPublish,
    LIMITS.keyPackageBytes * LIMITS.keyPackagesPerDevice + LIMITS.requestBytes,
  ),
  "keyPackages.fetch": route("gateway", accounts.keyPackagesFetch),
  "identity.lookup": route("gateway", accounts.identityLookup),
  "keylog.head": route("gateway", keylog.keyLogHeadRoute),
  "keylog.lookup": route("gateway", keylog.keyLogLookup),
  "keylog.consistency": route("gateway", keylog.keyLogConsistency),
  "keylog.leaves": route("gateway", keylog.keyLogLeaves),
  "keylog.own": route("session", keylog.keyLogOwn),
  "keylog.gossip": route("peer", keylog.keyLogGossip),
  "tokens.issue": route("session", accounts.tokensIssue),
  "cards.put": route("session", accounts.cardsPut),
  "cards.get": route("gateway", accounts.cardsGet),
  "cards.delete": route("session", accounts.cardsDelete),
  "accounts.standing": route("session", admin.accountsStanding),
  "invitations.create": route(
    "session",
    admin.invitationsCreate,
    LIMITS.invitationsAtOnce * (LIMITS.invitationLabelBytes + 256),
  ),
  "invitations.list": route("session", admin.invitationsList),
  "invitations.revoke": route("session", admin.invitationsRevoke),
  "admin.claim": route("session", admin.adminClaim),
  "admin.settings": route("administrator", admin.adminSettings),
  "admin.status": route("administrator", admin.adminStatus),
  "admin.accounts": route("administrator", admin.adminAccounts),
  "admin.account": route("administrator", admin.adminAccount),
  "admin.role": route("administrator", admin.adminRole),
  "admin.suspend": route("administrator", admin.adminSuspend),
  "admin.limits": route("administrator", admin.adminLimits),
  "admin.leave": route("administrator", admin.adminLeave),
  "journal.list": route("session", admin.journalList),
  "boxes.create": route("session", boxes.boxesCreate),
  "boxes.close": route("session", boxes.boxesClose),
  "boxes.addresses": route("session", boxes.boxesAddresses),
  "boxes.revoke": route("session", boxes.boxesRevoke),
  "boxes.key": route("session", boxes.boxesKey),
  "boxes.put": route("gateway", boxes.boxesPut, LIMITS.letterBytes + LIMITS.requestBytes),
  "boxes.read": route("session", boxes.boxesRead),
  "boxes.delete": route("session", boxes.boxesDelete),
  "boxes.wakes": route("session", boxes.boxesWakes),
  "push.deliver": route("peer", boxes.pushDeliver, LIMITS.appendBytes * 4),
  "webPush.state": route("session", webPush.webPushState),
  "webPush.subscribe": route("session", webPush.webPushSubscribe),
  "webPush.unsubscribe": route("session", webPush.webPushUnsubscribe),
  "logs.create": route("gateway", log.logsCreate, LIMITS.slotBytes + LIMITS.requestBytes),
  "logs.close": route("gateway", handover.logsClose),
  "logs.takeOver": route("gateway", handover.logsTakeOver),
  "logs.bring": route("gateway", handover.logsBring, LIMITS.appendBytes),
  "mirrors.open": route("gateway", mirrors.mirrorsOpen),
  "mirrors.feed": route("gateway", mirrors.mirrorsFeed, LIMITS.appendBytes + LIMITS.requestBytes),
  "logs.append": route("gateway", log.logsAppend, LIMITS.appendBytes),
  "logs.session": route("gateway", log.logsSession),
  "logs.read": route("gateway", log.logsRead),
  "logs.seats": route("gateway", log.logsSeats),
  "logs.push": route("gateway", log.logsPush),
  "logs.slot": route("gateway", slots.logsSlot),
  "signals.listen": route("gateway", signals.signalsListen),
  "signals.send": route("gateway", signals.signalsSend),
  "signals.deliver": route("peer", signals.signalsDeliver, LIMITS.signalPushBytes * 512),
  "blobs.create": route("gateway", blobs.blobsCreate),
  "blobs.put": route("gateway", blobs.blobsPut, LIMITS.blobRequestBytes),
  "blobs.batch": route("gateway", blobs.blobsBatch, LIMITS.blobRequestBytes),
  "blobs.get": route("gateway", blobs.blobsGet),
  "blobs.state": route("gateway", blobs.blobsState),
  "blobs.fetch": route("peer", blobs.blobsFetch),
  "blobs.letGo": route("peer", blobs.blobsLetGo),
  "handouts.create": route(
    "gateway",
    sharing.handoutsCreate,
    LIMITS.handoutManifestBytes + LIMITS.requestBytes,
  ),
  "handouts.state": route("gateway", sharing.handoutsState),
  "handouts.change": route("gateway", sharing.handoutsChange),
  "handouts.end": route("gateway", sharing.handoutsEnd),
  "handouts.open": route("open", sharing.handoutsOpen),
  "handouts.take": route("open", sharing.handoutsTake),
  "handouts.chunk": route("open", sharing.handoutsChunk),
  "intakes.open": route("session", sharing.intakesOpen),
  "intakes.list": route("session", sharing.intakesList),
  "intakes.items": route("session", sharing.intakesItems),
  "intakes.chunk": route("session", sharing.intakesChunk),
  "intakes.delete": route("session", sharing.intakesDelete),
  "intakes.close": route("session", sharing.intakesClose),
  "intakes.see": route("open", sharing.intakesSee),
  "intakes.announce": route("open", sharing.intakesAnnounce),
  "intakes.put": route("open", sharing.intakesPut, LIMITS.blobRequestBytes),
  "intakes.leave": route("open", sharing.intakesLeave),
  "recovery.open": route("gateway", recovery.recoveryOpen),
  "recovery.see": route("gateway", recovery.recoverySee),
  "recovery.put": route("gateway", recovery.recoveryPut),
  "recovery.get": route("gateway", recovery.recoveryGet, LIMITS.requestBytes),
  "recovery.close": route("gateway", recovery.recoveryClose),
  "requests.key": route("gateway", requests.requestsKey),
  "requests.token": route("session", requests.requestsToken),
  "requests.attest": route("peer", requests.requestsAttest),
  "requests.put": route("gateway", requests.requestsPut),
  "reports.readers": route("session", requests.reportsReaders),
  "reports.send": route("session", requests.reportsSend),
  "reports.list": route("administrator", requests.reportsList, 8 * LIMITS.requestBytes),
  "reports.close": route("administrator", requests.reportsClose),
  "nodes.blocked": route("administrator", requests.nodesBlocked),
  "nodes.block": route("administrator", requests.nodesBlock),
  "pages.look": route("session", pages.pagesLook),
  "relay.forward": route("session", relay.relayForward, LIMITS.appendBytes + LIMITS.requestBytes),
  "relay.node": route("session", relay.relayNode),
} as const satisfies Record<string, Route>;

export type RouteName = keyof typeof ROUTES;
export type RequestOf<N extends RouteName> = v.InferInput<(typeof ROUTES)[N]["request"]>;
export type CheckedRequestOf<N extends RouteName> = v.InferOutput<(typeof ROUTES)[N]["request"]>;
export type ResponseOf<N extends RouteName> = v.InferOutput<(typeof ROUTES)[N]["response"]>;

/** Paths beside the routes. */
export const PATHS = {
  api: "/api/v1/",
  live: "/api/v1/live",
  gateway: "/api/v1/gateway",
  nodeRecord: "/.well-known/baraza",
} as const;

/** The protocol version that this code speaks, and the oldest that it still understands. */
export const PROTOCOL_VERSION = 1;
export const PROTOCOL_MIN_VERSION = 1;

/** True when the name is a route of this version. */
export function isRoute(name: string): name is RouteName {
  return Object.hasOwn(ROUTES, name);
}

export const errorBody = object({
  error: object({
    code: v.string(),
    data: v.optional(v.record(v.string(), v.union([v.string(), v.number(), v.boolean()]))),
  }),
});
