import "./access.css";
import type { Asking, Report, SpaceRules, WayIn } from "@baraza/engine";
import { ArrowLeft, Link as LinkIcon, Plus } from "lucide";
import type { ComponentChildren } from "preact";
import { useId, useState } from "preact/hooks";
import { formatNumber, t, tParts } from "../../i18n/index.ts";
import { formatUntil } from "../../i18n/dates.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { CheckBadge } from "../../ui/check-badge.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";

export interface AccessProps {
  title: string;
  rules: SpaceRules;
  asks: readonly Asking[];
  links: readonly WayIn[];
  reports: readonly Report[];
  messageHref: (eventId: string) => string;
  onDismiss: (reportId: string) => void;
  /** Deletes the message of a report for all, and is done with it. */
  onRemove: (report: Report) => void;
  now: number;
  onBack: () => void;
  onAnswer: (askIds: string[], accept: boolean) => void;
  onNewLink: () => void;
  onShowLink: (link: WayIn) => void;
  onEndLink: (linkId: string) => void;
  onRules: (rules: { announce?: boolean; approve?: boolean }) => void;
  onAbout: (text: string) => void;
  onLift: (identityId: string) => void;
}

/** Who may come into a conversation and by which links, who writes in it, and who does not come again. */
export function Access(props: AccessProps) {
  const { rules, asks, links } = props;
  const leads = rules.myRole === "steward";
  const orders = leads || rules.myRole === "moderator";
  return (
    <section class="conversation" aria-labelledby="access-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="access-title" tabIndex={-1}>
            {t("people.access")}
          </h1>
          <p class="pane-sub as-page" dir="auto">
            {props.title}
          </p>
        </div>
      </header>
      <div class="pane-body">
        <div class="access">
          {orders && (
            <Part title={t("access.asksTitle")}>
              {asks.length === 0 ? (
                <p class="field-hint">{t("access.asksNone")}</p>
              ) : (
                <Asks asks={asks} onAnswer={props.onAnswer} />
              )}
            </Part>
          )}
          {orders && props.reports.length > 0 && <Reports {...props} />}
          {rules.mayInvite && (
            <Part title={t("access.linksTitle")}>
              <p class="field-hint">{t("access.linksHint")}</p>
              {links.length > 0 && (
                <List label={t("access.linksTitle")}>
                  {links.map((link) => (
                    <LinkRow key={link.linkId} link={link} {...props} />
                  ))}
                </List>
              )}
              <Button icon={Plus} onClick={props.onNewLink}>
                {t("access.newLink")}
              </Button>
            </Part>
          )}
          {leads && (
            <Part title={t("access.rulesTitle")}>
              <Switch
                label={t("access.announce")}
                hint={t("access.announceHint")}
                checked={rules.announce}
                onChange={(announce) => props.onRules({ announce })}
              />
              <Switch
                label={t("access.approve")}
                hint={t("access.approveHint")}
                checked={rules.approve}
                onChange={(approve) => props.onRules({ approve })}
              />
            </Part>
          )}
          {orders && <About text={rules.about} onSave={props.onAbout} />}
          {orders && rules.banned.length > 0 && (
            <Part title={t("access.bannedTitle")}>
              <p class="field-hint">{t("access.bannedHint")}</p>
              <List label={t("access.bannedTitle")}>
                {rules.banned.map((one) => (
                  <ListItem
                    key={one.identityId}
                    start={<Avatar id={one.identityId} name={one.name} />}
                    title={<bdi>{one.name}</bdi>}
                    detail={<span dir="ltr">{one.address}</span>}
                    end={
                      leads && (
                        <Button onClick={() => props.onLift(one.identityId)}>
                          {t("access.lift")}
                        </Button>
                      )
                    }
                  />
                ))}
              </List>
            </Part>
          )}
        </div>
      </div>
    </section>
  );
}

function Part(props: { title: string; children: ComponentChildren }) {
  const id = useId();
  return (
    <section class="access-part" aria-labelledby={id}>
      <h2 id={id}>{props.title}</h2>
      {props.children}
    </section>
  );
}

/** Who asks, to be answered one by one or several at once. */
function Asks({ asks, onAnswer }: Pick<AccessProps, "asks" | "onAnswer">) {
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const ids = asks.map(({ askId }) => askId).filter((id) => chosen.has(id));
  const answer = (accept: boolean): void => {
    setChosen(new Set());
    onAnswer(ids, accept);
  };
  return (
    <>
      <ul class="access-asks" aria-label={t("access.asksTitle")}>
        {asks.map((one) => (
          <li key={one.askId}>
            <label class="access-ask">
              <input
                type="checkbox"
                checked={chosen.has(one.askId)}
                onChange={(event) => {
                  const next = new Set(chosen);
                  if (event.currentTarget.checked) next.add(one.askId);
                  else next.delete(one.askId);
                  setChosen(next);
                }}
              />
              <Avatar id={one.identityId} name={one.name} />
              <span class="access-ask-words">
                <strong>
                  <bdi>{one.name}</bdi>
                </strong>
                <span class="check">
                  {one.check !== "you" && <CheckBadge check={one.check} />}
                  <span class="check-address" dir="ltr">
                    {one.address}
                  </span>
                </span>
                <span class="field-hint">
                  {tParts("access.askBy", { name: <bdi>{one.by}</bdi> })}
                  {one.role !== null && <> · {t(`access.as.${one.role}`)}</>}
                </span>
              </span>
            </label>
          </li>
        ))}
      </ul>
      <div class="access-buttons">
        <Button kind="primary" disabled={ids.length === 0} onClick={() => answer(true)}>
          {t("access.accept")}
        </Button>
        <Button disabled={ids.length === 0} onClick={() => answer(false)}>
          {t("access.decline")}
        </Button>
        {asks.length > 1 && (
          <Button kind="quiet" onClick={() => setChosen(new Set(asks.map((one) => one.askId)))}>
            {t("access.chooseAll")}
          </Button>
        )}
      </div>
    </>
  );
}

function LinkRow({
  link,
  now,
  onShowLink,
  onEndLink,
}: { link: WayIn } & Pick<AccessProps, "now" | "onShowLink" | "onEndLink">) {
  const open = link.state === "open";
  const about = [
    open
      ? t("access.linkUntil", { when: formatUntil(link.expires, now) })
      : t(`access.link.${link.state as "ended" | "expired" | "used"}`),
    ...(link.approval ? [t("access.linkApproval")] : []),
    ...(link.role === null ? [] : [t(`access.as.${link.role}`)]),
  ];
  return (
    <ListItem
      start={<LinkMark />}
      title={
        link.most === null
          ? t("access.linkUsed", { count: link.used })
          : t("access.linkUsedOf", {
              used: formatNumber(link.used),
              most: formatNumber(link.most),
            })
      }
      detail={about.join(" · ")}
      wrap
      {...(open ? { onClick: () => onShowLink(link) } : {})}
      end={open && <Button onClick={() => onEndLink(link.linkId)}>{t("access.endLink")}</Button>}
    />
  );
}

function LinkMark() {
  return (
    <span class="search-file">
      <Icon of={LinkIcon} />
    </span>
  );
}

/** What the conversation says of itself. */
function About({ text, onSave }: { text: string; onSave: (text: string) => void }) {
  const [typed, setTyped] = useState(text);
  return (
    <Part title={t("access.aboutTitle")}>
      <Form onSubmit={() => onSave(typed)}>
        <TextField
          label={t("access.aboutLabel")}
          hint={t("access.aboutHint")}
          value={typed}
          onInput={setTyped}
          maxLength={1000}
        />
        <Button type="submit" disabled={typed.trim() === text}>
          {t("access.save")}
        </Button>
      </Form>
    </Part>
  );
}

function Reports(props: Pick<AccessProps, "reports" | "messageHref" | "onDismiss" | "onRemove">) {
  return (
    <Part title={t("access.reportsTitle")}>
      <p class="field-hint">{t("access.reportsHint")}</p>
      <ul class="access-asks" aria-label={t("access.reportsTitle")}>
        {props.reports.map((one) => (
          <li class="access-report" key={one.reportId}>
            <p>
              <strong>
                {tParts("access.reportAbout", { name: <bdi>{one.person.name}</bdi> })}
              </strong>
            </p>
            {one.message && (
              <blockquote dir="auto">
                {one.message.text === "" ? t("access.reportGone") : one.message.text}
              </blockquote>
            )}
            {one.note !== "" && <p dir="auto">{one.note}</p>}
            <p class="field-hint">{tParts("access.reportBy", { name: <bdi>{one.by}</bdi> })}</p>
            <div class="access-buttons">
              {one.message !== null && one.message.text !== "" && (
                <>
                  <a
                    class="button"
                    data-kind="secondary"
                    href={props.messageHref(one.message.eventId)}
                  >
                    {t("access.reportOpen")}
                  </a>
                  <Button kind="danger" onClick={() => props.onRemove(one)}>
                    {t("access.reportRemove")}
                  </Button>
                </>
              )}
              <Button onClick={() => props.onDismiss(one.reportId)}>{t("access.dismiss")}</Button>
            </div>
          </li>
        ))}
      </ul>
    </Part>
  );
}
