import "./lists.css";
import type { ListDetails, ListMiss, ListSending } from "@baraza/engine";
import {
  ArrowLeft,
  CheckCheck,
  ChevronDown,
  Clock,
  Ellipsis,
  Pencil,
  Trash2,
  TriangleAlert,
  Users,
  UsersRound,
  X,
} from "lucide";
import { useState } from "preact/hooks";
import { formatMoment } from "../../i18n/dates.ts";
import { formatNumber, t } from "../../i18n/index.ts";
import { formatNames } from "../../i18n/names.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Composer } from "../../ui/composer.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { MenuButton } from "../../ui/menu.tsx";

export interface ListPageProps {
  list: ListDetails;
  /** What one has begun to write. */
  text: string;
  spaceHref: (spaceId: string) => string;
  onText: (text: string) => void;
  onSend: (text: string) => void;
  onChoose: () => void;
  onRename: () => void;
  onRemove: () => void;
  onForget: (sendingId: string) => void;
  onBack: () => void;
}

/** A broadcast list: who is on it, what was sent through it, and a field to write to everybody on it. */
export function ListPage(props: ListPageProps) {
  const { list } = props;
  const { people, sendings } = list;
  const fresh = people.length === 0 && sendings.length === 0;
  const arriving = people.some(({ miss }) => miss === "arriving");
  const reached = people.filter(({ miss }) => miss === null).length;
  return (
    <section class="conversation" aria-labelledby="list-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="list-title" tabIndex={-1}>
            <bdi>{list.name}</bdi>
          </h1>
          <p class="pane-sub">{t("lists.people", { count: people.length })}</p>
        </div>
        <IconButton
          icon={UsersRound}
          label={t("lists.choose")}
          tip="below-end"
          hasPopup="dialog"
          onClick={props.onChoose}
        />
        <MenuButton
          icon={Ellipsis}
          label={t("lists.more")}
          tip="below-end"
          items={[
            { label: t("lists.rename"), icon: Pencil, onSelect: props.onRename },
            { label: t("lists.remove"), icon: Trash2, danger: true, onSelect: props.onRemove },
          ]}
        />
      </header>
      <div class="pane-body">
        {fresh ? (
          <div class="lists-none">
            <EmptyState
              picture={<Icon of={Users} />}
              title={t("lists.empty")}
              action={
                <Button kind="primary" icon={UsersRound} onClick={props.onChoose}>
                  {t("lists.add")}
                </Button>
              }
            >
              {t("lists.lead")}
            </EmptyState>
          </div>
        ) : (
          <div class="lists-page">
            <People {...props} />
            <h2>{t("lists.sent")}</h2>
            {sendings.length === 0 ? (
              <p class="lists-soft">{t("lists.sentNone")}</p>
            ) : (
              <ul class="lists-sent">
                {sendings.map((one) => (
                  <Sending key={one.sendingId} one={one} onForget={props.onForget} />
                ))}
              </ul>
            )}
          </div>
        )}
      </div>
      <div class="lists-write" hidden={fresh}>
        {arriving ? (
          <p class="lists-soft" role="status">
            {t("lists.arriving")}
          </p>
        ) : reached === 0 ? (
          <p class="lists-soft">{people.length === 0 ? t("lists.first") : t("lists.nobody")}</p>
        ) : (
          <Composer
            label={t("lists.write")}
            placeholder={t("lists.write")}
            value={props.text}
            onInput={props.onText}
            onSend={props.onSend}
            sendLabel={t("lists.sendTo", { count: reached })}
          />
        )}
      </div>
    </section>
  );
}

/** So many names stand in the line before it is opened. */
const NAMED = 3;

function People({ list, spaceHref, onChoose }: ListPageProps) {
  const { people } = list;
  const [open, setOpen] = useState(false);
  const names = people.slice(0, NAMED).map(({ name }) => name);
  const more = people.length - names.length;
  return (
    <details
      class="lists-people"
      open={open}
      onToggle={(event) => setOpen(event.currentTarget.open)}
    >
      <summary>
        <Icon of={Users} />
        <span>
          {people.length === 0 ? t("lists.people", { count: 0 }) : formatNames(names, more)}
        </span>
        <Icon of={ChevronDown} />
      </summary>
      <List label={t("lists.choose")}>
        {people.map(({ identityId, name, address, spaceId, miss }) => (
          <ListItem
            key={identityId}
            {...(spaceId === null ? {} : { href: spaceHref(spaceId) })}
            start={<Avatar id={identityId} name={name} />}
            title={<bdi>{name}</bdi>}
            detail={miss === null ? <bdi dir="ltr">{address}</bdi> : t(`lists.is.${miss}`)}
          />
        ))}
      </List>
      <Button icon={UsersRound} onClick={onChoose}>
        {t("lists.change")}
      </Button>
    </details>
  );
}

const WHY = ["gone", "blocked", "refused"] as const satisfies readonly ListMiss[];
/** So many people who did not get it are named. */
const MISSED = 20;

function Sending({ one, onForget }: { one: ListSending; onForget: (sendingId: string) => void }) {
  const { sendingId, at, text, files, total, sent, waits } = one;
  const namesOf = (why: ListMiss): string => {
    const some = one.missed.filter((person) => person.why === why);
    if (some.length === 0) return "";
    const names = some.slice(0, MISSED).map(({ name }) => name || "?");
    return formatNames(names, some.length - names.length);
  };
  return (
    <li class="lists-one">
      <div class="lists-one-head">
        <span>{formatMoment(at)}</span>
        <IconButton
          icon={X}
          label={t("lists.forget")}
          tip="below-end"
          onClick={() => onForget(sendingId)}
        />
      </div>
      {one.passes ? (
        <p class="lists-soft">{t("lists.passes")}</p>
      ) : (
        text !== "" && (
          <p class="lists-words as-page" dir="auto">
            {text}
          </p>
        )
      )}
      {files > 0 && <p class="lists-soft">{t("lists.files", { count: files })}</p>}
      <p class="lists-state">
        <Icon of={waits === 0 ? CheckCheck : one.lost ? TriangleAlert : Clock} />
        {one.elsewhere && !one.lost ? (
          t("lists.elsewhere")
        ) : (
          <>
            {t("lists.sentTo", { sent: formatNumber(sent), total: formatNumber(total) })}
            {waits > 0 && !one.lost && <span> · {t("lists.waits", { count: waits })}</span>}
          </>
        )}
      </p>
      {one.lost && waits > 0 && <p class="lists-miss">{t("lists.lost", { count: waits })}</p>}
      {WHY.map((why) => {
        const names = namesOf(why);
        return (
          names !== "" && (
            <p class="lists-miss" key={why}>
              {t(`lists.miss.${why}`, { names })}
            </p>
          )
        );
      })}
    </li>
  );
}
