import "./media.css";
import { SendHorizontal, Square, Trash2 } from "lucide";
import { formatNumber, t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { LiveRegion } from "../../ui/hidden.tsx";
import { clock, VoiceNote } from "./voice-note.tsx";

export type RecorderState =
  | { step: "asking" }
  | { step: "recording"; ms: number; bars: readonly number[] }
  | {
      step: "done";
      durationMs: number;
      bars: readonly number[];
      /** The microphone was taken away in the middle. */
      cut: boolean;
      playing: { atMs: number; paused: boolean; rate: number } | null;
    };

/** In place of the field: a voice note while it is recorded, and to listen to before it is sent. */
export function Recorder(props: {
  state: RecorderState;
  busy: boolean;
  /** It can be heard once. */
  once: boolean;
  onOnce: () => void;
  onStop: () => void;
  onSend: () => void;
  onCancel: () => void;
  onToggle: () => void;
  onSeek: (ms: number) => void;
  onRate: () => void;
}) {
  const { state } = props;
  return (
    // oxlint-disable-next-line jsx-a11y/no-noninteractive-element-interactions -- Escape does what its first button does
    <div
      class="recorder"
      role="group"
      aria-label={t("media.recorder")}
      onKeyDown={(event) => {
        if (event.key === "Escape") props.onCancel();
      }}
    >
      <IconButton icon={Trash2} tip="above" label={t("media.discard")} onClick={props.onCancel} />
      {state.step === "asking" ? (
        <p class="recorder-words">{t("media.asking")}</p>
      ) : state.step === "recording" ? (
        <>
          <span class="recorder-dot" />
          <span class="recorder-time">{clock(state.ms)}</span>
          <div class="recorder-words voice-wave" aria-hidden="true">
            <div class="voice-bars">
              {state.bars.map((height, index) => (
                <span
                  key={index}
                  data-played
                  style={{ blockSize: `${Math.round((100 * height) / 255)}%` }}
                />
              ))}
            </div>
          </div>
          <LiveRegion text={t("media.recording")} />
          <IconButton icon={Square} tip="above" label={t("media.stop")} onClick={props.onStop} />
        </>
      ) : (
        <div class="recorder-words">
          {state.cut && (
            <p class="field-hint" role="alert">
              {t("media.cut")}
            </p>
          )}
          <VoiceNote
            bars={state.bars}
            durationMs={state.durationMs}
            playing={state.playing}
            onToggle={props.onToggle}
            onSeek={props.onSeek}
            onRate={props.onRate}
          />
        </div>
      )}
      {state.step !== "asking" && (
        <button
          type="button"
          class="icon-button once-toggle"
          data-kind="quiet"
          data-tip="above"
          aria-label={t("media.once.sendVoice")}
          aria-pressed={props.once}
          onClick={props.onOnce}
        >
          <span class="once-sign" aria-hidden="true" data-sign={formatNumber(1)} />
        </button>
      )}
      {state.step !== "asking" && (
        <IconButton
          icon={SendHorizontal}
          mirror
          kind="primary"
          tip="above"
          label={t("media.sendVoice")}
          disabled={props.busy}
          onClick={props.onSend}
        />
      )}
    </div>
  );
}
