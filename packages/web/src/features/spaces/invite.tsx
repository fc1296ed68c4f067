import { failureText } from "../../app/failure.ts";
import type { Failure, InvitationLink } from "../../app/model.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Dialog } from "../../ui/dialog.tsx";
import { InvitationView, ShareButton } from "../../ui/invitation.tsx";
import { Spinner } from "../../ui/progress.tsx";

export interface InviteProps {
  /** Absent while it is being made. */
  invitation?: InvitationLink | undefined;
  spaceTitle: string;
  kind: "pair" | "group";
  now: number;
  failure?: Failure | undefined;
  onClose: () => void;
}

/** An invitation to show, copy or share. Opening it is all that the guest has to do. */
export function Invite({ invitation, spaceTitle, kind, now, failure, onClose }: InviteProps) {
  const text =
    kind === "pair" ? t("invite.shareTextPair") : t("invite.shareText", { space: spaceTitle });
  return (
    <Dialog
      title={t("invite.title")}
      onClose={onClose}
      actions={invitation && <ShareButton link={invitation.link} text={text} />}
    >
      <p>
        {kind === "pair"
          ? t("invite.leadPair")
          : tParts("invite.lead", { space: <bdi>{spaceTitle}</bdi> })}
      </p>
      {failure ? (
        <p class="field-error" role="alert">
          {failureText(failure)}
        </p>
      ) : invitation ? (
        <InvitationView invitation={invitation} now={now} />
      ) : (
        <p role="status">
          <Spinner /> {t("invite.making")}
        </p>
      )}
    </Dialog>
  );
}
