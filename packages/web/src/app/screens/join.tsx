import { useEffect, useState } from "preact/hooks";
import { Join as JoinScreen } from "../../features/spaces/join.tsx";
import type { EnginePort } from "../engine.ts";
import { useLive, usePolicy, useRequest } from "../hooks.ts";
import type { Account, Failure, InvitationCard, JoinState, PendingJoin } from "../model.ts";
import { go } from "../router.ts";
import { hrefOf } from "../routes.ts";
import { SignIn, SignUp } from "./account.tsx";

type Read = { card: InvitationCard } | { failure: Failure };

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
  const [read, setRead] = useState<Read>();
  const [asked, setAsked] = useState<{ joinId: string; spaceId: string }>();
  const [entering, setEntering] = useState<"signUp" | "signIn">();
  const joins = useLive(engine.joins, "joins");
  const join = joins?.find(({ joinId }) => joinId === asked?.joinId);

  useEffect(() => {
    let current = true;
    void engine.readInvitation(secret).then((result) => {
      if (!current) return;
      if (!result.ok) setRead({ failure: result.failure });
      else if (result.value.already !== null)
        go({ at: "space", spaceId: result.value.already }, { replace: true });
      else setRead({ card: result.value });
    });
    return () => {
      current = false;
    };
    // With an account, invitations that lie at other nodes can be read too.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [engine, secret, you === undefined]);

  // Let in: into the conversation that one was invited to, and no other.
  useEffect(() => {
    if (!asked) return;
    const { spaceId } = asked;
    return engine.space(spaceId)((space) => {
      if (space?.state === "active") go({ at: "space", spaceId }, { replace: true });
    });
  }, [engine, asked]);

  const card = read && "card" in read ? read.card : undefined;
  const here = { at: "join", secret } as const;
  if (entering === "signIn" && !you) return <SignIn engine={engine} onward={here} />;
  if (entering === "signUp" && !you) {
    const reason = card && { by: card.inviterName, space: card.spaceTitle || card.inviterName };
    return (
      <SignUp engine={engine} onward={here} invitation={secret} {...(reason ? { reason } : {})} />
    );
  }
  return (
    <JoinScreen
      state={stateOf(read, asked !== undefined, join)}
      node={policy.node}
      you={you}
      canCreate
      busy={busy}
      failure={failure}
      homeHref={hrefOf({ at: "home" })}
      onAccept={() => void run(() => engine.join(secret)).then(setAsked)}
      onRefused={() => {
        if (join) void engine.cancelJoin(join.joinId);
      }}
      onCreate={() => setEntering("signUp")}
      onSignIn={() => setEntering("signIn")}
      onContinueAt={({ node }) => {
        if (node === policy.node) setEntering("signIn");
        else location.assign(`${location.protocol}//${node}${hrefOf(here)}`);
      }}
      onRetry={() => location.reload()}
    />
  );
}

function stateOf(
  read: Read | undefined,
  asked: boolean,
  answer: PendingJoin | undefined,
): JoinState {
  if (!read) return { step: "reading" };
  if ("failure" in read) return stateAfter(read.failure);
  if (answer?.state === "refused") return { step: "refused", reason: answer.reason ?? null };
  return asked ? { step: "asked", card: read.card } : { step: "open", card: read.card };
}

function stateAfter(failure: Failure): JoinState {
  if (failure === "linkExpired") return { step: "expired" };
  if (failure === "linkBroken") return { step: "broken" };
  return failure === "signedOut" ? { step: "account" } : { step: "failed", failure };
}
