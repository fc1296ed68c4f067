import { Share2 } from "lucide";
import { failureText } from "../../app/failure.ts";
import type { Failure, InvitationLink } from "../../app/model.ts";
import { formatUntil } from "../../i18n/dates.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { QrCode } from "../../ui/qr-code.tsx";

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
      actions={
        invitation &&
        typeof navigator.share === "function" && (
          <Button
            kind="primary"
            icon={Share2}
            onClick={() => {
              // Rejects when the person changes their mind, which needs no answer.
              navigator
                .share({ title: "Baraza", text, url: invitation.link })
                .catch(() => undefined);
            }}
          >
            {t("invite.share")}
          </Button>
        )
      }
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
        <>
          <QrCode value={invitation.link} label={t("invite.qr")} />
          <CopyField label={t("invite.link")} value={invitation.link} />
          <p class="field-hint">
            {t("invite.expires", { when: formatUntil(invitation.expiresAt, now) })}
          </p>
        </>
      ) : (
        <p role="status">
          <Spinner /> {t("invite.making")}
        </p>
      )}
    </Dialog>
  );
}
