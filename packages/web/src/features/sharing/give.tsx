import "./sharing.css";
import { useState } from "preact/hooks";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, SelectField, TextField } from "../../ui/field.tsx";
import { StrengthMeter } from "../account/meter.tsx";
import { safeName } from "../files/model.ts";
import { LinkDialog } from "./made.tsx";
import { DAY_MS, LINK_DAYS, LINK_DAYS_FIRST, LINK_TAKES, PASSPHRASE_LEAST } from "./model.ts";

/** What a link is to be like. */
export interface LinkWish {
  title: string;
  passphrase: string | null;
  /** How long it works, ms. */
  lasts: number;
  takes: number | null;
}

export interface GiveProps {
  /** Names of what is given. */
  names: readonly string[];
  /** A folder is among them. */
  folders: boolean;
  /** Links to the same things that work already. */
  already: number;
  sharedHref: string;
  now: number;
  busy: boolean;
  /** Why it could not be made. */
  problem: string | undefined;
  /** Once it is made. */
  link: string | undefined;
  onMake: (wish: LinkWish) => void;
  onClose: () => void;
}

/** Making a link by which people outside download files. */
export function Give(props: GiveProps) {
  const { names, busy, now } = props;
  const [first] = names;
  const [title, setTitle] = useState(
    names.length === 1 && first !== undefined ? safeName(first) : "",
  );
  const [passphrase, setPassphrase] = useState("");
  const [days, setDays] = useState(String(LINK_DAYS_FIRST));
  const [takes, setTakes] = useState("0");
  const [tried, setTried] = useState(false);
  const short = passphrase !== "" && passphrase.length < PASSPHRASE_LEAST;
  if (props.link !== undefined)
    return (
      <LinkDialog
        title={t("links.madeTitle")}
        link={props.link}
        shareText={t("links.shareText", { name: title })}
        onClose={props.onClose}
      >
        <p>{t("links.madeLead")}</p>
        {passphrase !== "" && <p class="made-note">{t("links.madePassphrase")}</p>}
      </LinkDialog>
    );
  return (
    <Dialog title={t("links.give")} onClose={props.onClose}>
      <div class="give">
        <p>
          <strong class="give-what">
            {names.length === 1 ? (
              <bdi>{safeName(first ?? "")}</bdi>
            ) : (
              t("links.items", { count: names.length })
            )}
          </strong>{" "}
          {props.folders ? t("links.giveLeadFolder") : t("links.giveLead")}
        </p>
        {props.already > 0 && (
          <p class="made-note">
            {t("links.already", { count: props.already })}{" "}
            <a href={props.sharedHref}>{t("links.see")}</a>
          </p>
        )}
        <Form
          onSubmit={() => {
            setTried(true);
            if (busy || short) return;
            props.onMake({
              title: title.trim().normalize("NFC"),
              passphrase: passphrase === "" ? null : passphrase,
              lasts: Number(days) * DAY_MS,
              takes: takes === "0" ? null : Number(takes),
            });
          }}
        >
          <TextField
            label={t("links.name")}
            hint={t("links.nameHint")}
            value={title}
            onInput={setTitle}
            maxLength={200}
          />
          <TextField
            label={t("links.passphrase")}
            hint={t("links.passphraseHint")}
            type="password"
            value={passphrase}
            onInput={setPassphrase}
            autoComplete="new-password"
            autoCapitalize="none"
            maxLength={200}
            error={tried && short ? t("links.passphraseShort") : undefined}
          >
            <StrengthMeter passphrase={passphrase} own={[...names, title]} />
          </TextField>
          <div class="give-pair">
            <SelectField
              label={t("links.works")}
              hint={t("links.worksHint", {
                date: formatDayWithin(now + Number(days) * DAY_MS, now),
              })}
              value={days}
              onChange={setDays}
              options={LINK_DAYS.map((count) => ({
                value: String(count),
                label: t("links.days", { count }),
              }))}
            />
            <SelectField
              label={t("links.takes")}
              value={takes}
              onChange={setTakes}
              options={LINK_TAKES.map((count) => ({
                value: String(count),
                label: count === 0 ? t("links.takesAny") : t("links.times", { count }),
              }))}
            />
          </div>
          {props.problem && (
            <p class="field-error" role="alert">
              {props.problem}
            </p>
          )}
          <Button kind="primary" type="submit" wide busy={busy}>
            {t("links.make")}
          </Button>
        </Form>
      </div>
    </Dialog>
  );
}
