/**
 * Pushes for a browser that has no push service of its own: this Chromium cannot reach its maker's. What is not real is the
 * subscription (a page gets one of the testkit's push service, with real keys); what is real is the node that encrypts and
 * sends, the decryption, the service worker that gets the push from the browser, and its notifications.
 */
import type { PushService, PushSubscriptionOf } from "@baraza/testkit";
import { toBase64url } from "@baraza/protocol";
import type { CDPSession, Page } from "playwright-core";
import type { Visitor } from "./visitor.ts";

export type Shown = { title: string; body: string; tag: string; silent: boolean; path: string };

export type Bell = {
  readonly subscription: PushSubscriptionOf;
  /** What the browser says to the next question for permission. */
  permit(answer: "granted" | "denied" | "prompt"): Promise<void>;
  /** Hands a push to the service worker, as the browser does with what the push service gives it. */
  deliver(plain: Uint8Array): Promise<void>;
  /** Notifications that are on the screen now. The app does not run for asking. */
  shown(): Promise<Shown[]>;
  /** Puts the visitor's tab into the background, or back to the front. */
  background(hidden: boolean): Promise<void>;
};

/** Before the visitor's page is loaded (again): pages get a subscription of this push service. */
export async function withPushes(visitor: Visitor, service: PushService): Promise<Bell> {
  const { browser, node } = visitor;
  const { origin } = new URL(node.url);
  const subscription = service.subscribe();
  await browser.context.addInitScript(giveSubscription, {
    endpoint: subscription.endpoint,
    p256dh: toBase64url(subscription.p256dh),
    auth: toBase64url(subscription.auth),
  });
  const aside = await browser.context.newPage();
  const session = await browser.context.newCDPSession(aside);
  const registration = follow(session);
  await session.send("ServiceWorker.enable");
  return {
    subscription,
    permit: async (setting) => {
      await session.send("Browser.setPermission", {
        permission: { name: "notifications" },
        setting,
        origin,
      });
    },
    deliver: async (plain) => {
      const registrationId = registration(origin);
      if (registrationId === undefined) throw new Error("no service worker is registered");
      const data = new TextDecoder().decode(plain);
      await session.send("ServiceWorker.deliverPushMessage", { origin, registrationId, data });
    },
    shown: async () => {
      const page = await browser.context.newPage();
      await page.goto(`${node.url}/icon.svg`);
      const shown = await page.evaluate(readNotifications);
      await page.close();
      return shown;
    },
    background: async (hidden) => {
      await setVisibility(visitor.page, hidden);
    },
  };
}

function follow(session: CDPSession): (origin: string) => string | undefined {
  const known = new Map<string, string>();
  session.on("ServiceWorker.workerRegistrationUpdated", ({ registrations }) => {
    for (const { registrationId, scopeURL, isDeleted } of registrations)
      if (isDeleted) known.delete(scopeURL);
      else known.set(scopeURL, registrationId);
  });
  return (origin) => known.get(`${origin}/`);
}

type Given = { endpoint: string; p256dh: string; auth: string };

/** Runs in the page. */
function giveSubscription(given: Given): void {
  if (!("PushManager" in globalThis)) return;
  const bytes = (text: string) => Uint8Array.fromBase64(text, { alphabet: "base64url" }).buffer;
  const kept = () => localStorage.getItem("test.subscribed");
  const make = (key: string): PushSubscription => ({
    endpoint: given.endpoint,
    expirationTime: null,
    options: { userVisibleOnly: true, applicationServerKey: bytes(key) },
    getKey: (name: "p256dh" | "auth") => bytes(given[name]),
    unsubscribe: async () => {
      localStorage.removeItem("test.subscribed");
      return true;
    },
    toJSON: () => ({}),
  });
  PushManager.prototype.getSubscription = async () => {
    const key = kept();
    return key === null ? null : make(key);
  };
  PushManager.prototype.subscribe = async (options) => {
    if (Notification.permission !== "granted") throw new DOMException("", "NotAllowedError");
    const key = new Uint8Array(options?.applicationServerKey as ArrayBuffer);
    const text = key.toBase64({ alphabet: "base64url", omitPadding: true });
    localStorage.setItem("test.subscribed", text);
    return make(text);
  };
}

/** Runs in a page. */
async function readNotifications(): Promise<Shown[]> {
  const registration = await navigator.serviceWorker.getRegistration("/");
  return ((await registration?.getNotifications()) ?? []).map(
    ({ title, body, tag, silent, data }) => ({
      title,
      body,
      tag,
      silent: silent === true,
      path: (data as { path: string }).path,
    }),
  );
}

/** A browser without a screen shows every tab: the page is told otherwise. */
async function setVisibility(page: Page, hidden: boolean): Promise<void> {
  await page.evaluate(
    (wanted) => {
      Object.defineProperty(document, "visibilityState", { configurable: true, get: () => wanted });
      document.dispatchEvent(new Event("visibilitychange"));
    },
    hidden ? "hidden" : "visible",
  );
}
