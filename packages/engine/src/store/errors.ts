/** The typed errors of the local store. The screen chooses its sentence by the code. */

/** Every code with what it means. */
export const STORE_ERRORS = {
  store_unavailable: "This place offers no durable storage (a private window, an old browser).",
  store_busy: "Somebody else holds the store's files.",
  store_corrupt: "The file is no store, is damaged, or its key is lost.",
  store_locked: "The lock on this device has to be opened first.",
  store_too_new: "A newer version of the program wrote this store.",
  store_full: "The disk or the quota is full. The transaction was undone.",
  store_io: "Reading or writing failed. The transaction was undone.",
  store_constraint: "A constraint of the schema refused the write.",
  store_sql: "The statement is wrong.",
  store_value: "A parameter is none of the allowed types.",
  store_readonly: "A statement that writes was given to a read.",
  store_nested: "A transaction was asked for inside a transaction.",
  store_async: "A transaction's function returned a promise.",
  store_closed_tx: "A transaction's handle was used after its end.",
  store_closed: "The store is closed.",
  store_fenced: "A newer leader has opened the store.",
} as const;

export type StoreErrorCode = keyof typeof STORE_ERRORS;

/** A failure of the local store. `data` holds numbers and names of the schema, never content. */
export class StoreError extends Error {
  override readonly name: string = "StoreError";
  readonly code: StoreErrorCode;
  readonly data: Readonly<Record<string, string | number>>;
  constructor(
    code: StoreErrorCode,
    options: { data?: Record<string, string | number>; cause?: unknown } = {},
  ) {
    super(
      `${code}: ${STORE_ERRORS[code]}`,
      options.cause === undefined ? undefined : { cause: options.cause },
    );
    this.code = code;
    this.data = options.data ?? {};
  }
}

/** A newer leader has opened the store: this one must stop. See [Note: Fencing] in ports.ts. */
export class FencedError extends StoreError {
  override readonly name = "FencedError";
  constructor(data: { mine: number; current: number }) {
    super("store_fenced", { data });
  }
}

/** The store's schema is newer than this program knows. */
export class StoreTooNewError extends StoreError {
  override readonly name = "StoreTooNewError";
  constructor(data: { scope: string; stored: number; known: number }) {
    super("store_too_new", { data });
  }
}

/** The code for an SQLite result code (primary or extended). */
export function codeOfResult(resultCode: number): StoreErrorCode {
  switch (resultCode & 0xff) {
    case 5:
    case 6:
      return "store_busy";
    case 10:
    case 14:
      return "store_io";
    case 11:
    case 26:
      return "store_corrupt";
    case 13:
      return "store_full";
    case 19:
      return "store_constraint";
    default:
      return "store_sql";
  }
}
