import { encodeQR } from "qr";

/**
 * A QR code of a text (ISO/IEC 18004, level M) with a quiet zone of `border` modules, row by row; true is dark. In a
 * chunk of its own that is fetched when a code is first shown.
 */
export function encode(text: string, border: number): { data: boolean[][]; size: number } {
  const data = encodeQR(text, "raw", { ecc: "medium", border });
  return { data, size: data.length };
}
