/** A person in front of a real browser: its profile, its tabs, its line, and what it complains about. */
import type { RunningChromium } from "@baraza/engine/browser/testing";
import { launchChromium, newProfile, removeProfile } from "@baraza/engine/browser/testing";
import type { TestNode } from "@baraza/testkit";
import type { Page } from "playwright-core";
import type { Language, Words } from "./words.ts";
import { wordsOf } from "./words.ts";

export type Visitor = {
  /** The tab in front. */
  page: Page;
  browser: RunningChromium;
  /** Where the browser keeps everything. */
  readonly profile: string;
  /** The node at which this person is. It changes when a link leads to another one. */
  node: TestNode;
  /** The sentences on the screen, in the language that is read. */
  t: Words;
  /** Opens another tab; `page` stays the first one. */
  tab(path?: string): Promise<Page>;
  /** Ends the whole browser by SIGKILL, and opens it again as it was left, at a path. */
  crash(path: string): Promise<void>;
  /** Takes the line away: from this browser, and from the node for everybody. */
  offline(): Promise<void>;
  online(): Promise<void>;
  /** Errors on any page's console, refusals by the Content-Security-Policy among them. */
  complaints(): string[];
  leave(): Promise<void>;
};

/** Milliseconds that anything on a screen may take: for failures only. */
export const PATIENCE = 90_000;

/** What Chromium itself writes to the console when there is no line. */
const noLine =
  /net::ERR_(?:INTERNET_DISCONNECTED|CONNECTION_\w+|EMPTY_RESPONSE|SOCKET_NOT_CONNECTED|NETWORK_CHANGED|NETWORK_IO_SUSPENDED|FAILED)\b|WebSocket is closed before/;

/** A machine without a screen has no mouse either; without these settings pages would take it for a touch screen. */
export const WITH_MOUSE: readonly string[] = [
  "--blink-settings=primaryHoverType=2,availableHoverTypes=2,primaryPointerType=4,availablePointerTypes=4",
];

/**
 * A camera and a microphone for this person's browser: `picture` is a film (`film` in camera.ts) that it shows, read whenever it is opened;
 * the microphone hears a beep every second. `refused`: neither may be used.
 */
export type CameraOf = { picture?: string; refused?: boolean };

const withCamera = ({ picture, refused = false }: CameraOf): string[] => [
  `--use-fake-ui-for-media-stream${refused ? "=deny" : ""}`,
  "--use-fake-device-for-media-stream",
  ...(picture === undefined ? [] : [`--use-file-for-fake-video-capture=${picture}`]),
];

/** Starts a Chromium with an empty profile, which opens a path of a node. `machine`: switches for what it runs on. */
export async function arrive(
  node: TestNode,
  path: string,
  camera?: CameraOf,
  machine: readonly string[] = WITH_MOUSE,
): Promise<Visitor> {
  const profile = newProfile();
  const flags = camera ? [...machine, ...withCamera(camera)] : machine;
  const start = async (): Promise<RunningChromium> => {
    const running = await launchChromium(profile, flags);
    running.context.setDefaultTimeout(PATIENCE);
    return running;
  };
  let browser = await start();
  const open = async (url: string): Promise<Page> => {
    const page = await browser.open(url);
    await page.setViewportSize({ width: 1280, height: 800 });
    return page;
  };
  let wasCut = false;
  const before: string[] = [];
  const visitor: Visitor = {
    page: await open(`${node.url}${path}`),
    browser,
    profile,
    node,
    t: wordsOf("en"),
    tab: (where = "/") => open(`${visitor.node.url}${where}`),
    crash: async (where) => {
      wasCut = true;
      before.push(...browser.errors);
      await browser.kill();
      browser = await start();
      visitor.browser = browser;
      visitor.page = await open(`${visitor.node.url}${where}`);
    },
    offline: async () => {
      wasCut = true;
      visitor.node.line.cut();
      await browser.context.setOffline(true);
    },
    online: async () => {
      visitor.node.line.mend();
      await browser.context.setOffline(false);
    },
    complaints: () =>
      [...before, ...browser.errors].filter((text) => !(wasCut && noLine.test(text))),
    leave: async () => {
      await browser.kill();
      removeProfile(profile);
    },
  };
  return visitor;
}

/** From now on the person reads another language. */
export function reads(visitor: Visitor, language: Language): void {
  visitor.t = wordsOf(language);
}
