import "./signals.css";
import { useEffect, useRef, useState } from "preact/hooks";
import { t, tParts } from "../../i18n/index.ts";
import { Switch } from "../../ui/choice.tsx";
import { LiveRegion } from "../../ui/hidden.tsx";
import { Group } from "../settings/group.tsx";

/** Who writes, in a few words; with many, how many. */
export function TypingWords({ names }: { names: readonly string[] }) {
  const [first, second] = names;
  if (first === undefined) return null;
  if (second === undefined)
    return (
      <span class="signals-words">{tParts("signals.typing", { name: <bdi>{first}</bdi> })}</span>
    );
  if (names.length === 2)
    return (
      <span class="signals-words">
        {tParts("signals.typingTwo", { first: <bdi>{first}</bdi>, second: <bdi>{second}</bdi> })}
      </span>
    );
  return <span class="signals-words">{t("signals.typingMany", { count: names.length })}</span>;
}

/** The dot beside a picture, with words for who does not see it. */
export function HereDot({ count, pair }: { count: number; pair: boolean }) {
  if (count === 0) return null;
  return (
    <span class="signals-dot">
      <span class="visually-hidden">
        {pair ? t("signals.here") : t("signals.hereCount", { count })}
      </span>
    </span>
  );
}

/** How long nobody is told again that somebody writes, ms. */
const QUIET_MS = 20_000;

/** Says once, and not again for a while, that somebody has begun to write. It never says that they have stopped. */
export function TypingSaid({ names }: { names: readonly string[] }) {
  const [text, setText] = useState("");
  const last = useRef({ at: 0, writing: false });
  const [name] = names;
  useEffect(() => {
    const began = name !== undefined && !last.current.writing;
    last.current.writing = name !== undefined;
    if (!began || Date.now() - last.current.at < QUIET_MS) return;
    last.current.at = Date.now();
    setText(t("signals.typing", { name }));
  }, [name]);
  return <LiveRegion text={text} />;
}

/** Whether one shows that one writes, and that one is there. */
export function SignalSettings(props: {
  typing: boolean;
  here: boolean;
  /** Data is dear: nothing of it happens. */
  saver: boolean;
  onTyping: (on: boolean) => void;
  onHere: (on: boolean) => void;
}) {
  return (
    <Group title={t("signals.title")}>
      <Switch
        label={t("signals.showTyping")}
        hint={t("signals.showTypingHint")}
        checked={props.typing}
        onChange={props.onTyping}
      />
      <Switch
        label={t("signals.showHere")}
        hint={t("signals.showHereHint")}
        checked={props.here}
        onChange={props.onHere}
      />
      <p class="field-hint">{props.saver ? t("signals.saver") : t("signals.bounds")}</p>
    </Group>
  );
}

/** The same for one conversation. */
export function QuietHere({ on, onChange }: { on: boolean; onChange: (on: boolean) => void }) {
  return (
    <Switch
      label={t("signals.inHere")}
      hint={t("signals.inHereHint")}
      checked={on}
      onChange={onChange}
    />
  );
}
