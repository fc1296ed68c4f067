import type { FoundPerson } from "@baraza/engine";
import { Search, Send } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { formatNumber, t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { Page } from "./page.tsx";

/** Characters of first words. */
const LONGEST = 1000;

export interface WriteProps {
  found: FoundPerson | undefined;
  busy: boolean;
  /** What an address or a try to write came to, as a sentence. */
  problem: string | undefined;
  onFind: (address: string) => void;
  /** The address is another one than was looked up. */
  onOther: () => void;
  onWrite: (words: string) => void;
  onOpen: (spaceId: string) => void;
  onRequests: () => void;
  onUnblock: () => void;
  onBack: () => void;
}

/** Writing to an address that one has never written to: who has it, and the first words. */
export function Write(props: WriteProps) {
  const { found, busy } = props;
  const [address, setAddress] = useState("");
  return (
    <Page title={t("requests.writeTitle")} onBack={props.onBack}>
      <Form
        onSubmit={() => {
          if (!busy && address.trim() !== "") props.onFind(address.trim());
        }}
      >
        <div class="requests-form">
          <TextField
            label={t("requests.address")}
            hint={t("requests.addressHint")}
            value={address}
            onInput={(typed) => {
              setAddress(typed);
              if (found) props.onOther();
            }}
            maxLength={330}
            direction="ltr"
            autoCapitalize="none"
            spellcheck={false}
            error={found ? undefined : props.problem}
          />
          {!found && (
            <div class="requests-actions">
              <Button type="submit" kind="primary" icon={Search} busy={busy}>
                {t("requests.find")}
              </Button>
            </div>
          )}
        </div>
      </Form>
      {found && <Person {...props} found={found} />}
    </Page>
  );
}

function Person(props: WriteProps & { found: FoundPerson }) {
  const { found, busy } = props;
  const [words, setWords] = useState("");
  const id = useId();
  const left = LONGEST - words.length;
  return (
    <>
      <div class="requests-who" role="status">
        <Avatar id={found.identityId} name={found.name ?? found.address} />
        <div class="requests-who-words">
          <strong>
            <bdi dir="ltr">{found.address}</bdi>
          </strong>
          <span class="requests-address">
            {found.name !== null && found.name !== found.address
              ? tParts("requests.foundAs", { name: <PersonName name={found.name} /> })
              : t("requests.found")}
          </span>
        </div>
      </div>
      {found.blocked ? (
        <Instead text={t("requests.isBlocked")}>
          <Button onClick={props.onUnblock}>{t("requests.unblock")}</Button>
        </Instead>
      ) : found.spaceId !== null ? (
        <Instead text={t("requests.already")}>
          <Button kind="primary" onClick={() => props.onOpen(found.spaceId ?? "")}>
            {t("requests.openIt")}
          </Button>
        </Instead>
      ) : found.wrote ? (
        <Instead text={t("requests.wroteFirst")}>
          <Button kind="primary" onClick={props.onRequests}>
            {t("requests.title")}
          </Button>
        </Instead>
      ) : (
        <Form
          onSubmit={() => {
            if (!busy && words.trim() !== "" && left >= 0) props.onWrite(words.trim());
          }}
        >
          <div class="requests-form">
            <div class="field">
              <label class="field-label" for={id}>
                {t("requests.words")}
              </label>
              <textarea
                id={id}
                class="requests-text"
                dir="auto"
                value={words}
                maxLength={LONGEST}
                aria-describedby={`${id}-hint`}
                onInput={(event) => setWords(event.currentTarget.value)}
              />
              <p class="field-hint" id={`${id}-hint`}>
                {t("requests.wordsHint")}
              </p>
              {left < 100 && <p class="field-hint">{formatNumber(left)}</p>}
              {props.problem && (
                <p class="field-error" role="alert">
                  {props.problem}
                </p>
              )}
            </div>
            <div class="requests-actions">
              <Button
                type="submit"
                kind="primary"
                icon={Send}
                mirrorIcon
                busy={busy}
                disabled={words.trim() === ""}
              >
                {t("requests.send")}
              </Button>
            </div>
          </div>
        </Form>
      )}
    </>
  );
}

/** What there is to do with somebody to whom one cannot write for the first time. */
function Instead({ text, children }: { text: string; children: ComponentChildren }) {
  return (
    <>
      <p>{text}</p>
      <div class="requests-actions">{children}</div>
    </>
  );
}
