import { useEffect } from "preact/hooks";
import { Leading as LeadingSection } from "../../features/spaces/leading.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow, useRequest } from "../hooks.ts";

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

/** Decisions of those who lead a conversation, over the engine. */
export function Leading({
  engine,
  spaceId,
  leads,
  forked,
}: {
  engine: EnginePort;
  spaceId: string;
  leads: boolean;
  /** The node that keeps it has shown two histories. */
  forked: boolean;
}) {
  const now = useNow();
  const decisions = useLive(engine.watch("leading", { spaceId }), `leading ${spaceId}`);
  const mirrors = useLive(engine.watch("mirrors", { spaceId }), `mirrors ${spaceId}`);
  const naming = useRequest();
  const copies = mirrors?.mirrors.length ?? 0;
  useEffect(() => {
    // Whoever looks here wants to know how they stand now.
    if (copies > 0) void engine.call("space.lookAtMirrors", { spaceId });
  }, [engine, spaceId, copies]);
  const session = engine.session.value;
  const ownNode =
    session.state === "signedIn"
      ? session.account.address.slice(session.account.address.lastIndexOf("@") + 1)
      : "";
  if (!decisions) return null;
  return (
    <LeadingSection
      decisions={decisions}
      leads={leads}
      {...(forked ? { onProof: () => void saveProof(engine, spaceId) } : {})}
      now={now}
      onAnswer={(proposalId, agree) =>
        void engine.call("space.answer", { spaceId, proposalId, agree }).then((result) => {
          if (!result.ok && result.failure === "tooMany") toast({ text: t("leading.moveBusy") });
          else tell(result);
        })
      }
      onWithdraw={(proposalId) =>
        void engine.call("space.withdraw", { spaceId, proposalId }).then(tell)
      }
      onProposeDeletion={() => void engine.call("space.proposeDeletion", { spaceId }).then(tell)}
      ownNode={ownNode}
      mirrors={mirrors}
      mirrorsBusy={naming.busy}
      mirrorsFailure={naming.failure && failureText(naming.failure)}
      onMirrors={(nodes) =>
        void naming.run(() => engine.call("space.setMirrors", { spaceId, nodes }))
      }
      onMove={() =>
        void engine.call("space.move", { spaceId, node: ownNode }).then((result) => {
          if (!result.ok && result.failure === "tooMany") toast({ text: t("leading.moveBusy") });
          else tell(result);
        })
      }
      onKeep={() => void engine.call("space.keep", { spaceId }).then(tell)}
    />
  );
}

/** Hands the proof to the person as a file: the node's name and key, and what it signed. */
async function saveProof(engine: EnginePort, spaceId: string): Promise<void> {
  const result = await engine.call("space.proof", { spaceId });
  if (!result.ok || result.value === null) {
    toast({ text: result.ok ? t("leading.proofNone") : failureText(result.failure) });
    return;
  }
  const url = URL.createObjectURL(
    new Blob([JSON.stringify(result.value, null, 2)], { type: "application/json" }),
  );
  const link = document.createElement("a");
  link.href = url;
  link.download = "proof.json";
  link.click();
  setTimeout(() => URL.revokeObjectURL(url), 60_000);
}
