import type { OutsideCall, OutsideDrop, OutsideShare } from "@baraza/engine/outside";
import { openDrop, openShare } from "@baraza/engine/outside";
import type { ShareLink } from "@baraza/protocol";
import { CloudOff, Link2Off, ShieldAlert } from "lucide";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Button } from "../ui/button.tsx";
import { Form, TextField } from "../ui/field.tsx";
import { Icon } from "../ui/icon.tsx";
import { Skeleton } from "../ui/progress.tsx";
import { Drop } from "./drop.tsx";
import { Files } from "./files.tsx";
import { Page } from "./page.tsx";
import type { Trouble } from "./trouble.ts";
import { troubleOf } from "./trouble.ts";

/** A link of which a part is missing. */
export function Broken() {
  return (
    <Page title={t("sharing.brokenTitle")}>
      <p>{t("sharing.broken")}</p>
    </Page>
  );
}

type State =
  | { at: "opening" }
  | { at: "passphrase"; busy: boolean; left?: number | undefined }
  | { at: "files"; share: OutsideShare }
  | { at: "drop"; drop: OutsideDrop }
  | { at: "trouble"; trouble: Trouble };

/** What is behind a link: files, a passphrase in front of them, a drop box, or why there is nothing. */
export function Outside({ link, call }: { link: ShareLink; call: OutsideCall }) {
  const [state, setState] = useState<State>({ at: "opening" });
  const needs = link.kind === "files" && link.passphrase;
  const failed = (error: unknown): void => {
    const trouble = troubleOf(error);
    if (trouble.kind === "wrong" && needs)
      setState({ at: "passphrase", busy: false, left: trouble.left });
    else setState({ at: "trouble", trouble });
  };
  const open = (passphrase: string | null): void => {
    if (link.kind === "drop")
      openDrop(call, link).then((drop) => setState({ at: "drop", drop }), failed);
    else
      openShare(call, link, passphrase).then((share) => setState({ at: "files", share }), failed);
  };
  const begin = (): void => {
    if (needs) return setState({ at: "passphrase", busy: false });
    setState({ at: "opening" });
    open(null);
  };
  // oxlint-disable-next-line react-hooks/exhaustive-deps -- the link that the page was opened with
  useEffect(begin, [link]);
  switch (state.at) {
    case "opening":
      return (
        <Page title={t("sharing.title")}>
          <Skeleton label={t("sharing.opening")} rows={3} />
        </Page>
      );
    case "passphrase":
      return (
        <Passphrase
          busy={state.busy}
          left={state.left}
          onOpen={(passphrase) => {
            setState({ at: "passphrase", busy: true });
            // The button shows that it works before the work keeps the page busy.
            requestAnimationFrame(() => setTimeout(() => open(passphrase)));
          }}
        />
      );
    case "files":
      return <Files share={state.share} call={call} />;
    case "drop":
      return <Drop drop={state.drop} call={call} />;
    case "trouble":
      return <Troubled trouble={state.trouble} onAgain={begin} />;
  }
}

export function Passphrase(props: {
  busy: boolean;
  left: number | undefined;
  onOpen: (passphrase: string) => void;
}) {
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const error =
    tried && typed === ""
      ? t("sharing.passphraseMissing")
      : props.left === undefined || props.busy
        ? undefined
        : t("sharing.passphraseWrong", { left: props.left });
  return (
    <Page title={t("sharing.passphraseTitle")} lead={t("sharing.passphraseLead")}>
      <Form
        onSubmit={() => {
          setTried(true);
          if (typed !== "" && !props.busy) props.onOpen(typed);
        }}
      >
        <TextField
          label={t("sharing.passphrase")}
          type="password"
          value={typed}
          onInput={setTyped}
          autoComplete="off"
          autoCapitalize="none"
          maxLength={200}
          error={error}
        />
        <Button kind="primary" type="submit" wide busy={props.busy}>
          {t("sharing.open")}
        </Button>
      </Form>
    </Page>
  );
}

export function Troubled({ trouble, onAgain }: { trouble: Trouble; onAgain: () => void }) {
  const again = (
    <div>
      <Button kind="primary" onClick={onAgain}>
        {t("sharing.again")}
      </Button>
    </div>
  );
  if (trouble.kind === "ended" || trouble.kind === "wrong")
    return (
      <Page title={t("sharing.endedTitle")}>
        <p class="outside-why" role="alert">
          <Icon of={Link2Off} />
          {trouble.kind === "ended" ? t(`sharing.${trouble.why}`) : t("sharing.unknown")}
        </p>
      </Page>
    );
  if (trouble.kind === "altered")
    return (
      <Page title={t("sharing.alteredTitle")}>
        <p class="outside-why" role="alert">
          <Icon of={ShieldAlert} />
          {t("sharing.altered")}
        </p>
      </Page>
    );
  return (
    <Page title={t("sharing.title")}>
      <p class="outside-why" role="alert">
        <Icon of={CloudOff} />
        {t("sharing.noLine")}
      </p>
      {again}
    </Page>
  );
}
