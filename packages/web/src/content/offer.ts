/**
 * Gives content an address of this origin, so that a player can ask for ranges of it and the browser can save it while it comes:
 * the service worker answers that address with what this page reads (sw/content.ts).
 */
import type { Described, Piece } from "./messages.ts";
import { CONTENT_PATH, isWhoHas, isWish } from "./messages.ts";
import type { ContentSource } from "./source.ts";

export interface Offered {
  url: string;
  /** Ends it: what still asks for it gets nothing any more. */
  close: () => void;
}

interface Offer {
  source: ContentSource;
  inline: boolean;
}

const offers = new Map<string, Offer>();
let listening = false;

/** How long a page that was just opened for the first time waits for its service worker. */
const WORKER_MS = 3000;

/**
 * Offers a source as long as it is not closed and this page is there.
 * @param inline shown in place where its type is harmless (pictures, sound, films); else it is saved
 * @returns null where no service worker stands between page and network
 */
export async function offer(source: ContentSource, inline: boolean): Promise<Offered | null> {
  if (!(await hasWorker())) return null;
  listen();
  const id = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  ).join("");
  offers.set(id, { source, inline });
  return { url: `${CONTENT_PATH}${id}`, close: () => void offers.delete(id) };
}

function listen(): void {
  if (listening) return;
  listening = true;
  const { serviceWorker } = navigator;
  serviceWorker.addEventListener("message", ({ data, ports }: MessageEvent<unknown>) => {
    const [port] = ports;
    if (!port || !isWhoHas(data)) return;
    const one = offers.get(data.content);
    if (one) answer(port, one);
    else port.close();
  });
  serviceWorker.startMessages();
}

/** Answers one request of the worker's: first what it is, then piece by piece. */
export function answer(port: MessagePort, { source, inline }: Offer): void {
  const reader = "stream" in source ? source.stream().getReader() : undefined;
  const piece = async (wish: { start: number; end: number } | { next: true }): Promise<Piece> => {
    if (reader) {
      const { done, value } = await reader.read();
      return { bytes: done ? new Uint8Array() : value };
    }
    if ("next" in wish || "stream" in source) return { failed: true };
    return { bytes: await source.read(wish.start, wish.end) };
  };
  port.addEventListener("message", ({ data }: MessageEvent<unknown>) => {
    if (!isWish(data)) return;
    if ("over" in data) {
      void reader?.cancel().catch(() => undefined);
      return port.close();
    }
    piece(data).then(
      (given) => port.postMessage(given),
      () => port.postMessage({ failed: true } satisfies Piece),
    );
  });
  port.start();
  port.postMessage({
    name: source.name,
    type: source.type,
    inline,
    ...("stream" in source ? {} : { size: source.size }),
  } satisfies Described);
}

async function hasWorker(): Promise<boolean> {
  // Absent outside secure contexts.
  const container = (navigator as Partial<Navigator>).serviceWorker;
  if (!container) return false;
  if (container.controller) return true;
  return new Promise((resolve) => {
    const timer = setTimeout(() => resolve(container.controller !== null), WORKER_MS);
    container.addEventListener(
      "controllerchange",
      () => {
        clearTimeout(timer);
        resolve(true);
      },
      { once: true },
    );
  });
}
