import "./sharing.css";
import type { DropBox, DroppedFile } from "@baraza/engine";
import {
  ArrowLeft,
  CircleAlert,
  CloudOff,
  Copy,
  Download,
  Ellipsis,
  Eye,
  FolderInput,
  Inbox,
  RotateCw,
  Trash2,
} from "lucide";
import { formatMoment } from "../../i18n/dates.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { MenuButton } from "../../ui/menu.tsx";
import { Progress, Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";
import { failureSentence, iconOf, safeName, shownAs } from "../files/model.ts";
import { boxLine, boxRoomLine, staleLine } from "./model.ts";

export interface BoxProps {
  /** Undefined until it is known; null: there is none. */
  box: DropBox | null | undefined;
  dropped: readonly DroppedFile[] | undefined;
  now: number;
  asking: boolean;
  stale: boolean;
  /** It can be saved into a space. */
  canSave: boolean;
  /** These are being made ready to be saved. */
  preparing: ReadonlySet<string>;
  onAgain: () => void;
  onCopy: (link: string) => void;
  onLook: (file: DroppedFile) => void;
  onDownload: (file: DroppedFile) => void;
  onSave: (files: readonly DroppedFile[]) => void;
  onResume: (uploadId: string) => void;
  onThrow: (file: DroppedFile) => void;
  onBack: () => void;
}

/** What people outside have left in a drop box. */
export function Box(props: BoxProps) {
  const { box, dropped, now } = props;
  const savable = (dropped ?? []).filter(
    ({ file, saving, itemId }) => file !== null && saving === null && !props.preparing.has(itemId),
  );
  return (
    <section class="settings" aria-labelledby="box-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="box-title" class="as-page" dir="auto" tabIndex={-1}>
            {box == null ? t("links.box") : safeName(box.title)}
          </h1>
          <p class="pane-sub">{box == null ? "" : `${t("links.box")} · ${boxLine(box, now)}`}</p>
        </div>
        <IconButton
          icon={RotateCw}
          label={t("links.again")}
          tip="below-end"
          disabled={props.asking}
          onClick={props.onAgain}
        />
      </header>
      {props.stale && box != null && (
        <Banner
          icon={CloudOff}
          tone="notice"
          action={{ label: t("links.again"), onClick: props.onAgain }}
        >
          {staleLine(box.checked, now, formatMoment)}
        </Banner>
      )}
      <div class="pane-body">
        {box === undefined || dropped === undefined ? (
          <Skeleton label={t("ui.moment")} rows={4} />
        ) : box === null ? (
          <EmptyState picture={<Icon of={Inbox} />} title={t("links.boxGoneTitle")}>
            {t("links.boxGone")}
          </EmptyState>
        ) : dropped.length === 0 ? (
          <EmptyState
            picture={<Icon of={Inbox} />}
            title={t("links.boxNone")}
            action={
              box.state === "open" && (
                <Button kind="primary" icon={Copy} onClick={() => props.onCopy(box.link)}>
                  {t("links.copy")}
                </Button>
              )
            }
          >
            {t("links.boxEmpty")}
          </EmptyState>
        ) : (
          <div class="shared-column">
            <div class="box-lead">
              <p>{t("links.boxLead")}</p>
              {savable.length > 1 && props.canSave && (
                <Button kind="primary" icon={FolderInput} onClick={() => props.onSave(savable)}>
                  {t("links.saveAll")}
                </Button>
              )}
            </div>
            <ul class="shared-list" aria-label={t("links.came")}>
              {dropped.map((one) => (
                <Row key={one.itemId} {...props} one={one} />
              ))}
            </ul>
            <p class="field-hint">
              {t("links.fromHint")} {boxRoomLine(box)}
            </p>
          </div>
        )}
      </div>
    </section>
  );
}

function Row({ one, now, canSave, preparing, ...props }: BoxProps & { one: DroppedFile }) {
  const { file, saving } = one;
  if (file === null)
    return (
      <li class="shared-card">
        <span class="shared-icon">
          <Icon of={CircleAlert} />
        </span>
        <p class="shared-words shared-soft">{t("links.unreadable")}</p>
        <div class="shared-acts">
          <IconButton
            icon={Trash2}
            label={t("links.throw")}
            tip="below-end"
            onClick={() => props.onThrow(one)}
          />
        </div>
      </li>
    );
  const name = safeName(file.name);
  const ready = preparing.has(one.itemId);
  const looks = shownAs(file.type) !== "none" || file.type === "";
  return (
    <li class="shared-card">
      <span class="shared-icon" data-plain>
        <Icon of={iconOf({ kind: "file", type: file.type })} />
      </span>
      <div class="shared-words">
        <p class="shared-name as-page">
          {looks ? (
            <button type="button" class="box-name" onClick={() => props.onLook(one)}>
              <bdi>{name}</bdi>
            </button>
          ) : (
            <bdi>{name}</bdi>
          )}
        </p>
        <p class="shared-soft">
          {file.from === "" ? (
            t("links.fromNobody")
          ) : (
            <>
              {t("links.from")} <bdi>{safeName(file.from)}</bdi>
            </>
          )}
          <span class="shared-dot" aria-hidden="true">
            ·
          </span>
          {formatBytes(file.size)}
          <span class="shared-dot" aria-hidden="true">
            ·
          </span>
          <TimeLabel at={one.at} now={now} style="recent" />
        </p>
        {saving?.state === "failed" ? (
          <p class="field-error" role="alert">
            {saving.failure === "file_unreadable"
              ? t("links.failure.gone")
              : failureSentence(saving.failure)}
          </p>
        ) : (
          (saving !== null || ready) && (
            <div role="status">
              <p class="shared-soft">{t("links.saving")}</p>
              {saving !== null && saving.total > 0 && (
                <Progress label={name} done={saving.done} total={saving.total} />
              )}
            </div>
          )
        )}
      </div>
      <div class="shared-acts">
        {saving?.state === "failed" || saving?.state === "paused" ? (
          <Button icon={RotateCw} onClick={() => props.onResume(saving.uploadId)}>
            {t("links.resume")}
          </Button>
        ) : (
          saving === null &&
          canSave && (
            <Button
              icon={FolderInput}
              label={t("links.saveNamed", { name })}
              busy={ready}
              onClick={() => props.onSave([one])}
            >
              {t("ui.save")}
            </Button>
          )
        )}
        <MenuButton
          icon={Ellipsis}
          label={t("files.more", { name })}
          tip="below-end"
          items={[
            ...(looks
              ? [{ label: t("links.look"), icon: Eye, onSelect: () => props.onLook(one) }]
              : []),
            {
              label: t("files.downloadCost", { size: formatBytes(file.size) }),
              icon: Download,
              onSelect: () => props.onDownload(one),
            },
            ...(saving === null && !ready
              ? [
                  {
                    label: t("links.throw"),
                    icon: Trash2,
                    danger: true,
                    onSelect: () => props.onThrow(one),
                  },
                ]
              : []),
          ]}
        />
      </div>
    </li>
  );
}
