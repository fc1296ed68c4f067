/** The space of one's own devices: what is in it is for nobody else. Every device of the account comes into it as into any other. */
import { otherPlaces } from "../account/places.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { named } from "../util.ts";
import { createSpace } from "./create.ts";

const one = named();

/**
 * The personal space: the one that is there, or a new one. Where two devices made one each without a line, all of them settle for
 * the first by id; what is in the other stays there to be seen.
 * @throws EngineError `busy`: another device has it, and this one is not let in yet
 */
export function ownSpace(core: Core): Promise<string> {
  return one("own", async () => {
    const row = await core.store.get<{ log_id: string }>(
      "SELECT log_id FROM spaces WHERE kind = 'personal' AND state = 'active' ORDER BY log_id LIMIT 1",
    );
    if (row !== undefined) return row.log_id;
    // The vault names one: this device is on its way into it.
    const places = await otherPlaces(core);
    if (places.some((place) => place.personal === true)) throw new EngineError("busy");
    return createSpace(core, { title: "Personal", kind: "personal", history: "all" });
  });
}
