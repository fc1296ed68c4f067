import "./ways.css";
import type { Way } from "@baraza/engine";
import { Building2, CircleHelp, Fingerprint, KeyRound, ScrollText, Users } from "lucide";
import { useState } from "preact/hooks";
import { formatDayWithin } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Badge, List, ListItem } from "../../ui/list.tsx";

export interface WaysListProps {
  ways: readonly Way[];
  now: number;
  onRename: (way: Way, label: string) => void;
  onRemove: (way: Way) => void;
}

const icons = {
  passphrase: KeyRound,
  "passphrase+secret": KeyRound,
  passkey: Fingerprint,
  words: ScrollText,
  people: Users,
  organisation: Building2,
  device: CircleHelp,
  other: CircleHelp,
};

/** Every way into the account, with what is weak about it. */
export function WaysList({ ways, now, onRename, onRemove }: WaysListProps) {
  const [chosen, setChosen] = useState<Way>();
  return (
    <>
      <List label={t("ways.title")}>
        {ways.map((way) => (
          <ListItem
            key={way.id}
            start={<Icon of={icons[way.kind]} />}
            title={wayName(way)}
            detail={wayDetail(way, now)}
            mark={way.weak && <Badge tone="plain">{t("ways.weak")}</Badge>}
            wrap
            onClick={() => setChosen(way)}
          />
        ))}
      </List>
      {chosen && (
        <OneWay
          way={chosen}
          detail={wayDetail(chosen, now)}
          last={ways.length < 2}
          onRename={(label) => {
            onRename(chosen, label);
            setChosen(undefined);
          }}
          onRemove={() => {
            onRemove(chosen);
            setChosen(undefined);
          }}
          onClose={() => setChosen(undefined)}
        />
      )}
    </>
  );
}

export function wayName(way: Way): string {
  return way.label ?? t(`ways.kind.${way.kind}`);
}

function wayDetail(way: Way, now: number): string {
  if (way.weak) return t("ways.weakWhat");
  if (!way.opens) return t("ways.signsInOnly");
  const date = formatDayWithin(way.created, now);
  return way.label === null ? t("ways.since", { date }) : `${t(`ways.kind.${way.kind}`)} · ${date}`;
}

/** One way: its name, and taking it away. */
function OneWay(props: {
  way: Way;
  detail: string;
  last: boolean;
  onRename: (label: string) => void;
  onRemove: () => void;
  onClose: () => void;
}) {
  const { way } = props;
  const [label, setLabel] = useState(way.label ?? "");
  const [sure, setSure] = useState(false);
  return (
    <Dialog title={wayName(way)} onClose={props.onClose}>
      <p>{props.detail}</p>
      {way.kind === "passkey" && !sure && (
        <Form onSubmit={() => props.onRename(label)}>
          <TextField
            label={t("ways.label")}
            hint={t("ways.labelHint")}
            value={label}
            onInput={setLabel}
            maxLength={60}
          />
          <div class="ways-buttons">
            <Button type="submit" kind="primary">
              {t("ui.save")}
            </Button>
          </div>
        </Form>
      )}
      {props.last ? (
        <p>{t("failure.lastWay")}</p>
      ) : sure ? (
        <>
          <p>{t("ways.removeWhat")}</p>
          <div class="ways-buttons">
            <Button onClick={() => setSure(false)}>{t("ui.cancel")}</Button>
            <Button kind="danger" onClick={props.onRemove}>
              {t("ways.remove")}
            </Button>
          </div>
        </>
      ) : (
        <div class="ways-buttons">
          <Button onClick={() => setSure(true)}>{t("ways.removeAsk")}</Button>
        </div>
      )}
    </Dialog>
  );
}
