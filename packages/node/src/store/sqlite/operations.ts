/** Every service's operations over SQLite: the workers run them, and the main thread takes their names from here. */
import type { Operations, ServiceOperations } from "../port.ts";
import type { Db } from "./database.ts";
import { logsOperations } from "./logs.ts";
import { mirrorsOperations } from "./mirrors.ts";
import { movingOperations } from "./moving.ts";
import { accountsOperations } from "./accounts.ts";
import { adminOperations } from "./admin.ts";
import { blobsOperations } from "./blobs.ts";
import { boxesOperations } from "./boxes.ts";
import { cardsOperations } from "./cards.ts";
import { recoveryOperations } from "./recovery.ts";
import { requestsOperations } from "./requests.ts";
import { devicesOperations } from "./devices.ts";
import { keylogOperations } from "./keylog.ts";
import { passkeysOperations } from "./passkeys.ts";
import { sharingOperations } from "./sharing.ts";
import { waysOperations } from "./ways.ts";
import { webPushOperations } from "./web-push.ts";
import { invitationsOperations } from "./invitations.ts";
import { rollOperations } from "./roll.ts";

type Run<F> = F extends (arg: infer A) => infer R ? (db: Db, arg: A) => R : never;

/** A service's operations as SQLite runs them: the same, with the connection in front. They are synchronous. */
export type SqliteOperations<O extends ServiceOperations> = {
  readonly write: { readonly [K in keyof O["write"]]: Run<O["write"][K]> };
  readonly read: { readonly [K in keyof O["read"]]: Run<O["read"][K]> };
};

export const OPERATIONS: { readonly [S in keyof Operations]: SqliteOperations<Operations[S]> } = {
  logs: logsOperations,
  accounts: accountsOperations,
  admin: adminOperations,
  blobs: blobsOperations,
  boxes: boxesOperations,
  cards: cardsOperations,
  mirrors: mirrorsOperations,
  moving: movingOperations,
  recovery: recoveryOperations,
  requests: requestsOperations,
  devices: devicesOperations,
  keylog: keylogOperations,
  sharing: sharingOperations,
  ways: waysOperations,
  webPush: webPushOperations,
  invitations: invitationsOperations,
  roll: rollOperations,
  passkeys: passkeysOperations,
};
