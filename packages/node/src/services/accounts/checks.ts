/** From the errors of cryptography to those of the protocol. */
import { CryptoError } from "@baraza/crypto";
import type { ErrorCode } from "@baraza/protocol";
import { ProtocolError } from "@baraza/protocol";

/** What a stranger's bytes led to. @throws ProtocolError `malformed` with the field, or `code`, where crypto refuses. */
export async function checked<T>(
  field: string,
  work: () => Promise<T> | T,
  code: ErrorCode = "malformed",
): Promise<T> {
  try {
    return await work();
  } catch (cause) {
    if (cause instanceof CryptoError)
      throw new ProtocolError(code, {
        cause,
        ...(code === "malformed" ? { data: { field } } : {}),
      });
    throw cause;
  }
}

/** @throws ProtocolError `malformed` with the field. */
export function demand(holds: boolean, field: string): void {
  if (!holds) throw new ProtocolError("malformed", { data: { field } });
}
