/**
 * The store port: named operations per service, the same for every store.
 *
 * An operation takes one plain value (structured-cloneable) and gives one back; it may throw a ProtocolError, which
 * reaches the caller as it is. `write` operations are acknowledged only when they are durable; those that wait at the
 * same moment share one transaction, and one that throws changes nothing and does not disturb the others. `read`
 * operations see one consistent, committed state, and everything that was acknowledged before they were called.
 *
 * [Note: Adding a service's operations]
 * 1. `store/port-<service>.ts`: a type `XOperations = { write: { put(arg: A): R }, read: { ... } }`.
 * 2. One line in {@link Operations} below.
 * 3. `store/sqlite/<service>.ts`: `export const xOperations: SqliteOperations<XOperations> = { write: { put(db, arg) {...} }, ... }`
 *    and one line in `store/sqlite/operations.ts`; tables in `store/sqlite/migrations/NNN-<what>.ts` and one line in its index.
 * 4. Behaviour that every store must show: a file beside `store/conformance.ts`, called from it.
 */
import type { AccountsOperations } from "./port-accounts.ts";
import type { AdminOperations, CardsOperations } from "./port-admin.ts";
import type { BlobsOperations } from "./port-blobs.ts";
import type { BoxesOperations } from "./port-boxes.ts";
import type { InvitationsOperations } from "./port-invitations.ts";
import type { RollOperations } from "./port-roll.ts";
import type { DevicesOperations } from "./port-devices.ts";
import type { KeyLogOperations } from "./port-keylog.ts";
import type { LogsOperations } from "./port-logs.ts";
import type { MirrorsOperations } from "./port-mirrors.ts";
import type { MovingOperations } from "./port-moving.ts";
import type { RecoveryOperations } from "./port-recovery.ts";
import type { RequestsOperations } from "./port-requests.ts";
import type { PasskeysOperations } from "./port-passkeys.ts";
import type { SharingOperations } from "./port-sharing.ts";
import type { WaysOperations } from "./port-ways.ts";
import type { WebPushOperations } from "./port-web-push.ts";

/** Every service's operations. */
export type Operations = {
  logs: LogsOperations;
  accounts: AccountsOperations;
  admin: AdminOperations;
  blobs: BlobsOperations;
  boxes: BoxesOperations;
  cards: CardsOperations;
  mirrors: MirrorsOperations;
  moving: MovingOperations;
  recovery: RecoveryOperations;
  requests: RequestsOperations;
  devices: DevicesOperations;
  keylog: KeyLogOperations;
  sharing: SharingOperations;
  ways: WaysOperations;
  webPush: WebPushOperations;
  invitations: InvitationsOperations;
  roll: RollOperations;
  passkeys: PasskeysOperations;
};

/** The shape of one service's operations. */
export type ServiceOperations = {
  write: Record<string, (arg: never) => unknown>;
  read: Record<string, (arg: never) => unknown>;
};

type Call<F> = F extends (arg: infer A) => infer R ? (arg: A) => Promise<R> : never;

/** A service's operations as its code calls them. */
export type Calls<O extends ServiceOperations> = {
  readonly [K in keyof O["write"]]: Call<O["write"][K]>;
} & { readonly [K in keyof O["read"]]: Call<O["read"][K]> };

/** What a store measures of itself since it was opened. */
export type StoreStats = {
  /** Operations waiting for their commit, now. */
  queue: number;
  /** Commits, and write operations in them. */
  commits: number;
  writes: number;
};

/** A store: `store.logs.append(...)`, `store.boxes.put(...)`, and so on. */
export type Store = { readonly [S in keyof Operations]: Calls<Operations[S]> } & {
  /** Resolves when the store answers. @throws Error when it does not. */
  health(): Promise<void>;
  stats(): StoreStats;
  /** A consistent copy of everything that was acknowledged, written to a new file. */
  backup(path: string): Promise<void>;
  /** Takes what was deleted out of the store's files too, as far as its size allows. */
  scrub(): Promise<void>;
  /** Finishes what waits, then closes. Calls made after this are refused with `unavailable`. */
  close(): Promise<void>;
};
