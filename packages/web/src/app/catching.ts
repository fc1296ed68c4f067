import { signal } from "@preact/signals";

/** One is on one's way through what is unread: the bar above conversations leads on. */
export const catching = signal(false);
