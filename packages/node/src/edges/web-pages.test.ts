import { once } from "node:events";
import { createServer } from "node:http";
import type { IncomingMessage, RequestListener, ServerResponse } from "node:http";
import { createServer as createPlainServer } from "node:net";
import type { AddressInfo, Server } from "node:net";
import { gzipSync } from "node:zlib";
import { LIMITS } from "@baraza/protocol";
import { afterEach, expect, test, vi } from "vitest";
import { refuses } from "../services/node.testing.ts";
import { createWebPages } from "./web-pages.ts";

const closers: (() => void)[] = [];
afterEach(() => {
  for (const close of closers.splice(0)) close();
});

const PUBLIC = { address: "93.184.215.14", family: 4 };
const HTML = { "content-type": "text/html; charset=utf-8" };

test("a public node looks at public names over https on the usual port, and at nothing else", async () => {
  let lookedUp = 0;
  const pages = made("node.example", async () => {
    lookedUp += 1;
    return [PUBLIC];
  });
  for (const address of [
    "http://page.example/a",
    "https://page.example:8443/a",
    "https://page.example:22/a",
    "https://127.0.0.1/a",
    "https://10.0.0.1/a",
    "https://93.184.215.14/a",
    "https://2130706433/a",
    "https://0x7f.1/a",
    "https://[::1]/a",
    "https://[::ffff:10.0.0.1]/a",
    "https://localhost/a",
    "https://a.localhost/a",
    "https://localhost./a",
    "https://router/a",
    "https://somebody:secret@page.example/a",
    "https://somebody@page.example/a",
    "https://node.example/api/v1/accounts.policy",
    "https://NODE.example:443/",
    "https://node.example./",
    "https:///a",
    "ftp://page.example/a",
    "file:///etc/passwd",
    "data:text/html,<title>a</title>",
    "javascript:alert(1)",
    "page.example/a",
    "",
    `https://page.example/${"ü".repeat(LIMITS.pageUrl / 2)}`,
  ])
    await refuses(pages.look(address), "target_refused");
  expect(lookedUp).toBe(0);
});

test("a public name that leads to an address which is not public gets no connection", async () => {
  for (const addresses of [
    ["127.0.0.1"],
    ["10.1.2.3"],
    ["169.254.169.254"],
    ["::1"],
    ["fd00::1"],
    ["::ffff:127.0.0.1"],
    [PUBLIC.address, "127.0.0.1"],
    [],
  ]) {
    const found = addresses.map((address) => ({ address, family: address.includes(":") ? 6 : 4 }));
    const pages = made("node.example", async () => found);
    // A connection to this machine would be refused there, and be "unreachable".
    await refuses(pages.look("https://page.example/a"), "target_refused");
  }
});

test("a page says its title, what it is about and whose it is; its server hears nothing of who asks", async () => {
  const headers: IncomingMessage["headers"][] = [];
  let connections = 0;
  const server = createServer((request, response) => {
    headers.push(request.headers);
    response.writeHead(200, { ...HTML, "set-cookie": "who=1", "keep-alive": "timeout=60" });
    response.end(`<title>A harvest</title><meta name="description" content="Beans &amp; maize">
      <meta property="og:site_name" content="The valley">`);
  }).on("connection", () => (connections += 1));
  const port = await listen(server);
  const pages = made("a.localhost:1");
  const expected = {
    url: `http://page.localhost:${port}/a?b=c`,
    title: "A harvest",
    description: "Beans & maize",
    site: "The valley",
  };
  expect(await pages.look(`http://page.localhost:${port}/a?b=c#d`)).toEqual(expected);
  expect(await pages.look(`http://page.localhost:${port}/a?b=c`)).toEqual(expected);
  for (const seen of headers)
    expect(seen).toEqual({
      host: `page.localhost:${port}`,
      connection: "close",
      accept: "text/html,application/xhtml+xml",
      "accept-encoding": "identity",
      "user-agent": "Baraza link preview",
    });
  expect(headers).toHaveLength(2);
  expect(connections).toBe(2);
});

test("characters are read as the header says, or the page", async () => {
  const port = await serve(({ url }, response) => {
    const byHeader = url === "/header";
    const type = byHeader ? "Text/HTML; Charset=windows-1251" : "application/xhtml+xml";
    response.writeHead(200, { "content-type": type });
    response.write(byHeader ? "<title>" : '<meta charset="shift_jis"/><title>');
    response.write(Buffer.from(byHeader ? "cff0e8e2e5f2" : "93fa967b", "hex"));
    response.end("</title>");
  });
  const pages = made("a.localhost:1");
  const title = async (path: string) =>
    (await pages.look(`http://page.localhost:${port}/${path}`)).title;
  expect(await title("header")).toBe("Привет");
  expect(await title("page")).toBe("日本");
});

test("up to three redirects are followed, each of any kind, and the last address is told", async () => {
  const seen: string[] = [];
  const ended: Promise<unknown>[] = [];
  const port = await serve(({ url = "", headers }, response) => {
    seen.push(url);
    ended.push(once(response, "close"));
    expect(headers).not.toHaveProperty("referer");
    expect(headers).not.toHaveProperty("cookie");
    const [, status, left] = /^\/(\d+)\/(\d+)$/.exec(url) ?? [];
    if (Number(left) > 0) {
      // Relative, and with a part that only a browser would keep.
      const location = `../${status}/${Number(left) - 1}#part`;
      response.writeHead(Number(status), { location, "set-cookie": "who=1" });
      // Endless: whoever reads it to its end hangs.
      response.write("x");
    } else response.writeHead(200, HTML).end("<title>There</title>");
  });
  const pages = made("a.localhost:1");
  for (const status of [301, 302, 303, 307, 308])
    expect(await pages.look(`http://page.localhost:${port}/${status}/3`)).toMatchObject({
      title: "There",
      url: `http://page.localhost:${port}/${status}/0`,
    });
  seen.splice(0);
  await refuses(pages.look(`http://page.localhost:${port}/302/4`), "target_unreachable");
  expect(seen).toEqual(["/302/4", "/302/3", "/302/2", "/302/1"]);
  expect(ended).toHaveLength(24);
  await Promise.all(ended);
});

test("a redirect leads nowhere that could not be asked for at once", async () => {
  let location = "";
  let asked = 0;
  const port = await serve((_request, response) => {
    asked += 1;
    if (asked > 1) response.writeHead(200, HTML).end("<title>Inside</title>");
    else response.writeHead(302, { location }).end();
  });
  const pages = made("a.localhost:1", async () => [{ address: "127.0.0.1", family: 4 }]);
  for (location of [
    `http://127.0.0.1:${port}/`,
    `http://[::1]:${port}/`,
    `http://inside.example:${port}/`,
    `https://inside.example:${port}/`,
    // Only its address is private.
    "https://inside.example/",
    "http://inside.example/",
    "http://a.localhost:1/",
    `http://somebody:secret@page.localhost:${port}/`,
    "//127.0.0.1/",
    "ftp://page.localhost/",
    "file:///etc/passwd",
    "data:text/html,<title>Inside</title>",
    "http://[",
  ]) {
    asked = 0;
    await refuses(pages.look(`http://page.localhost:${port}/`), "target_refused");
    expect(asked, location).toBe(1);
  }
});

test("only a page in HTML with a title, as it is, says something", async () => {
  const page = "<title>A harvest</title>";
  const answers: [number, Record<string, string>, string | Buffer][] = [
    [404, HTML, page],
    [500, HTML, page],
    [206, HTML, page],
    // Nowhere to go.
    [302, HTML, page],
    [304, HTML, ""],
    [200, {}, page],
    [200, { "content-type": "text/plain" }, page],
    [200, { "content-type": "image/svg+xml" }, page],
    [200, { "content-type": "text/html+other" }, page],
    [200, { "content-type": "nonsense" }, page],
    [200, { ...HTML, "content-encoding": "gzip" }, gzipSync(page)],
    [200, { ...HTML, "content-encoding": "gzip" }, page],
    [200, HTML, "<p>No title</p>"],
    [200, HTML, ""],
  ];
  let at = 0;
  const port = await serve((_request, response) => {
    const [status, headers, body] = answers[at] ?? [200, {}, ""];
    response.writeHead(status, headers).end(body);
  });
  const pages = made("a.localhost:1");
  for (at = 0; at < answers.length; at++)
    await refuses(pages.look(`http://page.localhost:${port}/${at}`), "not_found");
  answers[at] = [200, { ...HTML, "content-encoding": "Identity" }, page];
  expect(await pages.look(`http://page.localhost:${port}/`)).toMatchObject({ title: "A harvest" });
});

const BOUND = 512 * 1024;

test("what lies beyond the bound is not looked at", async () => {
  const title = "<title>Late</title>";
  let before = 0;
  const port = await serve((_request, response) => {
    response.writeHead(200, HTML).end(`${" ".repeat(before)}${title}<p>`);
  });
  const pages = made("a.localhost:1");
  before = BOUND - title.length;
  expect(await pages.look(`http://page.localhost:${port}/`)).toMatchObject({ title: "Late" });
  before = BOUND;
  await refuses(pages.look(`http://page.localhost:${port}/`), "not_found");
  before = BOUND - title.length + 8;
  expect(await pages.look(`http://page.localhost:${port}/`)).toMatchObject({ title: "Late" });
  before = BOUND - title.length + 9;
  expect(await pages.look(`http://page.localhost:${port}/`)).toMatchObject({ title: "Lat" });
});

test("a page without end is left at the bound, and where its head is over", async () => {
  const ended: Promise<unknown>[] = [];
  const port = await serve(({ url }, response) => {
    ended.push(once(response, "close"));
    response.writeHead(200, HTML);
    if (url === "/endless") pour(response, "<!-- and so on -->".repeat(1000));
    // Nothing more comes, and no end: whoever waits for it hangs.
    else if (url === "/head") response.write("<head><title>A harvest</title></head>".padEnd(1024));
    else response.write(`<title>A harvest</title>${" ".repeat(1024)}<body>`);
  });
  const pages = made("a.localhost:1");
  await refuses(pages.look(`http://page.localhost:${port}/endless`), "not_found");
  for (const path of ["head", "body"])
    expect(await pages.look(`http://page.localhost:${port}/${path}`)).toMatchObject({
      title: "A harvest",
    });
  expect(ended).toHaveLength(3);
  // The connections were not left open either.
  await Promise.all(ended);
});

test("one that hangs is given up, wherever it does; one that is gone, breaks off or speaks otherwise is said to be so", async () => {
  const port = await serve(({ url }, response) => {
    if (url === "/never") return;
    if (url === "/on") response.writeHead(302, { location: "/never" }).end();
    else response.writeHead(200, HTML).write("<head>".padEnd(2000));
    if (url === "/breaks") response.destroy();
  });
  const quick = made("a.localhost:1", () => new Promise(() => undefined), 50);
  for (const path of ["never", "on", "half"])
    await refuses(quick.look(`http://page.localhost:${port}/${path}`), "timeout");
  await refuses(quick.look("https://page.example/"), "timeout");

  const pages = made("a.localhost:1", async () => Promise.reject(new Error("no such name")));
  await refuses(pages.look("http://page.localhost:1/"), "target_unreachable");
  await refuses(pages.look(`http://page.localhost:${port}/breaks`), "target_unreachable");
  await refuses(pages.look("https://page.example/"), "target_unreachable");
  const plain = createPlainServer((socket) => {
    socket.end("HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: a\r\n\r\n");
  });
  const other = await listen(plain);
  await refuses(pages.look(`http://page.localhost:${other}/`), "target_unreachable");
});

test("sixteen are under way at once at most, and closing ends them", async () => {
  const waiting: ServerResponse[] = [];
  const port = await serve((_request, response) => void waiting.push(response));
  const pages = made("a.localhost:1");
  const look = () => pages.look(`http://page.localhost:${port}/`);
  const looks = Array.from({ length: 16 }, look);
  await vi.waitFor(() => expect(waiting).toHaveLength(16));
  await refuses(look(), "busy");
  for (const response of waiting.splice(0)) response.writeHead(200, HTML).end("<title>A</title>");
  expect(await Promise.all(looks)).toHaveLength(16);

  const again = look();
  const ended = refuses(again, "target_unreachable");
  await vi.waitFor(() => expect(waiting).toHaveLength(1));
  pages.close();
  await ended;
});

type Resolve = Parameters<typeof createWebPages>[0]["resolve"];

function made(name: string, resolve?: Resolve, timeoutMs?: number) {
  const pages = createWebPages({
    name,
    ...(resolve === undefined ? {} : { resolve }),
    ...(timeoutMs === undefined ? {} : { timeoutMs }),
  });
  closers.push(() => pages.close());
  return pages;
}

async function serve(listener: RequestListener): Promise<number> {
  const server = createServer(listener);
  closers.push(() => server.closeAllConnections());
  return listen(server);
}

async function listen(server: Server): Promise<number> {
  closers.push(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return (server.address() as AddressInfo).port;
}

/** Writes the same for as long as somebody reads. */
function pour(response: ServerResponse, text: string): void {
  while (!response.destroyed && response.write(text));
  response.once("drain", () => pour(response, text));
}
