import fc from "fast-check";
import { expect, test } from "vitest";
import { fromHex } from "./bytes.ts";
import { ProtocolError } from "./errors.ts";
import {
  decodeHelpFragment,
  decodeJoinFragment,
  encodeHelpFragment,
  encodeJoinFragment,
  nodeOrigin,
} from "./link.ts";
import { scale, seeded, vectors } from "./test-helpers.ts";

type Links = {
  valid: {
    node: string;
    secret: string;
    inviter: string;
    invitation: string | null;
    fragment: string;
  }[];
  invalid: string[];
};
const links = vectors<Links>("join-links.json");

test("links are those of the vectors, with and without the #", () => {
  for (const { node, secret, inviter, invitation, fragment } of links.valid) {
    const link = {
      node,
      secret: fromHex(secret),
      inviter: fromHex(inviter),
      invitation: invitation === null ? null : fromHex(invitation),
    };
    expect(encodeJoinFragment(link)).toBe(fragment);
    expect(decodeJoinFragment(fragment)).toEqual(link);
    expect(decodeJoinFragment(`#${fragment}`)).toEqual(link);
  }
});

test("anything else is malformed", () => {
  for (const bad of links.invalid) expect([bad, codeOf(bad)]).toEqual([bad, "malformed"]);
});

const bytes = (length: number) =>
  fc.uint8Array({ minLength: length, maxLength: length }).map((each) => new Uint8Array(each));

test("every link is read back as it was made", () => {
  const node = fc
    .tuple(fc.domain(), fc.option(fc.integer({ min: 1, max: 65_535 })))
    .map(([host, port]) => host.toLowerCase() + (port === null ? "" : `:${port}`));
  fc.assert(
    fc.property(
      node,
      bytes(32),
      bytes(32),
      fc.option(bytes(16)),
      (name, secret, inviter, invitation) => {
        const link = { node: name, secret, inviter, invitation };
        expect(decodeJoinFragment(encodeJoinFragment(link))).toEqual(link);
      },
    ),
  );
});

test("changed links are read or malformed, never anything else", () => {
  const random = seeded(4);
  const alphabet = "abAB09-_.:#/@%é \u0000";
  for (let run = 0; run < scale(2000, 100_000); run++) {
    const from = links.valid[random(links.valid.length)]?.fragment ?? "";
    const at = random(from.length);
    const letter = alphabet.charAt(random(alphabet.length));
    const text = from.slice(0, at) + letter + from.slice(at + random(3));
    const code = codeOf(text);
    expect(code === null || code === "malformed").toBe(true);
  }
});

test("plain http is for localhost and names under it only", () => {
  expect(nodeOrigin("localhost")).toBe("http://localhost");
  expect(nodeOrigin("localhost:8080")).toBe("http://localhost:8080");
  expect(nodeOrigin("a.localhost:8080")).toBe("http://a.localhost:8080");
  expect(nodeOrigin("example.org")).toBe("https://example.org");
  expect(nodeOrigin("localhost.example.org")).toBe("https://localhost.example.org");
  expect(nodeOrigin("notlocalhost")).toBe("https://notlocalhost");
});

function codeOf(fragment: string): string | null {
  try {
    decodeJoinFragment(fragment);
    return null;
  } catch (error) {
    if (error instanceof ProtocolError) return error.code;
    throw error;
  }
}

test("a help link is read with or without what stands before it, and a broken one is refused", () => {
  const link = { node: "a.localhost:8080", secret: new Uint8Array(32).fill(7) };
  const fragment = encodeHelpFragment(link);
  for (const text of [fragment, `#${fragment}`, ` http://a.localhost:8080/help#${fragment} `])
    expect(decodeHelpFragment(text)).toEqual(link);
  const [, secret = ""] = /\.([^.]+)$/.exec(fragment) ?? [];
  for (const text of ["", "a.localhost", `${fragment}AA`, `.${secret}`, `A.${secret}`, secret])
    expect(() => decodeHelpFragment(text)).toThrow(ProtocolError);
});
