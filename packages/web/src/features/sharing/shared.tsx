import "./sharing.css";
import type { DropBox, SharedLink } from "@baraza/engine";
import {
  ArrowLeft,
  Ban,
  CalendarPlus,
  CloudOff,
  Copy,
  Ellipsis,
  Inbox,
  KeyRound,
  Link2,
  Link2Off,
  ListPlus,
  LockOpen,
  QrCode,
  RotateCw,
} from "lucide";
import type { ComponentChildren } from "preact";
import { useState } from "preact/hooks";
import { formatMoment } from "../../i18n/dates.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Badge } from "../../ui/list.tsx";
import { MenuButton, type MenuItem } from "../../ui/menu.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { safeName } from "../files/model.ts";
import { LinkDialog } from "./made.tsx";
import { boxLine, boxRoomLine, linkLine, staleLine, takenLine, works } from "./model.ts";

/** Something about a link that its owner changes. */
export type Change = "longer" | "more" | "unlock";

export interface SharedProps {
  /** The space's title; null for one's own files. */
  title: string | null;
  links: readonly SharedLink[] | undefined;
  boxes: readonly DropBox[] | undefined;
  now: number;
  /** Nodes are being asked how it stands. */
  asking: boolean;
  /** They could not be asked. */
  stale: boolean;
  boxHref: (boxId: string) => string;
  onAgain: () => void;
  onCopy: (link: string) => void;
  onChange: (link: SharedLink, change: Change) => void;
  onEnd: (link: SharedLink) => void;
  onClose: (box: DropBox, discard: boolean) => void;
  onBack: () => void;
}

type Open =
  | { what: "show"; title: string; link: string; box: boolean; passphrase: boolean }
  | { what: "end"; link: SharedLink }
  | { what: "close"; box: DropBox };

/** Everything of a space that people outside can open or leave something in. */
export function Shared(props: SharedProps) {
  const { links, boxes, now } = props;
  const [open, setOpen] = useState<Open>();
  const shut = (): void => setOpen(undefined);
  const loaded = links !== undefined && boxes !== undefined;
  const checked = Math.max(0, ...[...(links ?? []), ...(boxes ?? [])].map((one) => one.checked));
  return (
    <section class="settings" aria-labelledby="shared-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="shared-title" tabIndex={-1}>
            {t("links.title")}
          </h1>
          <p class="pane-sub as-page" dir="auto">
            {props.title ?? t("files.own")}
          </p>
        </div>
        <IconButton
          icon={RotateCw}
          label={t("links.again")}
          tip="below-end"
          disabled={props.asking}
          onClick={props.onAgain}
        />
      </header>
      {props.stale && (
        <Banner
          icon={CloudOff}
          tone="notice"
          action={{ label: t("links.again"), onClick: props.onAgain }}
        >
          {staleLine(checked, now, formatMoment)}
        </Banner>
      )}
      <div class="pane-body">
        {!loaded ? (
          <Skeleton label={t("ui.moment")} rows={4} />
        ) : links.length + boxes.length === 0 ? (
          <EmptyState picture={<Icon of={Link2} />} title={t("links.emptyTitle")}>
            {t("links.empty")}
          </EmptyState>
        ) : (
          <div class="shared-column">
            {boxes.length > 0 && (
              <Part title={t("links.boxes")}>
                {boxes.map((box) => (
                  <BoxCard key={box.boxId} box={box} {...props} onOpen={setOpen} />
                ))}
              </Part>
            )}
            {links.length > 0 && (
              <Part title={t("links.links")}>
                {links.map((link) => (
                  <LinkCard key={link.linkId} link={link} {...props} onOpen={setOpen} />
                ))}
              </Part>
            )}
            <p class="field-hint">{t("links.mine")}</p>
          </div>
        )}
      </div>
      {open?.what === "show" && (
        <LinkDialog
          title={safeName(open.title)}
          link={open.link}
          shareText={
            open.box
              ? t("links.shareTextBox", { name: open.title })
              : t("links.shareText", { name: open.title })
          }
          onClose={shut}
        >
          <p>{open.box ? t("links.madeBoxLead") : t("links.madeLead")}</p>
          {open.passphrase && <p class="made-note">{t("links.needsPassphrase")}</p>}
        </LinkDialog>
      )}
      {open?.what === "end" && (
        <Dialog
          title={t("links.end")}
          onClose={shut}
          actions={
            <>
              <Button onClick={shut}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  shut();
                  props.onEnd(open.link);
                }}
              >
                {t("links.end")}
              </Button>
            </>
          }
        >
          <p>
            <strong>
              <bdi>{titleOf(open.link.title)}</bdi>
            </strong>
          </p>
          <p>{t("links.endLead")}</p>
        </Dialog>
      )}
      {open?.what === "close" && (
        <CloseBox
          box={open.box}
          onShut={shut}
          onClose={(discard) => {
            shut();
            props.onClose(open.box, discard);
          }}
        />
      )}
    </section>
  );
}

function Part({ title, children }: { title: string; children: ComponentChildren }) {
  return (
    <section class="shared-part" aria-label={title}>
      <h2>{title}</h2>
      <ul class="shared-list">{children}</ul>
    </section>
  );
}

function titleOf(title: string): string {
  return title === "" ? t("links.untitled") : safeName(title);
}

type CardProps = SharedProps & { onOpen: (open: Open) => void };

function LinkCard({ link, now, onOpen, onCopy, onChange }: CardProps & { link: SharedLink }) {
  const name = titleOf(link.title);
  const open = works(link);
  const items: MenuItem[] = [
    ...(open
      ? [
          {
            label: t("links.show"),
            icon: QrCode,
            onSelect: () =>
              onOpen({
                what: "show",
                title: name,
                link: link.link,
                box: false,
                passphrase: link.passphrase,
              }),
          },
        ]
      : []),
    ...(link.state === "open" || link.state === "expired"
      ? [
          {
            label: t("links.longer"),
            icon: CalendarPlus,
            onSelect: () => onChange(link, "longer"),
          },
        ]
      : []),
    ...(link.takes !== null && link.state !== "making"
      ? [{ label: t("links.moreTakes"), icon: ListPlus, onSelect: () => onChange(link, "more") }]
      : []),
    ...(link.state === "locked"
      ? [{ label: t("links.unlock"), icon: LockOpen, onSelect: () => onChange(link, "unlock") }]
      : []),
    {
      label: t("links.end"),
      icon: Ban,
      danger: true,
      onSelect: () => onOpen({ what: "end", link }),
    },
  ];
  return (
    <li class="shared-card" data-over={!open || undefined}>
      <span class="shared-icon">
        <Icon of={open ? Link2 : Link2Off} />
      </span>
      <div class="shared-words">
        <p class="shared-name as-page">
          <bdi>{name}</bdi>
        </p>
        <p class="shared-state">
          {linkLine(link, now)}
          <Dot />
          {takenLine(link)}
        </p>
        <p class="shared-soft">
          {t("links.holds", { count: link.files, size: formatBytes(link.bytes) })}
          {link.passphrase && (
            <span class="shared-mark">
              <Icon of={KeyRound} />
              {t("links.withPassphrase")}
            </span>
          )}
        </p>
        {link.tries > 0 && link.state !== "locked" && (
          <p class="shared-soft">{t("links.tries", { count: link.tries })}</p>
        )}
      </div>
      <div class="shared-acts">
        {open && (
          <Button
            icon={Copy}
            label={t("links.copyNamed", { name })}
            onClick={() => onCopy(link.link)}
          >
            {t("ui.copy")}
          </Button>
        )}
        <MenuButton
          icon={Ellipsis}
          label={t("files.more", { name })}
          tip="below-end"
          items={items}
        />
      </div>
    </li>
  );
}

function BoxCard({ box, now, boxHref, onOpen, onCopy }: CardProps & { box: DropBox }) {
  const name = titleOf(box.title);
  const open = box.state === "open" || box.state === "making";
  return (
    <li class="shared-card" data-over={!open || undefined}>
      <span class="shared-icon">
        <Icon of={Inbox} />
      </span>
      <div class="shared-words">
        <p class="shared-name as-page">
          <a href={boxHref(box.boxId)}>
            <bdi>{name}</bdi>
          </a>
          {box.unseen > 0 && <Badge>{t("links.fresh", { count: box.unseen })}</Badge>}
        </p>
        <p class="shared-state">
          {box.waiting === 0 ? t("links.boxNone") : t("links.boxWaits", { count: box.waiting })}
          <Dot />
          {boxLine(box, now)}
        </p>
        {open && <p class="shared-soft">{boxRoomLine(box)}</p>}
      </div>
      <div class="shared-acts">
        {open && (
          <Button
            icon={Copy}
            label={t("links.copyNamed", { name })}
            onClick={() => onCopy(box.link)}
          >
            {t("ui.copy")}
          </Button>
        )}
        <MenuButton
          icon={Ellipsis}
          label={t("files.more", { name })}
          tip="below-end"
          items={[
            ...(open
              ? [
                  {
                    label: t("links.show"),
                    icon: QrCode,
                    onSelect: () =>
                      onOpen({
                        what: "show",
                        title: name,
                        link: box.link,
                        box: true,
                        passphrase: false,
                      }),
                  },
                ]
              : []),
            {
              label: open ? t("links.close") : t("links.forget"),
              icon: Ban,
              danger: true,
              onSelect: () => onOpen({ what: "close", box }),
            },
          ]}
        />
      </div>
    </li>
  );
}

function Dot() {
  return (
    <span class="shared-dot" aria-hidden="true">
      ·
    </span>
  );
}

function CloseBox({
  box,
  onShut,
  onClose,
}: {
  box: DropBox;
  onShut: () => void;
  onClose: (discard: boolean) => void;
}) {
  const open = box.state === "open" || box.state === "making";
  const full = box.waiting > 0;
  return (
    <Dialog
      title={open ? t("links.close") : t("links.forget")}
      onClose={onShut}
      actions={
        <>
          <Button onClick={onShut}>{t("ui.cancel")}</Button>
          {open && full && <Button onClick={() => onClose(false)}>{t("links.closeKeep")}</Button>}
          <Button kind="danger" onClick={() => onClose(true)}>
            {full ? t("links.closeDiscard") : open ? t("links.close") : t("links.forget")}
          </Button>
        </>
      }
    >
      <p>
        <strong>
          <bdi>{titleOf(box.title)}</bdi>
        </strong>
      </p>
      {open && <p>{t("links.closeLead")}</p>}
      {full && <p>{t("links.closeWaiting", { count: box.waiting })}</p>}
    </Dialog>
  );
}
