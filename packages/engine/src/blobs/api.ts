/**
 * Sealed content at a space's hub, for the tools: what they put into their events, and how they read it back. The files tool
 * (tools/files) keeps uploads that survive a restart on top of this.
 */
import type { Bytes } from "@baraza/protocol";

/** Where content is and what opens it. It goes into sealed events only. */
export type BlobPointer = {
  /** 16 random bytes: the name at the hub. */
  blobId: Bytes;
  /** 32 bytes, for this content alone. */
  key: Bytes;
  /** Bytes of content; at the hub they are padded. */
  size: number;
  /** {@link contentHash} of the content. */
  hash: Bytes;
};
