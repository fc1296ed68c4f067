import * as v from "valibot";
import type { Core } from "../core.ts";
import { needStewardOf } from "../spaces/manage.ts";
import { post } from "../spaces/post.ts";
import { checkArguments, hexId } from "../tools/checks.ts";
import type { VanishCommands } from "./api.ts";
import { lifetime } from "./events.ts";
import { timerNow } from "./index.ts";

const setArguments = v.object({ spaceId: hexId(32), ms: lifetime });

/** @throws EngineError `invalid`, `not_member`, `not_steward` */
export async function setTimer(
  core: Core,
  args: Parameters<VanishCommands["vanish.set"]>[0],
): Promise<void> {
  const { spaceId, ms } = checkArguments(setArguments, args);
  await needStewardOf(core, spaceId);
  if ((await timerNow(core, spaceId)).ms === ms) return;
  await post(core, spaceId, [{ type: "space.timer", payload: { ms } }]);
}
