import "./moving.css";
import type { ArrivalView } from "@baraza/engine";
import { useState } from "preact/hooks";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { SoloPage } from "../../ui/page.tsx";
import { Progress } from "../../ui/progress.tsx";
import { NAME_PATTERN } from "../account/address.ts";
import { StrengthMeter } from "../account/meter.tsx";
import type { Trouble } from "./explain.ts";
import { explain } from "./explain.ts";
import { OpenFile } from "./file.tsx";

export interface ArriveProps {
  node: string;
  /** Somebody is signed in in this browser. */
  taken: boolean;
  settingsHref: string;
  /** Where one signs in: the account may be here already, when the last try was cut off. */
  signInHref: string;
  /** What is brought; absent while a file has to be chosen, or the link is being looked at. */
  arrival: ArrivalView | undefined;
  /** A link was opened, so no file is asked for. */
  linked: boolean;
  /** This node asks for an invitation that the link does not hold. */
  needsInvitation: boolean;
  step: "look" | "ready" | "arriving" | "reading";
  reading: { done: number; total: number } | undefined;
  trouble: Trouble | undefined;
  onFile: (file: File, passphrase: string) => void;
  onArrive: (account: { name: string; passphrase: string; invitation: string }) => void;
}

/** One's account comes here from another node. */
export function Arrive(props: ArriveProps) {
  const { arrival, linked, step, trouble, taken } = props;
  return (
    <SoloPage
      motto={t("app.motto")}
      title={t("moving.arriveTitle")}
      lead={
        arrival === undefined
          ? t(linked ? "ui.moment" : "moving.arriveByFile")
          : tParts("moving.arriveLead", {
              name: <bdi>{arrival.displayName}</bdi>,
              address: <bdi>{`${arrival.name}@${arrival.node}`}</bdi>,
            })
      }
    >
      {taken && step !== "reading" ? (
        <p>
          {t("moving.taken")} <a href={props.settingsHref}>{t("shell.settings")}</a>
        </p>
      ) : (
        <>
          {arrival === undefined && !linked && (
            <OpenFile busy={step !== "look"} onOpen={props.onFile} />
          )}
          {arrival !== undefined && step !== "reading" && <Account {...props} arrival={arrival} />}
          {step === "reading" && (
            <Progress
              label={t("moving.bringing")}
              done={props.reading?.done ?? 0}
              total={props.reading?.total ?? 0}
            />
          )}
        </>
      )}
      {trouble && (
        <p class="field-error" role="alert">
          {explain(trouble)}{" "}
          {trouble.code === "already_here" && <a href={props.signInHref}>{t("signIn.action")}</a>}
        </p>
      )}
    </SoloPage>
  );
}

function Account({
  arrival,
  node,
  needsInvitation,
  step,
  onArrive,
}: ArriveProps & { arrival: ArrivalView }) {
  const [name, setName] = useState(arrival.name);
  const [passphrase, setPassphrase] = useState("");
  const [invitation, setInvitation] = useState("");
  const [tried, setTried] = useState(false);
  const busy = step === "arriving";
  const wrong = {
    name: NAME_PATTERN.test(name) ? undefined : t("signUp.addressWrong"),
    passphrase: Array.from(passphrase).length >= 8 ? undefined : t("signUp.passphraseShort"),
  };
  return (
    <Form
      onSubmit={() => {
        setTried(true);
        if (!busy && !wrong.name && !wrong.passphrase) onArrive({ name, passphrase, invitation });
      }}
    >
      <TextField
        label={t("signUp.address")}
        value={name}
        onInput={(value) => setName(value.toLowerCase().replace(/[\s@]/g, ""))}
        direction="ltr"
        suffix={`@${node}`}
        autoComplete="username"
        autoCapitalize="none"
        spellcheck={false}
        maxLength={32}
        error={tried ? wrong.name : undefined}
      />
      <TextField
        label={t("signUp.passphrase")}
        hint={t("moving.arrivePassphrase")}
        type="password"
        value={passphrase}
        onInput={setPassphrase}
        autoComplete="new-password"
        maxLength={256}
        error={tried ? wrong.passphrase : undefined}
      >
        <StrengthMeter passphrase={passphrase} own={[arrival.displayName, name, node]} />
      </TextField>
      {needsInvitation && (
        <TextField
          label={t("moving.invitation")}
          hint={t("moving.invitationHint")}
          value={invitation}
          onInput={setInvitation}
          direction="ltr"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={300}
        />
      )}
      <Button kind="primary" type="submit" wide busy={busy}>
        {busy ? t("moving.arriving") : t("moving.arrive")}
      </Button>
    </Form>
  );
}
