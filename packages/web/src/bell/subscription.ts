/** The browser's subscription at its maker's push service, and telling one's node of it. */
import type { EnginePort } from "../app/engine.ts";

/**
 * `pushed`: works with the app closed. `open`: only while the app is open somewhere, since this browser has no push service (or refuses it).
 * `refused`: the node does not talk to the browser's push service. `later`: there is no line now.
 */
export type Reach = "pushed" | "open" | "refused" | "later";

/** True where the browser can show notifications at all. */
export function canNotify(): boolean {
  return typeof Notification !== "undefined" && "serviceWorker" in navigator;
}

async function pushManager(): Promise<PushManager | undefined> {
  const registration = await navigator.serviceWorker.ready;
  return (registration as Partial<ServiceWorkerRegistration>).pushManager;
}

/** Subscribes where that is still to be done, and tells the node where it has another word for it. The permission is there. */
export async function subscribe(engine: EnginePort): Promise<Reach> {
  const manager = await pushManager();
  if (manager === undefined) return "open";
  const node = await engine.call("notifications.node", {});
  if (!node.ok) return "later";
  const { serverKey, endpoint } = node.value;
  let subscription: PushSubscription;
  try {
    const kept = await manager.getSubscription();
    const fits = kept !== null && sameBytes(kept.options.applicationServerKey, serverKey);
    // One for another key: the node could not use it.
    if (kept !== null && !fits) await kept.unsubscribe();
    const wish = { userVisibleOnly: true, applicationServerKey: serverKey };
    subscription = fits ? kept : await manager.subscribe(wish);
  } catch {
    return "open";
  }
  if (subscription.endpoint === endpoint) return "pushed";
  const [p256dh, auth] = [subscription.getKey("p256dh"), subscription.getKey("auth")];
  if (p256dh === null || auth === null) return "open";
  const told = await engine.call("notifications.subscribe", {
    endpoint: subscription.endpoint,
    p256dh: new Uint8Array(p256dh),
    auth: new Uint8Array(auth),
  });
  if (told.ok) return "pushed";
  return told.code === "target_refused" ? "refused" : "later";
}

/** Ends it at the browser and, where somebody is still signed in, at the node. */
export async function unsubscribe(engine: EnginePort | undefined): Promise<void> {
  const [manager] = await Promise.all([
    pushManager(),
    engine?.call("notifications.unsubscribe", {}),
  ]);
  const subscription = await manager?.getSubscription().catch(() => null);
  await subscription?.unsubscribe().catch(() => false);
}

function sameBytes(a: ArrayBuffer | null, b: Uint8Array): boolean {
  if (a === null || a.byteLength !== b.length) return false;
  return new Uint8Array(a).every((byte, index) => byte === b[index]);
}
