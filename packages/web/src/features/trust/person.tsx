import "./trust.css";
import { ArrowLeft, Phone, ScanQrCode, ShieldAlert, TriangleAlert, Users } from "lucide";
import type { PersonCard } from "@baraza/engine";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { formatDay } from "../../i18n/dates.ts";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Banner } from "../../ui/banner.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { CheckBadge } from "../../ui/check-badge.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { Scan } from "./scan.tsx";

export interface PersonProps {
  person: PersonCard;
  /** The number that both compare; undefined until it is known. */
  groups: readonly string[] | undefined;
  now: number;
  busy: boolean;
  /** This browser can read picture codes. */
  scans: boolean;
  /** What came of a scanned code. */
  scanned: "other" | "wrong" | undefined;
  spaceHref: (spaceId: string) => string;
  /** Not to hear from them any more. */
  block?: ComponentChildren;
  onBack: () => void;
  onSame: (how: "met" | "code") => void;
  onDoubt: () => void;
  onAccept: () => void;
  onLook: () => void;
  onScan: (code: string) => void;
}

/** One person: how sure one can be who it is, how to become surer, and what changed. */
export function Person(props: PersonProps) {
  const { person, groups } = props;
  const [open, setOpen] = useState<"differs" | "scan">();
  const { check, name } = person;
  return (
    <section class="trust" aria-labelledby="person-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="person-title" class="as-page" tabIndex={-1} dir="auto">
            {name}
          </h1>
        </div>
      </header>
      <div class="pane-body">
        <div class="trust-body">
          <div class="trust-who">
            <Avatar id={person.identityId} name={name} size="xl" />
            <div class="trust-who-words">
              {check !== "you" && <CheckBadge check={check} />}
              <span class="trust-address" dir="ltr">
                {person.address}
              </span>
            </div>
          </div>
          {check === "you" ? (
            <p>{t("trust.explain.you")}</p>
          ) : (
            <>
              <Standing {...props} />
              <section class="trust-part" aria-labelledby="compare-title">
                <h2 id="compare-title" tabIndex={-1}>
                  {t("trust.compare")}
                </h2>
                <p class="trust-soft">{t("trust.compareHow")}</p>
                {groups ? (
                  <ul class="trust-number" dir="ltr" aria-label={t("trust.number", { name })}>
                    {groups.map((group, index) => (
                      // Groups may repeat; their place is what tells them apart.
                      <li key={index}>{group}</li>
                    ))}
                  </ul>
                ) : (
                  <Skeleton label={t("ui.moment")} rows={2} />
                )}
                <div class="trust-actions">
                  <Button icon={Users} busy={props.busy} onClick={() => props.onSame("met")}>
                    {t("trust.same.met")}
                  </Button>
                  <Button icon={Phone} busy={props.busy} onClick={() => props.onSame("code")}>
                    {t("trust.same.code")}
                  </Button>
                  <Button kind="quiet" icon={TriangleAlert} onClick={() => setOpen("differs")}>
                    {t("trust.differs")}
                  </Button>
                </div>
                <Button kind="quiet" icon={ScanQrCode} onClick={() => setOpen("scan")}>
                  {t("trust.scan")}
                </Button>
                {open === "scan" && (
                  <Scan
                    can={props.scans}
                    problem={
                      props.scanned === "other"
                        ? t("trust.scanOther", { name })
                        : props.scanned === "wrong"
                          ? t("trust.scanWrong")
                          : undefined
                    }
                    onCode={(code) => {
                      setOpen(undefined);
                      props.onScan(code);
                    }}
                  />
                )}
                {open !== "scan" && props.scanned && (
                  <p role="status">
                    {props.scanned === "other"
                      ? t("trust.scanOther", { name })
                      : t("trust.scanWrong")}
                  </p>
                )}
              </section>
            </>
          )}
          {person.spaces.length > 0 && check !== "you" && (
            <section class="trust-part" aria-labelledby="together-title">
              <h2 id="together-title">{t("trust.together")}</h2>
              <List label={t("trust.together")}>
                {person.spaces.map(({ spaceId, title }) => (
                  <ListItem
                    key={spaceId}
                    start={<Avatar id={spaceId} name={title} size="s" square />}
                    title={title}
                    href={props.spaceHref(spaceId)}
                  />
                ))}
              </List>
            </section>
          )}
          {check !== "you" && props.block}
          {person.history.length > 0 && check !== "you" && (
            <section class="trust-part" aria-labelledby="history-title">
              <h2 id="history-title">{t("trust.historyTitle")}</h2>
              <ul class="trust-history">
                {person.history.map(({ at, kind }, index) => (
                  <li key={index}>
                    <span>{t(`trust.history.${kind}`)}</span>
                    <span class="trust-soft">{formatDay(at, props.now)}</span>
                  </li>
                ))}
              </ul>
              {(check === "met" || check === "code") && (
                <Button kind="quiet" onClick={props.onDoubt}>
                  {t("trust.doubt")}
                </Button>
              )}
            </section>
          )}
        </div>
      </div>
      {open === "differs" && (
        <Dialog
          title={t("trust.differsTitle")}
          onClose={() => setOpen(undefined)}
          actions={
            <Button
              kind="primary"
              onClick={() => {
                setOpen(undefined);
                props.onDoubt();
              }}
            >
              {t("trust.understood")}
            </Button>
          }
        >
          <p>{t("trust.differsWhat", { name })}</p>
        </Dialog>
      )}
    </section>
  );
}

/** What the state means, and what the person's own server says. A change comes first, with the one thing to do. */
function Standing(props: PersonProps) {
  const { person } = props;
  const { changed, check, via, record } = person;
  return (
    <section class="trust-part">
      {changed ? (
        <>
          <Banner
            tone="danger"
            icon={ShieldAlert}
            action={{
              label: t("trust.compare"),
              onClick: () => document.getElementById("compare-title")?.focus(),
            }}
          >
            {t(`trust.changed.${changed.kind}`)}
          </Banner>
          <Button kind="quiet" busy={props.busy} onClick={props.onAccept}>
            {t("trust.accept")}
          </Button>
        </>
      ) : (
        <p>
          {check === "known" && via !== null
            ? t("trust.knownThrough", { name: via })
            : t(`trust.explain.${check === "changed" ? "unchecked" : check}`)}
        </p>
      )}
      <p class="trust-soft">{t(`trust.record.${record}`)}</p>
      <Button kind="quiet" busy={props.busy} onClick={props.onLook}>
        {t("trust.look")}
      </Button>
    </section>
  );
}
