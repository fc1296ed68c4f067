import "./contact.css";
import type { ContactKnown, KnownPerson } from "@baraza/engine";
import { oddNames } from "@baraza/engine/safe-text";
import { MessageSquareText, Search, Send, ShieldAlert, UserRound } from "lucide";
import { useId, useMemo, useState } from "preact/hooks";
import type { MessageMedia } from "../../app/model.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { CheckBadge } from "../../ui/check-badge.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { Skeleton } from "../../ui/progress.tsx";

export type SentContact = NonNullable<MessageMedia["contact"]>;

/** People that are in the page at once; the others are found by name. */
const SHOWN = 100;
/** Characters of first words. */
const LONGEST = 1000;

/** Whose card is sent, among the people one knows. */
export function PickContact(props: {
  /** Undefined while they are being read. */
  people: readonly KnownPerson[] | undefined;
  busy: boolean;
  onPick: (identityId: string) => void;
  onClose: () => void;
}) {
  const { people } = props;
  const [query, setQuery] = useState("");
  const wanted = query.trim().toLocaleLowerCase();
  const found = (people ?? []).filter(
    ({ name, address }) =>
      name.toLocaleLowerCase().includes(wanted) || address.toLocaleLowerCase().includes(wanted),
  );
  const odd = useMemo(() => oddNames((people ?? []).map(({ name }) => name)), [people]);
  return (
    <Dialog title={t("contact.pick")} onClose={props.onClose}>
      {people === undefined ? (
        <Skeleton label={t("ui.moment")} rows={3} />
      ) : people.length === 0 ? (
        <p class="field-hint">{t("contact.nobody")}</p>
      ) : (
        <>
          <TextField label={t("contact.find")} value={query} onInput={setQuery}>
            <Icon of={Search} />
          </TextField>
          {found.length === 0 ? (
            <p class="field-hint">{t("contact.noMatch")}</p>
          ) : (
            <ul class="contact-list" aria-label={t("contact.pick")}>
              {found.slice(0, SHOWN).map((person) => (
                <li key={person.identityId}>
                  <button
                    type="button"
                    class="contact-row"
                    disabled={props.busy}
                    onClick={() => props.onPick(person.identityId)}
                  >
                    <Avatar id={person.identityId} name={person.name || person.address} size="s" />
                    <span class="contact-words">
                      <PersonName name={person.name || person.address} odd={odd.has(person.name)} />
                      <span class="field-hint">
                        <bdi>{person.address}</bdi>
                      </span>
                    </span>
                    <CheckBadge check={person.check === "you" ? "known" : person.check} />
                  </button>
                </li>
              ))}
            </ul>
          )}
          <p class="field-hint">{t("contact.what")}</p>
        </>
      )}
    </Dialog>
  );
}

export interface ContactCardProps {
  contact: SentContact;
  senderName: string;
  /** What this device knows itself; undefined while it is being read. */
  known: ContactKnown | undefined;
  /** Somebody else whom one knows is called so, or looks so: their name. */
  resembles: string | null;
  busy: boolean;
  /** What asking for them came to, as a sentence. */
  problem: string | undefined;
  /** One writes for the first time: the words are asked for. */
  writing: boolean;
  onLook: () => void;
  onWrite: () => void;
  onSend: (words: string) => void;
  onClose: () => void;
}

/** A card that somebody sent: what they say, what one knows oneself, and what one can do. */
export function ContactCardDialog(props: ContactCardProps) {
  const { contact, known, busy } = props;
  const [words, setWords] = useState("");
  const id = useId();
  const name = contact.name || contact.address;
  const you = known?.you === true;
  return (
    <Dialog
      title={t("contact.title")}
      onClose={props.onClose}
      actions={
        you ? undefined : props.writing ? (
          <Button
            kind="primary"
            icon={Send}
            busy={busy}
            disabled={words.trim() === ""}
            onClick={() => props.onSend(words.trim())}
          >
            {t("ui.send")}
          </Button>
        ) : (
          <>
            <Button icon={UserRound} busy={busy} onClick={props.onLook}>
              {t("contact.look")}
            </Button>
            <Button kind="primary" icon={MessageSquareText} busy={busy} onClick={props.onWrite}>
              {t("contact.write")}
            </Button>
          </>
        )
      }
    >
      <div class="contact-card">
        <Avatar id={contact.identityId ?? contact.address} name={name} size="l" />
        <div class="contact-words">
          <strong>
            <PersonName name={name} odd={props.resembles !== null || oddNames([name]).has(name)} />
          </strong>
          <bdi>{contact.address}</bdi>
        </div>
      </div>
      {you ? (
        <p class="contact-claim">{t("contact.you")}</p>
      ) : (
        <>
          <p class="contact-claim">
            {contact.checked
              ? tParts("contact.checkedBy", { name: <bdi>{props.senderName}</bdi> })
              : tParts("contact.uncheckedBy", { name: <bdi>{props.senderName}</bdi> })}
          </p>
          {known?.known && (
            <p class="contact-claim">
              {tParts("contact.known", {
                name: <PersonName name={known.known.name || known.known.address} />,
              })}{" "}
              {known.known.check !== "you" && <CheckBadge check={known.known.check} />}
            </p>
          )}
          {known?.otherAddress != null && (
            <p class="contact-warning" role="alert">
              <Icon of={ShieldAlert} />
              <span>
                {tParts("contact.otherAddress", { name: <PersonName name={known.otherAddress} /> })}
              </span>
            </p>
          )}
          {props.resembles !== null && (
            <p class="contact-warning" role="alert">
              <Icon of={ShieldAlert} />
              <span>
                {tParts("contact.resembles", { name: <PersonName name={props.resembles} /> })}
              </span>
            </p>
          )}
          {props.writing && (
            <>
              <label class="field-label" for={id}>
                {t("contact.words")}
              </label>
              <textarea
                id={id}
                rows={3}
                maxLength={LONGEST}
                dir="auto"
                value={words}
                onInput={(event) => setWords(event.currentTarget.value)}
              />
              <p class="field-hint">{t("contact.wait")}</p>
            </>
          )}
          {props.problem !== undefined && (
            <p class="contact-warning" role="alert">
              <Icon of={ShieldAlert} />
              <span>{props.problem}</span>
            </p>
          )}
        </>
      )}
    </Dialog>
  );
}
