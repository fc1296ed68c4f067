import "./media.css";
import type { Once } from "@baraza/engine";
import { ArrowLeft } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { formatNumber, t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { troubleSentence } from "../files/preview.tsx";
import type { Seen } from "../files/preview.tsx";
import { clock, VoiceNote } from "./voice-note.tsx";

/** Something that can be opened once, as a line that shows nothing of it. */
export function OnceRow({ once, onOpen }: { once: Once; onOpen: () => void }) {
  const inside = (
    <>
      <span
        class="media-file-icon once-sign"
        aria-hidden="true"
        data-sign={once.state === "opened" || once.state === "over" ? "" : formatNumber(1)}
      />
      <span class="media-file-words">
        <span class="media-file-name">{t(`media.once.${once.kind}`)}</span>
        <span class="media-file-detail">
          {t(`media.once.${once.state}`)}
          {once.durationMs > 0 && once.state === "closed" && ` · ${clock(once.durationMs)}`}
        </span>
      </span>
    </>
  );
  return (
    <div class="media-file once" data-state={once.state}>
      {once.state === "closed" ? (
        <button type="button" aria-haspopup="dialog" onClick={onOpen}>
          {inside}
        </button>
      ) : (
        <span class="once-words">{inside}</span>
      )}
    </div>
  );
}

/** What was opened, or is being fetched. `url` is given back when the screen goes. */
export type OnceSeen =
  | { is: "picture" | "film"; url: string; caption: string }
  | {
      is: "voice";
      caption: string;
      bars: readonly number[];
      durationMs: number;
      playing: { atMs: number; paused: boolean; rate: number } | null;
    }
  | { is: "trouble"; trouble: Extract<Seen, { is: "trouble" }>["trouble"] | "gone" };

/** It, over all of the screen: nothing here keeps it or gives it on. */
export function OnceShown(props: {
  kind: Once["kind"];
  authorName: string;
  /** Undefined while it is on its way. */
  seen: OnceSeen | undefined;
  /** It is on the screen now. */
  onShown: () => void;
  onBroken: () => void;
  onToggle: () => void;
  onSeek: (ms: number) => void;
  onRate: () => void;
  onClose: () => void;
}) {
  const { kind, seen } = props;
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
  const name = t("media.once.from", { author: props.authorName });
  const gone = seen?.is === "trouble";
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- nothing in it is to be saved by the browser's own menu
    <dialog
      ref={dialog}
      class="preview once-shown"
      aria-labelledby="once-title"
      onCancel={(event) => {
        event.preventDefault();
        props.onClose();
      }}
      onContextMenu={(event) => event.preventDefault()}
    >
      <header class="preview-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onClose}
        />
        <h2 id="once-title" tabIndex={-1}>
          {t(`media.once.${kind}`)}
        </h2>
      </header>
      <div class="preview-body" data-is={seen === undefined ? "waiting" : "once"}>
        {seen === undefined ? (
          <p class="preview-wait" role="status">
            <Spinner /> {t("files.opening")}
          </p>
        ) : seen.is === "trouble" ? (
          <Words>
            <p role="alert">
              {seen.trouble === "gone" ? t("media.once.gone") : troubleSentence(seen.trouble)}
            </p>
            {seen.trouble !== "gone" && <p>{t("media.once.notUsed")}</p>}
          </Words>
        ) : seen.is === "voice" ? (
          <Words>
            <VoiceNote
              bars={seen.bars}
              durationMs={seen.durationMs}
              playing={seen.playing}
              onToggle={props.onToggle}
              onSeek={props.onSeek}
              onRate={props.onRate}
            />
          </Words>
        ) : seen.is === "picture" ? (
          <img
            class="preview-picture"
            src={seen.url}
            alt={name}
            draggable={false}
            onLoad={props.onShown}
            onError={props.onBroken}
          />
        ) : (
          // oxlint-disable-next-line jsx-a11y/media-has-caption -- what people send has no captions
          <video
            class="preview-picture"
            src={seen.url}
            controls
            controlsList="nodownload noremoteplayback"
            disablePictureInPicture
            playsInline
            aria-label={name}
            onLoadedData={props.onShown}
            onError={props.onBroken}
          />
        )}
      </div>
      {!gone && (
        <footer class="once-foot">
          {seen !== undefined && "caption" in seen && seen.caption !== "" && (
            <p class="once-caption" dir="auto">
              {seen.caption}
            </p>
          )}
          <p>{t("media.once.closing")}</p>
        </footer>
      )}
    </dialog>
  );
}

function Words({ children }: { children: ComponentChildren }) {
  return <div class="preview-words">{children}</div>;
}
