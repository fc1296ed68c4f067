import "./files.css";
import type { FileEntry } from "@baraza/engine";
import { ArrowLeft, ChevronLeft, ChevronRight, Download, History, Link2 } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import type { PdfPages } from "../../decode/decoder.ts";
import type { Readable, Trouble } from "../../decode/api.ts";
import { formatBytes, t } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { iconOf, safeName } from "./model.ts";
import { PdfView } from "./pdf-view.tsx";
import { ReadableView } from "./readable.tsx";

/** What there is to see of a file, once it was read. `url` is given back when the screen goes. */
export type Seen =
  | { is: "picture" | "audio" | "video"; url: string }
  | { is: "pdf"; pdf: PdfPages }
  | { is: "words"; readable: Readable }
  | { is: "none" }
  | { is: "trouble"; trouble: Trouble | "offline" | "missing" | "altered" };

export interface PreviewProps {
  entry: FileEntry;
  /** Undefined while it is being read. */
  seen: Seen | undefined;
  /** Set where reading it costs data and nobody has agreed yet. */
  cost: number | null;
  onAgree: () => void;
  /** The browser cannot show it, or cannot go on. */
  onBroken: () => void;
  /** The ones before and after it in the folder. */
  before: (() => void) | undefined;
  after: (() => void) | undefined;
  onDownload: () => void;
  /** Absent where there is nothing more to know of it. */
  onDetails?: (() => void) | undefined;
  /** Absent where it cannot be given outside. */
  onShare?: (() => void) | undefined;
  onClose: () => void;
}

/** One file over all of the screen. */
export function Preview(props: PreviewProps) {
  const { entry, seen } = props;
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const before = document.activeElement;
    const shown = dialog.current;
    shown?.showModal();
    shown?.querySelector<HTMLElement>("h2")?.focus();
    return () => {
      shown?.close();
      if (before instanceof HTMLElement) before.focus();
    };
  }, []);
  const name = safeName(entry.name);
  return (
    <dialog
      ref={dialog}
      class="preview"
      aria-labelledby="preview-title"
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onKeyDown={(event) => {
        const inside =
          event.target instanceof Element &&
          event.target.closest("video, audio, [role=tablist], .readable");
        if (inside) return;
        const rtl = getComputedStyle(event.currentTarget).direction === "rtl";
        if (event.key === (rtl ? "ArrowRight" : "ArrowLeft")) props.before?.();
        if (event.key === (rtl ? "ArrowLeft" : "ArrowRight")) props.after?.();
      }}
    >
      <header class="preview-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onClose}
        />
        <h2 id="preview-title" tabIndex={-1}>
          <bdi>{name}</bdi>
        </h2>
        {props.onShare && (
          <IconButton
            icon={Link2}
            label={t("files.share")}
            tip="below-end"
            hasPopup="dialog"
            onClick={props.onShare}
          />
        )}
        {props.onDetails && (
          <IconButton
            icon={History}
            label={t("files.details")}
            tip="below-end"
            hasPopup="dialog"
            onClick={props.onDetails}
          />
        )}
        <IconButton
          icon={Download}
          label={
            entry.kept.bytes >= entry.size
              ? t("files.download")
              : t("files.downloadCost", { size: formatBytes(entry.size) })
          }
          tip="below-end"
          onClick={props.onDownload}
        />
      </header>
      <div class="preview-body" data-is={seen?.is ?? "waiting"}>
        {props.cost !== null ? (
          <Words entry={entry}>
            <p>{t("files.cost", { size: formatBytes(props.cost) })}</p>
            <Button kind="primary" onClick={props.onAgree}>
              {t("files.show")}
            </Button>
          </Words>
        ) : seen === undefined ? (
          <p class="preview-wait" role="status">
            <Spinner /> {t("files.opening")}
          </p>
        ) : (
          <Inside
            entry={entry}
            seen={seen}
            onBroken={props.onBroken}
            onDownload={props.onDownload}
          />
        )}
      </div>
      {props.before && (
        <span class="preview-before">
          <IconButton
            icon={ChevronLeft}
            mirror
            label={t("files.before")}
            tip="above"
            onClick={props.before}
          />
        </span>
      )}
      {props.after && (
        <span class="preview-after">
          <IconButton
            icon={ChevronRight}
            mirror
            label={t("files.after")}
            tip="above"
            onClick={props.after}
          />
        </span>
      )}
    </dialog>
  );
}

function Inside({
  entry,
  seen,
  onBroken,
  onDownload,
}: {
  entry: FileEntry;
  seen: Seen;
  onBroken: () => void;
  onDownload: () => void;
}) {
  const name = safeName(entry.name);
  if (seen.is === "none" || seen.is === "trouble")
    return (
      <Words entry={entry}>
        <p role={seen.is === "trouble" ? "alert" : undefined}>
          {seen.is === "trouble" ? troubleSentence(seen.trouble) : t("files.noPreview")}
        </p>
        <Button kind="primary" icon={Download} onClick={onDownload}>
          {t("files.downloadCost", { size: formatBytes(entry.size) })}
        </Button>
      </Words>
    );
  switch (seen.is) {
    case "picture":
      return <img class="preview-picture" src={seen.url} alt={name} onError={onBroken} />;
    case "pdf":
      return <PdfView pdf={seen.pdf} name={name} />;
    case "words":
      return <ReadableView readable={seen.readable} />;
    case "audio":
      return (
        <Words entry={entry}>
          {/* oxlint-disable-next-line jsx-a11y/media-has-caption -- what people put in has no captions */}
          <audio src={seen.url} controls aria-label={name} onError={onBroken} />
        </Words>
      );
    case "video":
      return (
        // oxlint-disable-next-line jsx-a11y/media-has-caption -- what people put in has no captions
        <video
          class="preview-picture"
          src={seen.url}
          controls
          playsInline
          aria-label={name}
          onError={onBroken}
        />
      );
  }
}

function Words({ entry, children }: { entry: FileEntry; children: ComponentChildren }) {
  return (
    <div class="preview-words">
      <span class="preview-icon">
        <Icon of={iconOf(entry)} />
      </span>
      {children}
    </div>
  );
}

/** Why a file cannot be read or shown, in a sentence. */
export function troubleSentence(trouble: Extract<Seen, { is: "trouble" }>["trouble"]): string {
  switch (trouble) {
    case "offline":
    case "unread":
      return t("files.trouble.offline");
    case "missing":
      return t("files.trouble.missing");
    case "altered":
      return t("files.trouble.altered");
    case "tooLarge":
      return t("files.trouble.tooLarge");
    case "protected":
      return t("files.trouble.protected");
    case "unsupported":
      return t("files.trouble.unsupported");
    case "tooSlow":
      return t("files.trouble.tooSlow");
    default:
      return t("files.trouble.damaged");
  }
}
