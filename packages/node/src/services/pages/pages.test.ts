import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { LIMITS } from "@baraza/protocol";
import { afterEach, expect, test } from "vitest";
import type { BootOptions } from "../node.testing.ts";
import { bootNode, enrol, refuses } from "../node.testing.ts";
import type { Handlers } from "../../http/registry.ts";
import { createPages } from "./index.ts";

const closers: (() => Promise<void> | void)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0).toReversed()) await close();
});

async function boot(options: BootOptions = {}) {
  const node = await bootNode(options);
  closers.push(node.close);
  return node;
}

/** A server of one page. @returns its address, and the paths that were asked for. */
async function serve(page: string) {
  const asked: (string | undefined)[] = [];
  const server = createServer(({ url }, response) => {
    asked.push(url);
    if (url === "/never") return;
    response.writeHead(200, { "content-type": "text/html; charset=utf-8" }).end(page);
  });
  closers.push(() => {
    server.close();
    server.closeAllConnections();
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return { asked, url: `http://page.localhost:${port}` };
}

test("a member's node says what a page that they link to is called", async () => {
  const node = await boot();
  const { session } = await enrol(node, "amina");
  const { url } = await serve(`<head><title>Window</title>
    <meta property="og:title" content="The harvest &amp; the rain">
    <meta property="og:description" content="What grew\n  this year">
    <meta property="og:site_name" content="The valley"></head><body>`);
  expect(await node.call("pages.look", { url: `${url}/2026?a=b#c` }, session)).toEqual({
    url: `${url}/2026?a=b`,
    title: "The harvest & the rain",
    description: "What grew this year",
    site: "The valley",
  });
});

test("texts without end arrive cut and clean", async () => {
  const node = await boot();
  const { session } = await enrol(node, "amina");
  const long = "\u202Ea\u2069\u0007  bc\u0301".repeat(12_500);
  const shorter = long.slice(0, 10_000);
  const { url } = await serve(`<title>${long}</title>
    <meta name="description" content="${shorter}">
    <meta property="og:site_name" content="${shorter}">`);
  const page = await node.call("pages.look", { url }, session);
  expect(page.title).toHaveLength(LIMITS.pageTitle);
  expect(page.description).toHaveLength(LIMITS.pageDescription);
  expect(page.site).toHaveLength(LIMITS.pageSite);
  for (const text of [page.title, page.description, page.site])
    expect(text).toMatch(/^(?:a b\u0107)+a b…$/);
});

test("only members ask, and each for pages of the web: not for this node, nor for what lies in its network", async () => {
  const node = await boot();
  const { session } = await enrol(node, "amina");
  const { url, asked } = await serve("<title>A</title>");
  await refuses(node.call("pages.look", { url }), "unauthenticated");
  for (const target of [
    `http://${node.name}/health`,
    url.replace("page.localhost", "127.0.0.1"),
    url.replace("page.localhost", "[::1]"),
    url.replace("http:", "ftp:"),
    url.replace("//", "//amina:secret@"),
    "http://page.example/",
  ])
    await refuses(node.call("pages.look", { url: target }, session), "target_refused");
  await refuses(node.call("pages.look", { url: "" }, session), "malformed");
  const long = `${url}/${"x".repeat(LIMITS.pageUrl)}`;
  await refuses(node.call("pages.look", { url: long }, session), "malformed");
  expect(asked).toEqual([]);
});

test("a page that does not answer is given up", async () => {
  const node = await boot({ pages: { timeoutMs: 50 } });
  const { session } = await enrol(node, "amina");
  const { url } = await serve("");
  await refuses(node.call("pages.look", { url: `${url}/never` }, session), "timeout");
  await refuses(node.call("pages.look", { url }, session), "not_found");
});

test("nobody takes all look-ups for themselves: four at once are one account's", async () => {
  const page = { url: "", title: "Here", description: "", site: "" };
  const { promise, resolve } = Promise.withResolvers<typeof page>();
  const { routes } = createPages({
    pages: { look: () => promise, close: () => undefined },
    allowed: true,
  });
  const look = (account: number) =>
    routes["pages.look"]?.({ url: "https://a.example" }, {
      account: { accountId: new Uint8Array(16).fill(account) },
      limit: () => undefined,
    } as unknown as Parameters<NonNullable<Handlers["pages.look"]>>[1]);
  const waiting = Array.from({ length: 4 }, () => look(1));
  await refuses(Promise.resolve(look(1)), "busy");
  const other = look(2);
  resolve(page);
  expect(await Promise.all([...waiting, other])).toEqual(Array(5).fill(page));
  expect(await look(1)).toBe(page);
});

test("where it is switched off nothing is looked up", async () => {
  const node = await boot({ config: { linkPreviews: false } });
  const { session } = await enrol(node, "amina");
  const { url, asked } = await serve("<title>A</title>");
  await refuses(node.call("pages.look", { url }, session), "forbidden");
  expect(asked).toEqual([]);
});

test("an account looks up thirty pages in a minute, and uses up nobody else's", async () => {
  const time = { now: Date.now() };
  const node = await boot({ now: () => time.now });
  const amina = await enrol(node, "amina");
  const bruno = await enrol(node, "bruno");
  const { url, asked } = await serve("<title>A</title>");
  const look = (session: Uint8Array<ArrayBuffer>) => node.call("pages.look", { url }, session);
  for (let i = 0; i < 30; i++) await look(amina.session);
  await refuses(look(amina.session), "rate_limited");
  expect(asked).toHaveLength(30);
  expect(await look(bruno.session)).toMatchObject({ title: "A" });
  time.now += 60_000;
  expect(await look(amina.session)).toMatchObject({ title: "A" });
});
