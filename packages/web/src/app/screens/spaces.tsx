import { useEffect, useState } from "preact/hooks";
import { Invite as InviteScreen } from "../../features/spaces/invite.tsx";
import { NewSpace as NewSpaceScreen } from "../../features/spaces/new-space.tsx";
import { People as PeopleScreen } from "../../features/spaces/people.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow, useRequest } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import type { InvitationLink, PersonRow } from "../model.ts";
import { go } from "../router.ts";
import { hrefOf } from "../routes.ts";

const Leading = lazy(() =>
  Promise.all([import("./leading.tsx"), loadWords("leading")]).then(([screens]) => screens.Leading),
);

const access = () =>
  Promise.all([import("./access.tsx"), loadWords("access")]).then(([screens]) => screens);
const RoleOf = lazy(() => access().then((screens) => screens.RoleOf));
const Crowd = lazy(() => access().then((screens) => screens.Crowd));
const Doorbell = lazy(() => access().then((screens) => screens.Doorbell), { aside: true });

const Level = lazy(() =>
  Promise.all([import("./notifications.tsx"), loadWords("notifications")]).then(
    ([screens]) => screens.Level,
  ),
);

const Owner = lazy(() =>
  Promise.all([import("./owner.tsx"), loadWords("leading")]).then(([screens]) => screens.Owner),
);

/** Says what did not work, where no form is there to say it. */
function tell(result: Result): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

/** Takes a conversation that is over off this device, and leaves its screen. */
export async function forget(engine: EnginePort, spaceId: string): Promise<void> {
  const result = await engine.forget(spaceId);
  tell(result);
  if (result.ok) go({ at: "home" }, { replace: true });
}

/** A new conversation, and into it. */
export function NewSpace({
  engine,
  onClose,
  onMade,
}: {
  engine: EnginePort;
  onClose: () => void;
  onMade: (spaceId: string) => void;
}) {
  const { busy, failure, run } = useRequest();
  return (
    <NewSpaceScreen
      writeHref={hrefOf({ at: "write" })}
      listsHref={hrefOf({ at: "lists" })}
      busy={busy}
      failure={failure}
      onClose={onClose}
      onCreate={(space) => {
        void run(() => engine.createSpace(space)).then((made) => made && onMade(made.spaceId));
      }}
    />
  );
}

/** An invitation, made when the dialog opens. */
export function Invite(props: {
  engine: EnginePort;
  spaceId: string;
  title: string;
  kind: "pair" | "group";
  onClose: () => void;
}) {
  const { engine, spaceId } = props;
  const now = useNow();
  const { failure, run } = useRequest();
  const [invitation, setInvitation] = useState<InvitationLink>();
  useEffect(() => {
    void run(() => engine.invite(spaceId)).then(setInvitation);
    // Once per conversation: each call makes another link.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [engine, spaceId]);
  return (
    <InviteScreen
      invitation={invitation}
      spaceTitle={props.title}
      kind={props.kind}
      now={now}
      failure={failure}
      onClose={props.onClose}
    />
  );
}

/** The people of a conversation. */
export function People({
  engine,
  spaceId,
  onBack,
}: {
  engine: EnginePort;
  spaceId: string;
  onBack: () => void;
}) {
  const people = useLive(engine.people(spaceId), `people ${spaceId}`);
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const [inviting, setInviting] = useState(false);
  const [telling, setTelling] = useState(false);
  const [roleOf, setRoleOf] = useState<PersonRow>();
  if (!people || !space) return <Skeleton label={t("ui.moment")} />;
  return (
    <>
      <PeopleScreen
        spaceTitle={space.title}
        kind={space.kind}
        people={people}
        canInvite={
          space.state === "active" &&
          (space.kind === "group" || people.length < 2) &&
          space.role !== "guest" &&
          space.role !== "observer"
        }
        active={space.state === "active"}
        personHref={(identityId) => hrefOf({ at: "person", identityId })}
        onBack={onBack}
        onInvite={() => setInviting(true)}
        onTelling={() => setTelling(true)}
        onRemove={(identityId) => void engine.remove(spaceId, identityId).then(tell)}
        onSetRole={(identityId, role) => void engine.setRole(spaceId, identityId, role).then(tell)}
        onRole={setRoleOf}
        accessHref={space.kind === "group" ? hrefOf({ at: "access", spaceId }) : undefined}
        onRename={(title) => void engine.rename(spaceId, title).then(tell)}
        onForget={() => void forget(engine, spaceId)}
        crowd={(everybody, draw) => <Crowd people={everybody}>{draw}</Crowd>}
        onLeave={() =>
          void engine.leave(spaceId).then((result) => {
            tell(result);
            if (result.ok) go({ at: "home" }, { replace: true });
          })
        }
      >
        {(space.asking > 0 || space.reports > 0 || space.flooding !== null) && (
          <Doorbell
            engine={engine}
            spaceId={spaceId}
            asking={space.asking}
            reports={space.reports}
            flooding={space.flooding}
          />
        )}
        {space.state === "active" && space.kind === "group" && (
          <Owner engine={engine} spaceId={spaceId} />
        )}
        {space.state === "active" && (
          <Leading
            engine={engine}
            spaceId={spaceId}
            leads={space.role === "steward"}
            forked={space.trouble?.kind === "forked"}
          />
        )}
      </PeopleScreen>
      {roleOf && (
        <RoleOf
          engine={engine}
          spaceId={spaceId}
          person={roleOf}
          leads={space.role === "steward"}
          onClose={() => setRoleOf(undefined)}
        />
      )}
      {telling && (
        <Dialog title={t("people.telling")} onClose={() => setTelling(false)}>
          <Level engine={engine} spaceId={spaceId} />
        </Dialog>
      )}
      {inviting && (
        <Invite
          engine={engine}
          spaceId={spaceId}
          title={space.title}
          kind={space.kind}
          onClose={() => setInviting(false)}
        />
      )}
    </>
  );
}
