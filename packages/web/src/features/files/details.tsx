import type { FileComment, FileEntry, FileVersion } from "@baraza/engine";
import { Download, RotateCcw, Trash2, Upload } from "lucide";
import { useRef, useState } from "preact/hooks";
import { formatMoment } from "../../i18n/dates.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Badge } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";
import { kindWord, lengthOf, safeName } from "./model.ts";

export interface DetailsProps {
  entry: FileEntry;
  versions: readonly FileVersion[] | undefined;
  comments: readonly FileComment[] | undefined;
  canWrite: boolean;
  now: number;
  onClose: () => void;
  onNewVersion: (file: File) => void;
  onDownload: (versionId: string) => void;
  onRestore: (versionId: string) => void;
  onComment: (text: string) => void;
  onDeleteComment: (eventId: string) => void;
}

/** What is known of a file, its versions, and what was said about it. */
export function Details(props: DetailsProps) {
  const { entry, versions, canWrite } = props;
  const { width, height, durationMs, pages } = entry.meta;
  const picker = useRef<HTMLInputElement>(null);
  return (
    <Dialog title={safeName(entry.name)} onClose={props.onClose}>
      <dl class="facts">
        <dt>{t("files.fact.kind")}</dt>
        <dd>{kindWord(entry)}</dd>
        <dt>{t("files.fact.size")}</dt>
        <dd>{formatBytes(entry.size)}</dd>
        {width !== undefined && height !== undefined && (
          <>
            <dt>{t("files.fact.measures")}</dt>
            <dd>{t("files.measures", { width, height })}</dd>
          </>
        )}
        {durationMs !== undefined && (
          <>
            <dt>{t("files.fact.length")}</dt>
            <dd>{lengthOf(durationMs)}</dd>
          </>
        )}
        {pages !== undefined && (
          <>
            <dt>{t("files.fact.pages")}</dt>
            <dd>{pages}</dd>
          </>
        )}
        <dt>{t("files.fact.changed")}</dt>
        <dd>
          {formatMoment(entry.changedAt)} · <bdi>{entry.changedByName}</bdi>
        </dd>
      </dl>
      <section class="details-part" aria-labelledby="files-versions">
        <h3 id="files-versions">{t("files.versions")}</h3>
        {versions === undefined ? (
          <Skeleton label={t("ui.moment")} rows={1} />
        ) : (
          <ul class="versions">
            {versions.map((version) => (
              <li key={version.versionId}>
                <span class="version-words">
                  <span>
                    <TimeLabel at={version.at} now={props.now} style="recent" /> ·{" "}
                    <bdi>{version.authorName}</bdi>
                  </span>
                  <span class="file-detail">{formatBytes(version.size)}</span>
                </span>
                {version.current ? (
                  <Badge tone="brand">{t("files.present")}</Badge>
                ) : (
                  canWrite && (
                    <IconButton
                      icon={RotateCcw}
                      label={t("files.restoreVersion")}
                      tip="below-end"
                      onClick={() => props.onRestore(version.versionId)}
                    />
                  )
                )}
                <IconButton
                  icon={Download}
                  label={t("files.downloadCost", { size: formatBytes(version.size) })}
                  tip="below-end"
                  onClick={() => props.onDownload(version.versionId)}
                />
              </li>
            ))}
          </ul>
        )}
        {canWrite && (
          <div>
            <Button icon={Upload} onClick={() => picker.current?.click()}>
              {t("files.newVersion")}
            </Button>
            <input
              ref={picker}
              class="visually-hidden"
              type="file"
              tabIndex={-1}
              aria-label={t("files.newVersion")}
              onChange={(event) => {
                const file = event.currentTarget.files?.[0];
                event.currentTarget.value = "";
                if (file) props.onNewVersion(file);
              }}
            />
          </div>
        )}
      </section>
      <Comments {...props} />
    </Dialog>
  );
}

function Comments(props: DetailsProps) {
  const { comments, canWrite } = props;
  const [text, setText] = useState("");
  const send = (): void => {
    if (text.trim() === "") return;
    props.onComment(text.trim());
    setText("");
  };
  return (
    <section class="details-part" aria-labelledby="files-comments">
      <h3 id="files-comments">{t("files.comments")}</h3>
      {comments === undefined ? (
        <Skeleton label={t("ui.moment")} rows={1} />
      ) : comments.length === 0 ? (
        <p class="field-hint">{t("files.noComments")}</p>
      ) : (
        <ul class="comments" aria-label={t("files.comments")}>
          {comments.map((comment) => (
            <li key={comment.eventId}>
              <p class="comment-head">
                <bdi>{comment.authorName}</bdi>{" "}
                <TimeLabel at={comment.at} now={props.now} style="recent" />
              </p>
              {comment.deleted ? (
                <p class="field-hint">{t("files.commentDeleted")}</p>
              ) : (
                <p class="comment-text" dir="auto">
                  {comment.text}
                </p>
              )}
              {comment.mine && !comment.deleted && (
                <IconButton
                  icon={Trash2}
                  label={t("files.deleteComment")}
                  tip="below-end"
                  onClick={() => props.onDeleteComment(comment.eventId)}
                />
              )}
            </li>
          ))}
        </ul>
      )}
      {canWrite && (
        <form
          class="comment-form"
          onSubmit={(event) => {
            event.preventDefault();
            send();
          }}
        >
          <textarea
            class="field-input"
            aria-label={t("files.comment")}
            placeholder={t("files.comment")}
            rows={2}
            maxLength={4000}
            dir="auto"
            value={text}
            onInput={(event) => setText(event.currentTarget.value)}
            onKeyDown={(event) => {
              if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) send();
            }}
          />
          <Button type="submit" disabled={text.trim() === ""}>
            {t("ui.send")}
          </Button>
        </form>
      )}
    </section>
  );
}
