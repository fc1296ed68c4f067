import { ServerCog } from "lucide";
import { failureText } from "../../app/failure.ts";
import type { Account, Failure } from "../../app/model.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { SoloPage } from "../../ui/page.tsx";

export interface ClaimProps {
  node: string;
  you: Account;
  busy: boolean;
  failure?: Failure | undefined;
  onClaim: () => void;
  homeHref: string;
}

/** The console's link, opened by somebody who has an account: one button, and the account looks after the node. */
export function Claim({ node, you, busy, failure, onClaim, homeHref }: ClaimProps) {
  return (
    <SoloPage
      motto={t("app.motto")}
      title={t("setup.claimTitle")}
      lead={tParts("setup.claimLead", {
        address: (
          <strong>
            <bdi>{you.address}</bdi>
          </strong>
        ),
        node: <bdi>{node}</bdi>,
      })}
    >
      <Banner tone="notice" icon={ServerCog}>
        {t("setup.what")}
      </Banner>
      {failure && (
        <p class="field-error" role="alert">
          {failureText(failure)}
        </p>
      )}
      <Button kind="primary" wide busy={busy} onClick={onClaim}>
        {t("setup.claim")}
      </Button>
      <a class="button" data-kind="secondary" data-wide href={homeHref}>
        {t("join.later")}
      </a>
    </SoloPage>
  );
}
