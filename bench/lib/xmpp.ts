/** As little of an XMPP client (RFC 6120, XEP-0045) as it takes to sit in one room: over bare TCP, to a server that is trusted. */
import { connect } from "node:net";
import type { Socket } from "node:net";
import { HOST, PASSWORD, ROOM } from "./prosody.ts";

export type Occupant = {
  /** Says something to the room. Only text without markup. */
  say(text: string): void;
  close(): void;
};

/** Signs in and joins the room; resolves when the room says that one is in. `heard` is told the body of each message. */
export async function joinRoom(
  port: number,
  name: string,
  heard: (body: string) => void,
): Promise<Occupant> {
  const socket = await open(port);
  let text = "";
  let waiting: { sign: string; found: () => void } | null = null;
  const look = () => {
    if (waiting === null) return;
    const at = text.indexOf(waiting.sign);
    if (at < 0) return;
    text = text.slice(at + waiting.sign.length);
    const { found } = waiting;
    waiting = null;
    found();
  };
  let inside = false;
  socket.setEncoding("utf8").on("data", (chunk: string) => {
    text += chunk;
    look();
    if (!inside) return;
    const end = text.lastIndexOf("</message>");
    if (end < 0) return;
    for (const [, body] of text.slice(0, end).matchAll(/<body>([^<]*)<\/body>/g)) heard(body ?? "");
    text = text.slice(end);
  });
  const ask = (stanza: string, sign: string): Promise<void> =>
    new Promise((resolve, reject) => {
      waiting = { sign, found: resolve };
      socket.once("close", () => reject(new Error(`Prosody hung up before ${sign}`)));
      socket.write(stanza);
    });
  const stream = `<?xml version='1.0'?><stream:stream to='${HOST}' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>`;
  const plain = Buffer.from(`\0${name}\0${PASSWORD}`).toString("base64");
  await ask(stream, "</stream:features>");
  await ask(
    `<auth xmlns='urn:ietf:params:xml:ns:xmpp-sasl' mechanism='PLAIN'>${plain}</auth>`,
    "<success",
  );
  await ask(stream, "</stream:features>");
  await ask(
    `<iq type='set' id='bind'><bind xmlns='urn:ietf:params:xml:ns:xmpp-bind'/></iq>`,
    "</iq>",
  );
  await ask(
    `<presence to='${ROOM}/${name}'><x xmlns='http://jabber.org/protocol/muc'><history maxstanzas='0'/></x></presence>`,
    // XEP-0045, section 7.2.15: the subject comes last.
    "<subject",
  );
  inside = true;
  return {
    say: (body) => {
      socket.write(
        `<message to='${ROOM}' type='groupchat' id='${Math.random().toString(36).slice(2)}'><body>${body}</body></message>`,
      );
    },
    close: () => socket.destroy(),
  };
}

function open(port: number): Promise<Socket> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, "127.0.0.1", () => resolve(socket));
    socket.setNoDelay(true).on("error", reject);
  });
}
