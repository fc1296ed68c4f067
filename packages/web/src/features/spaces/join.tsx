import "./join.css";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Account, Failure, InvitationCard, JoinState } from "../../app/model.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { SoloPage } from "../../ui/page.tsx";
import { Progress, Spinner } from "../../ui/progress.tsx";
import { parseAddress } from "../account/address.ts";

export interface JoinProps {
  state: JoinState;
  node: string;
  /** Who is signed in here, if anyone. */
  you?: Account | undefined;
  /** This node lets newcomers open an account by this link. */
  canCreate: boolean;
  busy: boolean;
  failure?: Failure | undefined;
  onAccept: () => void;
  onCreate: () => void;
  onSignIn: () => void;
  /** Goes on at the node of an address. */
  onContinueAt: (address: { name: string; node: string }) => void;
  /** The refusal was read: it need not be told again. */
  onRefused: () => void;
  /** Reads the invitation again. */
  onRetry: () => void;
  homeHref: string;
}

/** An invitation: who invites, to what, and the two ways on. */
export function Join(props: JoinProps) {
  const { state } = props;
  if (state.step === "expired" || state.step === "broken" || state.step === "refused") {
    return (
      <SoloPage
        motto={t("app.motto")}
        title={t(`join.${state.step}Title`)}
        lead={
          state.step === "refused" && isWhy(state.reason)
            ? t(`join.why.${state.reason}`)
            : t(`join.${state.step}`)
        }
      >
        <a
          class="button"
          data-kind="secondary"
          href={props.homeHref}
          onClick={() => state.step === "refused" && props.onRefused()}
        >
          {t("ui.toStart")}
        </a>
      </SoloPage>
    );
  }
  if (state.step === "reading") {
    return (
      <SoloPage motto={t("app.motto")} title={t("join.reading")}>
        <p class="join-wait" role="status">
          <Spinner /> {t("ui.moment")}
        </p>
      </SoloPage>
    );
  }
  if (state.step === "failed") {
    return (
      <SoloPage motto={t("app.motto")} title={t("join.title")}>
        <p class="field-error" role="alert">
          {failureText(state.failure)}
        </p>
        <Button kind="primary" onClick={props.onRetry}>
          {t("error.reload")}
        </Button>
      </SoloPage>
    );
  }
  if (state.step === "account") {
    return (
      <SoloPage motto={t("app.motto")} title={t("join.title")} lead={t("join.account")}>
        <Ways {...props} />
      </SoloPage>
    );
  }
  return (
    <SoloPage motto={t("app.motto")} title={t("join.title")}>
      <CardView card={state.card} />
      {state.step === "asked" ? (
        <>
          <div class="join-wait" role="status">
            <Progress label={t("join.askedTitle")} />
            <p>
              <strong>{t("join.askedTitle")}</strong>
            </p>
            <p>
              {state.card.approval
                ? t("join.looked")
                : tParts("join.asked", { name: <bdi>{state.card.inviterName}</bdi> })}
            </p>
          </div>
          <a class="button" data-kind="secondary" data-wide href={props.homeHref}>
            {t("join.later")}
          </a>
        </>
      ) : (
        <Ways {...props} />
      )}
    </SoloPage>
  );
}

const WHY = ["used", "banned"] as const;
const isWhy = (reason: string | null): reason is (typeof WHY)[number] =>
  WHY.some((one) => one === reason);

function CardView({ card }: { card: InvitationCard }) {
  return (
    <div class="join-card">
      <Avatar id={card.inviterAddress} name={card.inviterName} size="l" />
      <div>
        <p class="join-who">
          {card.kind === "pair"
            ? tParts("join.whoPair", { name: <bdi>{card.inviterName}</bdi> })
            : tParts("join.whoGroup", {
                name: <bdi>{card.inviterName}</bdi>,
                space: (
                  <strong>
                    <bdi>{card.spaceTitle}</bdi>
                  </strong>
                ),
              })}
        </p>
        <p class="join-address" dir="ltr">
          {card.inviterAddress}
        </p>
      </div>
    </div>
  );
}

function Ways({
  state,
  node,
  you,
  canCreate,
  busy,
  failure,
  onAccept,
  onCreate,
  onSignIn,
  onContinueAt,
}: JoinProps) {
  const [elsewhere, setElsewhere] = useState(!canCreate);
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const address = parseAddress(typed, node);
  const trouble = failure && (
    <p class="field-error" role="alert">
      {failureText(failure)}
    </p>
  );
  if (you) {
    return (
      <>
        {trouble}
        <Button kind="primary" wide busy={busy} onClick={onAccept}>
          {t("join.accept")}
        </Button>
        <p class="field-hint">{tParts("join.as", { address: <bdi>{you.address}</bdi> })}</p>
      </>
    );
  }
  return (
    <>
      {trouble}
      {canCreate && (
        <>
          <Button kind="primary" wide busy={busy} onClick={onCreate}>
            {t("join.create")}
          </Button>
          <p class="field-hint">{tParts("join.createHint", { node: <bdi>{node}</bdi> })}</p>
        </>
      )}
      {elsewhere ? (
        <Form
          onSubmit={() => {
            setTried(true);
            if (address) onContinueAt(address);
          }}
        >
          <TextField
            label={t("join.yourAddress")}
            hint={t("join.yourAddressHint")}
            value={typed}
            onInput={setTyped}
            direction="ltr"
            placeholder={`amina@${node}`}
            autoComplete="username"
            autoCapitalize="none"
            inputMode="email"
            spellcheck={false}
            error={tried && !address ? t("signIn.addressWrong") : undefined}
          />
          <Button kind={canCreate ? "secondary" : "primary"} type="submit" wide>
            {t("join.continue")}
          </Button>
        </Form>
      ) : (
        // Who was sent here from the invitation's own node has their account here.
        <Button wide onClick={state.step === "account" ? onSignIn : () => setElsewhere(true)}>
          {t("join.haveAccount")}
        </Button>
      )}
    </>
  );
}
