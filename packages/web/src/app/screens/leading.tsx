import { Leading as LeadingSection } from "../../features/spaces/leading.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

/** Decisions of those who lead a conversation, over the engine. */
export function Leading({
  engine,
  spaceId,
  leads,
}: {
  engine: EnginePort;
  spaceId: string;
  leads: boolean;
}) {
  const now = useNow();
  const decisions = useLive(engine.watch("leading", { spaceId }), `leading ${spaceId}`);
  if (!decisions) return null;
  return (
    <LeadingSection
      decisions={decisions}
      leads={leads}
      now={now}
      onAnswer={(proposalId, agree) =>
        void engine.call("space.answer", { spaceId, proposalId, agree }).then(tell)
      }
      onWithdraw={(proposalId) =>
        void engine.call("space.withdraw", { spaceId, proposalId }).then(tell)
      }
      onProposeDeletion={() => void engine.call("space.proposeDeletion", { spaceId }).then(tell)}
      onKeep={() => void engine.call("space.keep", { spaceId }).then(tell)}
    />
  );
}
