/** Keeps the app itself on this device, and says when a newer one is there. */
import { t } from "../i18n/index.ts";
import { toast } from "../ui/toast.tsx";

/** Registers the service worker, once the page is up and the engine has been fetched: both share a slow line. It needs HTTPS or localhost; elsewhere the app works online only. */
export function startUpdates(settled: Promise<void>): void {
  // `serviceWorker` is absent outside secure contexts.
  const container = (navigator as Partial<Navigator>).serviceWorker;
  if (!container || import.meta.env.DEV) return;
  const hadOne = container.controller !== null;
  void settled
    .then(() => container.register("/sw.js"))
    .then(
      (registration) => {
        const offer = (): void => {
          const waiting = registration.waiting;
          if (!waiting || !container.controller) return;
          toast({
            text: t("app.newVersion"),
            sticky: true,
            action: { label: t("app.reload"), run: () => waiting.postMessage("activate") },
          });
        };
        offer();
        // What a first visit did without, when everything that is on the screen is there.
        void keepRest(container.ready, hadOne ? REST_AFTER : REST_AFTER_FIRST);
        // What this page loaded before there was a worker, its language above all.
        keepLoaded();
        registration.addEventListener("updatefound", () => {
          const worker = registration.installing;
          worker?.addEventListener("statechange", () => {
            if (worker.state === "installed") offer();
          });
        });
        // A phone keeps a page for weeks: look again when it comes back to the front.
        document.addEventListener("visibilitychange", () => {
          if (document.visibilityState === "visible") registration.update().catch(() => undefined);
        });
      },
      // Refused by the browser's settings: everything but offline use works.
      () => undefined,
    );
  let reloading = false;
  container.addEventListener("controllerchange", () => {
    // The first worker takes over a page that is already of its version.
    if (!hadOne || reloading) return;
    reloading = true;
    location.reload();
  });
}

/** Has the service worker keep the language that this page has loaded. */
export function keepLoaded(): void {
  const container = (navigator as Partial<Navigator>).serviceWorker;
  void container?.ready.then(({ active }) => active?.postMessage(loadedAssets()));
}

/** Has the service worker keep everything now: what one is about to need without a line. */
export function keepEverything(): void {
  const container = (navigator as Partial<Navigator>).serviceWorker;
  void container?.ready.then(({ active }) => active?.postMessage("rest"));
}

/** Milliseconds after a start until chunks are fetched that nobody has asked for; at the first one, whoever stays this long. */
const REST_AFTER = 30_000;
const REST_AFTER_FIRST = 10 * 60_000;

async function keepRest(ready: Promise<ServiceWorkerRegistration>, after: number): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, after));
  const { connection } = navigator as { connection?: { saveData?: boolean } };
  if (!navigator.onLine || connection?.saveData === true) return;
  (await ready).active?.postMessage("rest");
}

function loadedAssets(): string[] {
  return performance
    .getEntriesByType("resource")
    .map(({ name }) => new URL(name))
    .filter(({ origin, pathname }) => origin === location.origin && pathname.startsWith("/assets/"))
    .map(({ pathname }) => pathname);
}
