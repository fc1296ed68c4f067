import { TriangleAlert } from "lucide";
import type { Trouble } from "../../app/model.ts";
import { t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";

const serious: ReadonlySet<Trouble["kind"]> = new Set([
  "forked",
  "rolledBack",
  "cloned",
  "offender",
]);

/** Something is wrong with this conversation: one sentence, one thing to do. */
export function TroubleNotice({ trouble, onAct }: { trouble: Trouble; onAct: () => void }) {
  return (
    <Banner
      tone={serious.has(trouble.kind) ? "danger" : "notice"}
      icon={TriangleAlert}
      action={{ label: t(`trouble.${trouble.kind}Action`), onClick: onAct }}
    >
      {trouble.kind === "offender"
        ? t("trouble.offender", { name: trouble.name ?? t("trouble.someone") })
        : t(`trouble.${trouble.kind}`)}
    </Banner>
  );
}
