import { decodeQR } from "qr/decode.js";

/** Milliseconds that one look may go on trying after its first attempt: no screen stands still because of it. */
const TRYING_MS = 25;

/** The text of the QR code in a picture (RGBA). @returns undefined when there is none that can be read */
export function decode(picture: {
  width: number;
  height: number;
  data: Uint8ClampedArray;
}): string | undefined {
  try {
    return decodeQR(picture, { format: "RGBA", timeLimit: TRYING_MS });
  } catch {
    // The library says by exceptions that it found nothing, which is so in most pictures.
    return undefined;
  }
}
