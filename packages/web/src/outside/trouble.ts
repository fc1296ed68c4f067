/** What went wrong for somebody outside, as the sentence that says what to do. */
import { CryptoError } from "@baraza/crypto/errors";
import { ProtocolError } from "@baraza/protocol";

export type Trouble =
  | { kind: "ended"; why: "expired" | "used_up" | "locked" | "gone" | "unknown" }
  | { kind: "wrong"; left: number }
  | { kind: "altered" | "noLine" | "noRoom" | "full" | "notRead" | "tooLarge" | "stopped" };

const WHYS = ["expired", "used_up", "locked", "gone"] as const;

/** @returns the trouble for an error of {@link openShare}, a download or an upload */
export function troubleOf(error: unknown): Trouble {
  if (error instanceof CryptoError) return { kind: "altered" };
  if (error instanceof ProtocolError) {
    const why = WHYS.find((one) => one === error.data["why"]);
    if (error.code === "handout_ended") return { kind: "ended", why: why ?? "unknown" };
    if (error.code === "not_found") return { kind: "ended", why: "unknown" };
    if (error.code === "wrong_credentials")
      return { kind: "wrong", left: Number(error.data["left"] ?? 0) };
    if (error.code === "quota_exceeded" || error.code === "box_full") return { kind: "full" };
    return { kind: "noLine" };
  }
  if (error instanceof DOMException) {
    if (error.name === "QuotaExceededError") return { kind: "noRoom" };
    if (error.name === "AbortError") return { kind: "stopped" };
    if (error.name === "NotReadableError" || error.name === "NotFoundError")
      return { kind: "notRead" };
  }
  return { kind: "tooLarge" };
}
