import "./recovery.css";
import type { Rescue } from "@baraza/engine";
import { CircleAlert, CircleCheck } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { formatUntil } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { ShareButton } from "../../ui/invitation.tsx";
import { SoloPage } from "../../ui/page.tsx";
import { Progress } from "../../ui/progress.tsx";
import { QrCode } from "../../ui/qr-code.tsx";
import { parseAddress } from "../account/address.ts";

export interface RecoverProps {
  node: string;
  /** What this device asks for already. */
  rescue: Rescue | undefined;
  now: number;
  busy: boolean;
  failure: Failure | undefined;
  signInHref: string;
  /** The same screen at another node. */
  hrefAt: (node: string) => string;
  /** The words of a sheet that was typed did not open an account. */
  wordsWrong: boolean;
  onWords: (text: string) => void;
  onBegin: (name: string) => void;
  onLook: () => void;
  onFinish: () => void;
  onStop: () => void;
}

/** A device with nothing: asks for the address, then shows what to pass on and who has helped. */
export function Recover(props: RecoverProps) {
  const { rescue } = props;
  return (
    <SoloPage
      motto={t("app.motto")}
      title={rescue ? t("recovery.askTitle") : t("recovery.recoverTitle")}
      lead={rescue ? undefined : t("recovery.recoverLead")}
    >
      {rescue ? (
        <RescueView {...props} rescue={rescue} />
      ) : (
        <>
          <Words {...props} />
          <Begin {...props} />
        </>
      )}
      <p class="solo-foot">
        <a href={props.signInHref}>{t("recovery.toSignIn")}</a>
      </p>
    </SoloPage>
  );
}

function Words({ busy, wordsWrong, onWords }: RecoverProps) {
  const [text, setText] = useState("");
  return (
    <section class="recovery-step">
      <h2>{t("recovery.practiseWords")}</h2>
      <Form
        onSubmit={() => {
          if (!busy && text.trim() !== "") onWords(text);
        }}
      >
        <TextField
          label={t("recovery.practiseWordsField")}
          value={text}
          onInput={setText}
          direction="ltr"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={1000}
          error={wordsWrong ? t("recovery.practiseWordsWrong") : undefined}
        />
        <Button kind="primary" type="submit" wide busy={busy}>
          {t("recovery.openAccount")}
        </Button>
      </Form>
    </section>
  );
}

function Begin({ node, busy, failure, onBegin, hrefAt }: RecoverProps) {
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const address = parseAddress(typed, node);
  const elsewhere = address !== undefined && address.node !== node ? address.node : undefined;
  return (
    <section class="recovery-step">
      <h2>{t("recovery.withPeople")}</h2>
      <p class="field-hint">{t("recovery.withPeopleHint")}</p>
      <Form
        onSubmit={() => {
          setTried(true);
          if (address && elsewhere === undefined && !busy) onBegin(address.name);
        }}
      >
        <TextField
          label={t("signUp.address")}
          value={typed}
          onInput={setTyped}
          direction="ltr"
          suffix={typed.includes("@") ? "" : `@${node}`}
          autoComplete="username"
          autoCapitalize="none"
          inputMode="email"
          spellcheck={false}
          maxLength={300}
          error={tried && !address ? t("signIn.addressWrong") : undefined}
        />
        {elsewhere !== undefined && (
          <p>
            {t("recovery.otherNode", { node: elsewhere })}{" "}
            <a href={hrefAt(elsewhere)} dir="ltr">
              {elsewhere}
            </a>
          </p>
        )}
        {failure && (
          <p class="field-error" role="alert">
            {failureText(failure)}
          </p>
        )}
        <Button type="submit" wide busy={busy} disabled={elsewhere !== undefined}>
          {t("recovery.begin")}
        </Button>
      </Form>
    </section>
  );
}

export type RescueViewProps = Pick<
  RecoverProps,
  "now" | "busy" | "failure" | "onLook" | "onFinish" | "onStop"
> & { rescue: Rescue };

/** A request under way, in earnest or to practise: the link, the digits, and who has helped. */
export function RescueView(props: RescueViewProps) {
  const { rescue, now, busy, failure, onLook, onFinish, onStop } = props;
  const link = new URL(rescue.link, location.origin).href;
  const over = rescue.state === "expired" || rescue.state === "outdated";
  return (
    <>
      {rescue.state === "outdated" && <p class="recovery-aside">{t("recovery.outdated")}</p>}
      {rescue.state === "expired" && <p class="recovery-aside">{t("recovery.expired")}</p>}
      {!rescue.opened && !over && (
        <p class="recovery-aside" role="status">
          {t("recovery.notThere")}
        </p>
      )}
      {!over && rescue.state !== "ready" && (
        <>
          <section class="recovery-step">
            <h2>{t("recovery.step1")}</h2>
            <p class="field-hint">{t("recovery.step1Hint")}</p>
            <QrCode value={link} label={t("recovery.qr")} />
            <CopyField label={t("recovery.link")} value={link} />
            <ShareButton link={link} text={t("recovery.shareText", { address: rescue.address })} />
          </section>
          <section class="recovery-step">
            <h2>{t("recovery.step2")}</h2>
            <p class="field-hint">{t("recovery.step2Hint")}</p>
            <p class="recovery-code" dir="ltr" aria-label={t("recovery.code")}>
              {rescue.code}
            </p>
          </section>
        </>
      )}
      <section class="recovery-step">
        {rescue.state !== "ready" && !over && <h2>{t("recovery.step3")}</h2>}
        <Helpers rescue={rescue} now={now} />
        {failure && (
          <p class="field-error" role="alert">
            {failureText(failure)}
          </p>
        )}
        <div class="recovery-buttons">
          {rescue.state === "ready" ? (
            <Button kind="primary" busy={busy} onClick={onFinish}>
              {busy
                ? t("recovery.opening")
                : rescue.rehearsal
                  ? t("recovery.practiseFinish")
                  : t("recovery.openAccount")}
            </Button>
          ) : over ? (
            <Button kind="primary" onClick={onStop}>
              {t("recovery.askAgain")}
            </Button>
          ) : (
            <Button onClick={onLook}>{t("recovery.look")}</Button>
          )}
          {!over && (
            <Button kind="quiet" onClick={onStop}>
              {t("recovery.stop")}
            </Button>
          )}
        </div>
      </section>
    </>
  );
}

function Helpers({ rescue, now }: { rescue: Rescue; now: number }) {
  const { helpers, have, need } = rescue;
  if (helpers.length === 0)
    return (
      <p role="status">{t("recovery.nobodyYet", { when: formatUntil(rescue.expires, now) })}</p>
    );
  return (
    <div role="status">
      {need !== null && (
        <>
          <Progress label={t("recovery.progress", { have, need })} done={have} total={need} />
          <p>{t("recovery.progress", { have, need })}</p>
        </>
      )}
      <ul class="recovery-list">
        {helpers.map((one, at) => (
          <li class="recovery-line" key={at}>
            <Icon of={one.verdict === "good" ? CircleCheck : CircleAlert} />
            <p>
              <strong>
                <bdi>{one.name}</bdi>
              </strong>{" "}
              <bdi class="field-hint" dir="ltr">
                {one.address}
              </bdi>
              <br />
              {one.verdict === "altered"
                ? t("recovery.altered", { name: one.name })
                : t(`recovery.${one.verdict}`)}
            </p>
          </li>
        ))}
      </ul>
    </div>
  );
}
