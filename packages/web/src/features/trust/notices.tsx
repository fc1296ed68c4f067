import "./trust.css";
import { ShieldAlert, Smartphone } from "lucide";
import type { TrustNotice } from "@baraza/engine";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";

export interface NoticesProps {
  notices: readonly TrustNotice[];
  onDevices: (notice: TrustNotice) => void;
  onPerson: (notice: TrustNotice) => void;
  onDismiss: (notice: TrustNotice) => void;
}

/** What a person should know of nodes, of the own account and of others: a sentence each, and one thing to do. */
export function Notices(props: NoticesProps) {
  // One at a time: the newest of what is serious first. The next comes when this one is dealt with.
  const [notice] = props.notices.toSorted((a, b) => Number(isCalm(a)) - Number(isCalm(b)));
  if (!notice) return null;
  return (
    <div class="trust-notices">
      <Banner
        tone={isCalm(notice) ? "notice" : "danger"}
        icon={notice.kind === "ownDevice" ? Smartphone : ShieldAlert}
        action={actionOf(notice, props)}
      >
        {t(`trust.notice.${notice.kind}`, { name: notice.name })}
      </Banner>
    </div>
  );
}

function isCalm({ kind }: TrustNotice): boolean {
  return kind === "ownDevice" || kind === "oldRequest" || kind === "nodeWrong";
}

function actionOf(notice: TrustNotice, props: NoticesProps) {
  if (notice.kind === "personChanged")
    return { label: t("trust.compare"), onClick: () => props.onPerson(notice) };
  if (notice.kind === "ownDevice" || notice.kind === "ownForeign")
    return { label: t("trust.devices"), onClick: () => props.onDevices(notice) };
  return { label: t("trust.understood"), onClick: () => props.onDismiss(notice) };
}
