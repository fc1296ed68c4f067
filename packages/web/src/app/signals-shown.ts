/** Where the list and the conversation look for who writes and who is there. Empty until somebody wants that: see screens/signals.tsx. */
import { signal } from "@preact/signals";
import type { ComponentChildren } from "preact";

export interface SignalsShown {
  /** In the place of a row's last words while somebody writes. */
  row: (spaceId: string) => ComponentChildren;
  /** Beside the picture: somebody is there. */
  dot: (spaceId: string) => ComponentChildren;
  /** In the place of what stands below a conversation's title. */
  line: (spaceId: string) => ComponentChildren;
  /** What stands in the field has been changed by hand. */
  typed: (spaceId: string, text: string) => void;
}

export const signalsShown = signal<SignalsShown | undefined>(undefined);
