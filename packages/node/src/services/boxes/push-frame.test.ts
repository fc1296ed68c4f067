import { encodeCbor, liveDown, readAs } from "@baraza/protocol";
import { expect, test } from "vitest";
import { randomBytes } from "../../crypto-fast.ts";
import { encodePush } from "./push-frame.ts";

test("a push is encoded by hand as the codec encodes it, whatever its length", () => {
  for (const length of [0, 1, 23, 24, 255, 256, 2048, 65_535, 65_536, 90_000]) {
    const to = { boxId: randomBytes(16), addressId: randomBytes(16) };
    const body = randomBytes(length);
    const frame = encodePush(to, body);
    expect(new Uint8Array(frame)).toEqual(encodeCbor({ t: "push", ...to, body }));
    expect(readAs(liveDown, frame)).toMatchObject({ t: "push", ...to });
    const other = encodePush(to, body, "signal");
    expect(new Uint8Array(other)).toEqual(encodeCbor({ t: "signal", ...to, body }));
  }
});
