/** What a test in real browsers stands on: real nodes that serve the built app, and one Chromium for each person. */
import { existsSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import type { TestNode, Wire } from "@baraza/testkit";
import { recordWire, startTestNode } from "@baraza/testkit";
import type { TestContext } from "vitest";
import type { Phone } from "./phone.ts";
import { arriveByPhone } from "./phone.ts";
import type { CameraOf, Visitor } from "./visitor.ts";
import { arrive } from "./visitor.ts";

/** Where the built app lies. */
export const APP = fileURLToPath(new URL("../../packages/web/dist/", import.meta.url));

export type SiteNode = TestNode & {
  /** Everything that has passed to and from it, by connection. */
  readonly wire: Wire;
};

export type Site = {
  /** The nodes; `a` is `a.localhost:PORT`, unless it was given another name. */
  readonly nodes: Readonly<Record<"a" | "b", SiteNode>>;
  /** A person with a browser of their own opens an address of a node. Without `camera` the browser has none. */
  visitor(node: SiteNode, path?: string, camera?: CameraOf): Promise<Visitor>;
  /** A person with a cheap phone of their own opens a node's start page. */
  phone(node: SiteNode): Promise<Phone>;
  /** What browsers complained about, apart from a line that a test had cut. */
  complaints(): string[];
  /** Pictures of all tabs, for whoever looks into a failure. @returns the directory they lie in */
  pictures(): Promise<string>;
  close(): Promise<void>;
};

/**
 * Starts two nodes, with open registration. `hosts`: their names; `asProcess`: each in a process of its own, which can be killed.
 * @throws Error when the app has not been built
 */
export async function openSite(
  hosts = { a: "a.localhost", b: "b.localhost" },
  asProcess = false,
): Promise<Site> {
  if (!existsSync(`${APP}index.html`))
    throw new Error("the app has not been built: npm run build does it");
  const visitors: Visitor[] = [];
  const [a, b] = await Promise.all([startNode(hosts.a, asProcess), startNode(hosts.b, asProcess)]);
  return {
    nodes: { a, b },
    visitor: async (node, path = "/", camera) => {
      const visitor = await arrive(node, path, camera);
      visitors.push(visitor);
      return visitor;
    },
    phone: async (node) => {
      const phone = await arriveByPhone(node);
      visitors.push(phone);
      return phone;
    },
    complaints: () => visitors.flatMap((visitor) => visitor.complaints()),
    pictures: async () => {
      const directory = await mkdtemp(join(tmpdir(), "baraza-failure-"));
      const pages = visitors.flatMap(({ browser }) => browser.context.pages());
      for (const [i, page] of pages.entries())
        // A tab behind another one may draw nothing: that must not look like a hanging test.
        await page
          .screenshot({ path: join(directory, `${i + 1}.png`), timeout: 5000 })
          .catch(() => undefined);
      return directory;
    },
    close: async () => {
      await Promise.all(visitors.map((visitor) => visitor.leave()));
      await Promise.all([a.close(), b.close()]);
    },
  };
}

async function startNode(host: string, asProcess: boolean): Promise<SiteNode> {
  const wire = recordWire();
  const node = await startTestNode({ host, appDir: APP, tap: wire.tap, asProcess });
  return { ...node, wire };
}

/** For a file's `afterEach`: where a test failed, keeps what was on the screens and adds to the message where. */
export async function keepPictures(site: Site, task: TestContext["task"]): Promise<void> {
  const [error] = task.result?.errors ?? [];
  if (error === undefined) return;
  error.message += `\n(the screens at that moment: ${await site.pictures()})`;
}
