import "./leading.css";
import { Download, Trash2, TriangleAlert } from "lucide";
import type { ComponentChild } from "preact";
import { useId, useState } from "preact/hooks";
import type { Leading as Decisions, Mirrors, Proposal } from "@baraza/engine";
import { formatList, t, tParts } from "../../i18n/index.ts";
import { formatUntil } from "../../i18n/dates.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { AskDecision } from "./deciding.ts";
import { Kept } from "./kept.tsx";

export interface LeadingProps {
  decisions: Decisions;
  /** This account leads the conversation. */
  leads: boolean;
  now: number;
  onAnswer: (proposalId: string, agree: boolean) => void;
  onWithdraw: (proposalId: string) => void;
  onProposeDeletion: () => void;
  onKeep: () => void;
  /** This account's node. */
  ownNode: string;
  /** Copies at other nodes; undefined until they are known. */
  mirrors: Mirrors | undefined;
  mirrorsBusy: boolean;
  mirrorsFailure: string | undefined;
  onMirrors: (nodes: string[]) => void;
  onMove: () => void;
  /** Given where the node has shown two histories. */
  onProof?: () => void;
}

/** What takes more than half of those who lead a conversation: what is proposed, and one's own word on it. */
export function Leading(props: LeadingProps) {
  const { decisions, leads, now } = props;
  const { proposals, deleteAt } = decisions;
  const [asking, setAsking] = useState<"delete" | "move">();
  const title = useId();
  const decides = leads || proposals.length > 0 || deleteAt !== null || props.onProof !== undefined;
  const deletionOpen =
    deleteAt !== null || proposals.some((one) => one.about === "delete" && one.state === "open");
  return (
    <section
      class="leading"
      {...(decides ? { "aria-labelledby": title } : { "aria-label": t("leading.keptTitle") })}
    >
      {decides && <h2 id={title}>{t("leading.title")}</h2>}
      {deleteAt !== null && (
        <Banner
          tone="danger"
          icon={TriangleAlert}
          {...(leads ? { action: { label: t("leading.keep"), onClick: props.onKeep } } : {})}
        >
          {t("leading.deleteSoon", { date: formatUntil(deleteAt, now) })}
        </Banner>
      )}
      {props.onProof && (
        <div class="leading-card">
          <p>
            <strong>{t("leading.proofTitle")}</strong>
          </p>
          <p class="leading-soft">{t("leading.proofWhat")}</p>
          <Button icon={Download} onClick={props.onProof}>
            {t("leading.proofSave")}
          </Button>
        </div>
      )}
      {proposals.length === 0 && leads ? (
        <p class="leading-soft">{t("leading.intro")}</p>
      ) : (
        <ul class="leading-list">
          {proposals.toReversed().map((one) => (
            <Card key={one.proposalId} proposal={one} {...props} />
          ))}
        </ul>
      )}
      {leads && !deletionOpen && (
        <Button kind="quiet" icon={Trash2} onClick={() => setAsking("delete")}>
          {t("leading.deleteAction")}
        </Button>
      )}
      <Kept
        {...props}
        busy={props.mirrorsBusy}
        failure={props.mirrorsFailure}
        onMove={() => setAsking("move")}
      />
      {asking && (
        <AskDecision
          asking={asking}
          ownNode={props.ownNode}
          onClose={() => setAsking(undefined)}
          onAgreed={() => {
            setAsking(undefined);
            if (asking === "delete") props.onProposeDeletion();
            else props.onMove();
          }}
        />
      )}
    </section>
  );
}

function Card({
  proposal,
  now,
  onAnswer,
  onWithdraw,
}: { proposal: Proposal } & Pick<LeadingProps, "now" | "onAnswer" | "onWithdraw">) {
  const { proposalId, state, asked, mine, answer } = proposal;
  const open = state === "open";
  return (
    <li class="leading-card">
      <p>{sentence(proposal)}</p>
      <p class="leading-soft">
        {open
          ? t("leading.count", { agreed: proposal.agreed.length, needed: proposal.needed })
          : t(`leading.state.${state}`)}{" "}
        {open && answer !== null && !mine && t(`leading.${answer}`)}
      </p>
      {proposal.declined.length > 0 && (
        <p class="leading-soft">
          {t("leading.declinedBy", { names: formatList(proposal.declined) })}
        </p>
      )}
      {open && (
        <p class="leading-soft">{t("leading.until", { date: formatUntil(proposal.until, now) })}</p>
      )}
      {(asked || (mine && open)) && (
        <div class="leading-answers">
          {asked && (
            <>
              <Button kind="primary" onClick={() => onAnswer(proposalId, true)}>
                {t("leading.agree")}
              </Button>
              <Button onClick={() => onAnswer(proposalId, false)}>{t("leading.decline")}</Button>
            </>
          )}
          {mine && open && (
            <Button onClick={() => onWithdraw(proposalId)}>{t("leading.withdraw")}</Button>
          )}
        </div>
      )}
    </li>
  );
}

function sentence({ about, by, subject, mine, node }: Proposal): ComponentChild {
  if (about === "delete")
    return mine ? t("leading.deleteMine") : tParts("leading.delete", { by: <bdi>{by.name}</bdi> });
  if (about === "move") {
    const place = <bdi dir="ltr">{node ?? ""}</bdi>;
    return mine
      ? tParts("leading.moveMine", { node: place })
      : tParts("leading.move", { by: <bdi>{by.name}</bdi>, node: place });
  }
  const name = <bdi>{subject?.name ?? ""}</bdi>;
  if (mine) return tParts(`leading.${about}Mine`, { name });
  return tParts(`leading.${about}`, { by: <bdi>{by.name}</bdi>, name });
}
