import "./media.css";
import { Mic, Pause, Play } from "lucide";
import { formatNumber, t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";
import { Icon } from "../../ui/icon.tsx";

/** Minutes and seconds. */
export function clock(ms: number): string {
  const seconds = Math.max(0, Math.round(ms / 1000));
  return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, "0")}`;
}

export interface VoiceNoteProps {
  bars: readonly number[];
  durationMs: number;
  /** Where it is being played; null: it is not. */
  playing: { atMs: number; paused: boolean; rate: number } | null;
  busy?: boolean;
  /** Somebody else's, and not listened to yet. */
  fresh?: boolean;
  onToggle: () => void;
  onSeek: (ms: number) => void;
  onRate: () => void;
}

/** How far an arrow key goes, in ms. */
const STEP = 2000;

/** A recording with its waveform: played, gone through by pointer or arrow keys, faster and slower. */
export function VoiceNote(props: VoiceNoteProps) {
  const { durationMs, playing } = props;
  const bars = props.bars.length === 0 ? [0] : props.bars;
  const at = playing?.atMs ?? 0;
  const part = durationMs === 0 ? 0 : at / durationMs;
  const runs = playing !== null && !playing.paused;
  return (
    <div class="voice" role="group" aria-label={t("media.voice", { length: clock(durationMs) })}>
      <IconButton
        icon={runs ? Pause : Play}
        tip="above"
        label={runs ? t("media.pause") : t("media.play")}
        disabled={props.busy}
        onClick={props.onToggle}
      />
      <div class="voice-wave">
        <div class="voice-bars" aria-hidden="true">
          {bars.map((height, index) => (
            <span
              // Bars have no names of their own, and never change places.
              key={index}
              data-played={(index + 0.5) / bars.length <= part || undefined}
              style={{ blockSize: `${Math.round((100 * Math.min(255, height)) / 255)}%` }}
            />
          ))}
        </div>
        <span class="voice-time" aria-hidden="true">
          {clock(playing === null ? durationMs : at)}
        </span>
        <input
          type="range"
          min={0}
          max={Math.max(1, durationMs)}
          step={STEP}
          value={Math.min(at, durationMs)}
          aria-label={t("media.position")}
          aria-valuetext={t("media.positionOf", { at: clock(at), length: clock(durationMs) })}
          onInput={(event) => props.onSeek(event.currentTarget.valueAsNumber)}
        />
      </div>
      {playing !== null ? (
        <button
          type="button"
          class="voice-rate"
          aria-label={t("media.rate", { rate: formatNumber(playing.rate) })}
          onClick={props.onRate}
        >
          {formatNumber(playing.rate)}×
        </button>
      ) : (
        <span class="voice-side">
          {props.fresh === true ? (
            <span class="voice-new">
              <span class="visually-hidden">{t("media.notListened")}</span>
            </span>
          ) : (
            <Icon of={Mic} />
          )}
        </span>
      )}
    </div>
  );
}
