import { useEffect, useState } from "preact/hooks";
import { Join as JoinScreen } from "../../features/spaces/join.tsx";
import type { EnginePort } from "../engine.ts";
import { useLive, usePolicy, useRequest } from "../hooks.ts";
import type { Account, InvitationCard, JoinState } from "../model.ts";
import { go } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { SignUp } from "./account.tsx";

/** An invitation from its link to the conversation: read, an account if need be, asked, let in. */
export function Join({
  engine,
  secret,
  you,
}: {
  engine: EnginePort;
  secret: string;
  you?: Account | undefined;
}) {
  const policy = usePolicy(engine);
  const { busy, failure, run } = useRequest();
  const [read, setRead] = useState<{ card: InvitationCard } | { wrong: "expired" | "broken" }>();
  const [joinId, setJoinId] = useState<string>();
  const [creating, setCreating] = useState(false);
  const joins = useLive(engine.joins, "joins");
  const conversations = useLive(engine.conversations, "conversations");
  const [known, setKnown] = useState<ReadonlySet<string>>();
  const asked = joins?.find((join) => join.joinId === joinId);

  useEffect(() => {
    let current = true;
    void engine.readInvitation(secret).then((result) => {
      if (!current) return;
      if (!result.ok) setRead({ wrong: result.failure === "linkExpired" ? "expired" : "broken" });
      else if (result.value.already !== null)
        go({ at: "space", spaceId: result.value.already }, { replace: true });
      else setRead({ card: result.value });
    });
    return () => {
      current = false;
    };
  }, [engine, secret]);

  // Let in: the conversation that was not there before is the one that one was invited to.
  useEffect(() => {
    if (!joinId || !known) return;
    const fresh = conversations?.find(({ spaceId }) => !known.has(spaceId));
    if (fresh) go({ at: "space", spaceId: fresh.spaceId }, { replace: true });
  }, [conversations, joinId, known]);

  const card = read && "card" in read ? read.card : undefined;
  if (creating && card && !you) {
    return (
      <SignUp
        engine={engine}
        onward={{ at: "join", secret }}
        invitation={secret}
        reason={{ by: card.inviterName, space: card.spaceTitle || card.inviterName }}
      />
    );
  }
  return (
    <JoinScreen
      state={stateOf(read, joinId, asked?.state)}
      node={policy.node}
      you={you}
      canCreate
      busy={busy}
      failure={failure}
      homeHref={hrefOf({ at: "home" })}
      onAccept={() => {
        setKnown(new Set(conversations?.map(({ spaceId }) => spaceId)));
        void run(() => engine.join(secret)).then((made) => setJoinId(made?.joinId));
      }}
      onCreate={() => setCreating(true)}
      onContinueAt={({ node }) => {
        if (node === policy.node) go({ at: "signIn" });
        else location.assign(`${location.protocol}//${node}${hrefOf({ at: "join", secret })}`);
      }}
    />
  );
}

function stateOf(
  read: { card: InvitationCard } | { wrong: "expired" | "broken" } | undefined,
  joinId: string | undefined,
  asked: "asking" | "refused" | undefined,
): JoinState {
  if (!read) return { step: "reading" };
  if ("wrong" in read) return { step: read.wrong };
  if (asked === "refused") return { step: "refused" };
  return joinId ? { step: "asked", card: read.card } : { step: "open", card: read.card };
}
