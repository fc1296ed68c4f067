/** The QR encoder, in a chunk of its own that is fetched when a code is first shown. */
export { encode } from "uqr";
