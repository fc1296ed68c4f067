import { Flag, UserPlus, VolumeX } from "lucide";
import { useState } from "preact/hooks";
import type { WayIn } from "@baraza/engine";
import { NoConversation } from "../../features/chat/conversation.tsx";
import { Access as AccessScreen } from "../../features/people/access.tsx";
import { NewLink } from "../../features/people/new-link.tsx";
import { ReportDialog } from "../../features/people/report-dialog.tsx";
import { RoleDialog } from "../../features/people/role-dialog.tsx";
import { Invite as InviteScreen } from "../../features/spaces/invite.tsx";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow, useRequest } from "../hooks.ts";
import type { MessageRow, PersonRow } from "../model.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";

export { Crowd } from "../../features/spaces/crowd.tsx";

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

const whole = (link: string): string => new URL(link, location.origin).href;

/** Ways into a conversation, and what holds in it. */
export function Access({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const now = useNow();
  const space = useLive(engine.watch("space", { spaceId }), `access ${spaceId}`);
  const rules = useLive(engine.watch("space.rules", { spaceId }), `rules ${spaceId}`);
  const asks = useLive(engine.watch("space.asks", { spaceId }), `asks ${spaceId}`);
  const links = useLive(engine.watch("space.links", { spaceId }), `links ${spaceId}`);
  const reports = useLive(engine.watch("space.reports", { spaceId }), `reports ${spaceId}`);
  const [making, setMaking] = useState(false);
  const [shown, setShown] = useState<Pick<WayIn, "link" | "expires">>();
  const { busy, failure, run } = useRequest();
  if (space === null || (space && space.state !== "active")) return <NoConversation />;
  if (!space || !rules || !asks || !links || !reports) return <Skeleton label={t("ui.moment")} />;
  return (
    <>
      <AccessScreen
        key={rules.about}
        title={space.title}
        rules={rules}
        asks={asks}
        links={links}
        reports={reports}
        messageHref={(eventId) => hrefOf({ at: "space", spaceId, message: eventId })}
        onDismiss={(reportId) => void engine.call("space.dismissReport", { reportId }).then(tell)}
        onRemove={({ reportId, message }) =>
          void engine
            .call("chat.delete", { spaceId, eventId: message?.eventId ?? "" })
            .then((result) => {
              tell(result);
              if (result.ok) void engine.call("space.dismissReport", { reportId }).then(tell);
            })
        }
        now={now}
        onBack={back}
        onAnswer={(askIds, accept) =>
          void engine.call("space.answerAsks", { spaceId, askIds, accept }).then(tell)
        }
        onNewLink={() => setMaking(true)}
        onShowLink={setShown}
        onEndLink={(linkId) => void engine.call("space.endLink", { linkId }).then(tell)}
        onRules={(change) => void engine.call("space.setRules", { spaceId, ...change }).then(tell)}
        onAbout={(text) =>
          void engine.call("space.setAbout", { spaceId, text }).then((result) => {
            tell(result);
            if (result.ok) toast({ text: t("access.saved") });
          })
        }
        onLift={(identityId) => void engine.call("space.unban", { spaceId, identityId }).then(tell)}
      />
      {making && (
        <NewLink
          leads={rules.myRole === "steward"}
          looked={rules.approve && rules.myRole === "member"}
          now={now}
          busy={busy}
          failure={failure}
          onClose={() => setMaking(false)}
          onMake={(choice) =>
            void run(() => engine.call("space.invite", { spaceId, ...choice })).then((made) => {
              if (!made) return;
              setMaking(false);
              setShown(made);
            })
          }
        />
      )}
      {shown && shown.link !== null && (
        <InviteScreen
          invitation={{ link: whole(shown.link), expiresAt: shown.expires }}
          spaceTitle={space.title}
          kind="group"
          now={now}
          onClose={() => setShown(undefined)}
        />
      )}
    </>
  );
}

/** What somebody may do, over the engine. */
export function RoleOf({
  engine,
  spaceId,
  person,
  leads,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  person: PersonRow;
  leads: boolean;
  onClose: () => void;
}) {
  const now = useNow();
  const rules = useLive(engine.watch("space.rules", { spaceId }), `rules ${spaceId}`);
  const { identityId } = person;
  return (
    <RoleDialog
      person={person}
      until={rules?.ends[identityId]}
      leads={leads}
      now={now}
      onSave={(role, until) => {
        onClose();
        void engine
          .call("space.setRole", {
            spaceId,
            identityId,
            role,
            ...(until === undefined ? {} : { until }),
          })
          .then(tell);
      }}
      onBan={() => {
        onClose();
        void engine.call("space.ban", { spaceId, identityId }).then(tell);
      }}
      onClose={onClose}
    />
  );
}

/** A report about a message, over the engine. */
export function ReportAbout({
  engine,
  spaceId,
  message,
  onNobody,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  message: MessageRow;
  /** Nobody else keeps order here: `why` says so. */
  onNobody: (why: string) => void;
  onClose: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  return (
    <ReportDialog
      name={message.authorName}
      text={message.text}
      busy={busy}
      failure={failure}
      onClose={onClose}
      onReport={({ withMessage, note }) => {
        setBusy(true);
        void engine
          .call("space.report", {
            spaceId,
            identityId: message.authorId,
            ...(withMessage ? { eventId: message.eventId } : {}),
            note,
          })
          .then((result) => {
            setBusy(false);
            if (result.ok) {
              toast({ text: t("access.reported") });
              onClose();
            } else if (result.code === "invalid") onNobody(t("access.reportNobody"));
            else setFailure(failureText(result.failure));
          });
      }}
    />
  );
}

/** What those who keep order are told above a conversation: who waits at the door, and who floods it. */
export function Doorbell({
  engine,
  spaceId,
  asking,
  reports,
  flooding,
}: {
  engine: EnginePort;
  spaceId: string;
  asking: number;
  reports: number;
  flooding: { identityId: string; name: string } | null;
}) {
  return (
    <>
      {asking > 0 && (
        <Banner
          tone="notice"
          icon={UserPlus}
          action={{ label: t("access.look"), onClick: () => go({ at: "access", spaceId }) }}
        >
          {t("access.waiting", { count: asking })}
        </Banner>
      )}
      {reports > 0 && (
        <Banner
          tone="notice"
          icon={Flag}
          action={{ label: t("access.look"), onClick: () => go({ at: "access", spaceId }) }}
        >
          {t("access.reports", { count: reports })}
        </Banner>
      )}
      {flooding && (
        <Banner
          tone="notice"
          icon={VolumeX}
          action={{
            label: t("access.silence"),
            onClick: () =>
              void engine
                .call("space.setRole", {
                  spaceId,
                  identityId: flooding.identityId,
                  role: "observer",
                })
                .then((result) => {
                  tell(result);
                  if (result.ok)
                    toast({
                      text: t("access.silenced", { name: flooding.name }),
                      action: {
                        label: t("ui.undo"),
                        run: () =>
                          void engine
                            .call("space.setRole", {
                              spaceId,
                              identityId: flooding.identityId,
                              role: "member",
                            })
                            .then(tell),
                      },
                    });
                }),
          }}
        >
          {t("access.flood", { name: flooding.name })}
        </Banner>
      )}
    </>
  );
}
