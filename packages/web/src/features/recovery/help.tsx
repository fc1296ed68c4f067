import "./recovery.css";
import type { HelpRequest } from "@baraza/engine";
import { PhoneCall } from "lucide";
import { useState } from "preact/hooks";
import { failureText } from "../../app/failure.ts";
import type { Failure } from "../../app/model.ts";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { SoloPage } from "../../ui/page.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { parseAddress } from "../account/address.ts";

export type HelpState =
  /** No link yet: it is pasted. */
  | { step: "link" }
  /** Nobody is signed in here. */
  | { step: "account" }
  | { step: "reading" }
  | { step: "failed"; failure: Failure }
  | { step: "asked"; request: HelpRequest }
  | { step: "done"; request: HelpRequest };

export interface HelpProps {
  state: HelpState;
  node: string;
  now: number;
  busy: boolean;
  failure: Failure | undefined;
  homeHref: string;
  onLink: (link: string) => void;
  onGive: (code: string) => void;
  onSignIn: () => void;
  onContinueAt: (node: string) => void;
}

/** Somebody who lost everything asks for help: who, since when, and "speak with them first". */
export function Help(props: HelpProps) {
  const { state, now } = props;
  const home = (
    <a class="button" data-kind="secondary" data-wide href={props.homeHref}>
      {t("ui.toStart")}
    </a>
  );
  if (state.step === "done")
    return (
      <SoloPage motto={t("app.motto")} title={t("recovery.helpDoneTitle")}>
        <p role="status">{t("recovery.helpDone", { name: nameOf(state.request) })}</p>
        {home}
      </SoloPage>
    );
  if (state.step === "reading")
    return (
      <SoloPage motto={t("app.motto")} title={t("recovery.helpReading")}>
        <p role="status">
          <Spinner /> {t("ui.moment")}
        </p>
      </SoloPage>
    );
  return (
    <SoloPage motto={t("app.motto")} title={t("recovery.helpTitle")}>
      {state.step === "link" && <Paste {...props} />}
      {state.step === "account" && <Elsewhere {...props} />}
      {state.step === "failed" && (
        <>
          <p class="field-error" role="alert">
            {failureText(state.failure)}
          </p>
          <Paste {...props} />
          {home}
        </>
      )}
      {state.step === "asked" &&
        (state.request.held === null ? (
          <>
            <p role="alert">{t("recovery.helpNothing", { address: state.request.address })}</p>
            {home}
          </>
        ) : (
          <Give {...props} request={state.request} since={state.request.held.since} now={now} />
        ))}
    </SoloPage>
  );
}

function nameOf(request: HelpRequest): string {
  return request.held?.name ?? request.address;
}

function Give({
  request,
  since,
  now,
  busy,
  failure,
  onGive,
}: HelpProps & { request: HelpRequest; since: number }) {
  const [code, setCode] = useState("");
  const [tried, setTried] = useState(false);
  const name = nameOf(request);
  const digits = code.match(/\p{Nd}/gu)?.length ?? 0;
  return (
    <>
      {request.rehearsal && <p class="recovery-nudge">{t("recovery.helpPractice", { name })}</p>}
      <p>{t("recovery.helpWho", { name })}</p>
      <p class="join-address" dir="ltr">
        {request.address}
      </p>
      <p class="field-hint">
        {t("recovery.helpSince", {
          name,
          when: formatDayWithin(since, now),
          asked: formatDayWithin(request.at, now),
        })}
      </p>
      <section class="recovery-step">
        <h2>
          <Icon of={PhoneCall} /> {t("recovery.helpSpeak", { name })}
        </h2>
        <p>{t("recovery.helpSpeakHint")}</p>
        <Form
          onSubmit={() => {
            setTried(true);
            if (digits === 6 && !busy) onGive(code);
          }}
        >
          <TextField
            label={t("recovery.helpCode", { name })}
            value={code}
            onInput={setCode}
            direction="ltr"
            inputMode="text"
            autoComplete="off"
            spellcheck={false}
            maxLength={16}
            error={
              failure
                ? failureText(failure)
                : tried && digits !== 6
                  ? t("recovery.helpCodeMissing")
                  : undefined
            }
          />
          <Button kind="primary" type="submit" wide busy={busy}>
            {t("recovery.helpGive", { name })}
          </Button>
        </Form>
      </section>
    </>
  );
}

function Paste({ onLink }: HelpProps) {
  const [link, setLink] = useState("");
  return (
    <Form
      onSubmit={() => {
        if (link.trim() !== "") onLink(link);
      }}
    >
      <TextField
        label={t("recovery.helpPaste")}
        value={link}
        onInput={setLink}
        direction="ltr"
        inputMode="url"
        spellcheck={false}
        autoCapitalize="none"
        maxLength={1000}
      />
      <Button kind="primary" type="submit" wide>
        {t("recovery.helpOpen")}
      </Button>
    </Form>
  );
}

/** The link leads to the node of whoever asks; who helps goes on at their own. */
function Elsewhere({ node, onSignIn, onContinueAt }: HelpProps) {
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const address = parseAddress(typed, node);
  return (
    <Form
      onSubmit={() => {
        setTried(true);
        if (!address) return;
        if (address.node === node) onSignIn();
        else onContinueAt(address.node);
      }}
    >
      <p>{t("recovery.helpElsewhere")}</p>
      <TextField
        label={t("join.yourAddress")}
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
      <Button kind="primary" type="submit" wide>
        {t("join.continue")}
      </Button>
    </Form>
  );
}
