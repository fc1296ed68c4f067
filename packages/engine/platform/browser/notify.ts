/**
 * Notifications. The engine's worker has no way to show one on a phone, so it tells the tab that started it, and that tab
 * shows it through the service worker. Nothing is shown without the person's permission.
 */
import * as v from "valibot";
import type { Notify } from "../../src/ports.ts";

const NotifySchema = v.variant("notify", [
  v.object({ notify: v.literal("show"), tag: v.string(), title: v.string(), body: v.string() }),
  v.object({ notify: v.literal("clear"), tag: v.string() }),
]);

export type NotifyMessage = v.InferOutput<typeof NotifySchema>;

/** In the worker. @param post hands a message to the tab */
export function workerNotify(post: (message: NotifyMessage) => void): Notify {
  return {
    show: ({ tag, title, body }) => post({ notify: "show", tag, title, body }),
    clear: (tag) => post({ notify: "clear", tag }),
  };
}

/** In the tab. @returns false when the message is none about notifications */
export function showNotification(message: unknown): boolean {
  const parsed = v.safeParse(NotifySchema, message);
  if (!parsed.success) return false;
  void apply(parsed.output);
  return true;
}

async function apply(message: NotifyMessage): Promise<void> {
  if (typeof Notification === "undefined" || Notification.permission !== "granted") return;
  const registration = await navigator.serviceWorker?.getRegistration();
  if (message.notify === "show")
    return registration?.showNotification(message.title, { tag: message.tag, body: message.body });
  const shown = (await registration?.getNotifications({ tag: message.tag })) ?? [];
  for (const notification of shown) notification.close();
}
