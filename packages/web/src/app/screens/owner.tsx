import { Owner as OwnerSwitch } from "../../features/spaces/owner.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";

/** Whose a conversation is, over the engine. */
export function Owner({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const space = useLive(engine.watch("space", { spaceId }), `owner ${spaceId}`);
  if (!space || space.kind !== "group" || space.state !== "active") return null;
  return (
    <OwnerSwitch
      organisation={space.organisation}
      node={location.host}
      leads={space.myRole === "steward"}
      onChange={(on) =>
        void engine.call("space.setOrganisation", { spaceId, on }).then((result) => {
          if (!result.ok) toast({ text: failureText(result.failure) });
        })
      }
    />
  );
}
