import { Share2 } from "lucide";
import { formatUntil } from "../i18n/dates.ts";
import { t } from "../i18n/index.ts";
import { Button } from "./button.tsx";
import { CopyField } from "./copy-field.tsx";
import { QrCode } from "./qr-code.tsx";

/** A link that invites: as a code to scan, to copy, and until when it works. */
export function InvitationView({
  invitation,
  now,
}: {
  invitation: { link: string; expiresAt: number };
  now: number;
}) {
  return (
    <>
      <QrCode value={invitation.link} label={t("invite.qr")} />
      <CopyField label={t("invite.link")} value={invitation.link} />
      <p class="field-hint">
        {t("invite.expires", { when: formatUntil(invitation.expiresAt, now) })}
      </p>
    </>
  );
}

/** Hands a link to another app of the device; nothing where the browser cannot. */
export function ShareButton({ link, text }: { link: string; text: string }) {
  if (typeof navigator.share !== "function") return null;
  return (
    <Button
      kind="primary"
      icon={Share2}
      onClick={() => {
        // Rejects when the person changes their mind, which needs no answer.
        navigator.share({ title: "Baraza", text, url: link }).catch(() => undefined);
      }}
    >
      {t("invite.share")}
    </Button>
  );
}
