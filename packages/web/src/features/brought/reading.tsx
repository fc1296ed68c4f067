import "./brought.css";
import type { Brought, BroughtMessage } from "@baraza/engine";
import { tame } from "@baraza/engine/safe-text";
import { ArrowLeft, Trash2 } from "lucide";
import type { ComponentChildren } from "preact";
import { useEffect, useMemo, useRef, useState } from "preact/hooks";
import { Virtualizer, type VirtualizerHandle } from "virtua";
import { dayNumber, formatDay, formatMoment, formatTime } from "../../i18n/dates.ts";
import { formatList, formatNumber, t, tParts } from "../../i18n/index.ts";
import { Quote, Separator } from "../../ui/bubble.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { Formatted } from "../chat/formatted.tsx";
import { formatDate, SERVICE_NAMES } from "./services.ts";

export interface ReadingProps {
  brought: Brought;
  total: number;
  /** The message at a place; undefined until it has been read. */
  at: (index: number) => BroughtMessage | undefined;
  /** Grows with each page that was read. */
  pages: number;
  /** Where it opens; null: at the end. Another one scrolls there. */
  place: { index: number; lit: string | null } | null;
  now: number;
  onRange: (from: number, to: number) => void;
  onDay: (at: number) => void;
  onJump: (id: string) => void;
  onDelete: (messages?: string[]) => void;
  onBack: () => void;
  /** What a message has beside its words. */
  media: (message: BroughtMessage) => ComponentChildren;
}

/** Messages of another service, as somebody's file has them. Only those near the screen are in the page. */
export function Reading(props: ReadingProps) {
  const { brought, total, place } = props;
  const scroller = useRef<HTMLDivElement>(null);
  const list = useRef<VirtualizerHandle>(null);
  const [asking, setAsking] = useState(false);
  const rows = useMemo(() => Array.from({ length: total }, (_, index) => index), [total]);
  const tell = (): void => {
    const shown = list.current;
    if (!shown || total === 0) return;
    const first = shown.findItemIndex(shown.scrollOffset);
    const last = shown.findItemIndex(shown.scrollOffset + shown.viewportSize);
    props.onRange(Math.max(0, first - 10), Math.min(total - 1, last + 10));
  };
  // A day after the last message leads to the end.
  const wanted = Math.max(0, Math.min(place?.index ?? total - 1, total - 1));
  useEffect(() => {
    list.current?.scrollToIndex(wanted, { align: place === null ? "end" : "start" });
    props.onRange(Math.max(0, wanted - 20), Math.min(Math.max(0, total - 1), wanted + 20));
    // Once for each place that is asked for, and when it is known how many there are.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [wanted, place, total > 0]);
  return (
    <section class="conversation" aria-labelledby="brought-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <h1 class="pane-title" id="brought-title" tabIndex={-1}>
          <PersonName name={brought.title} />
        </h1>
        {brought.mayDelete && (
          <IconButton
            icon={Trash2}
            label={t("brought.delete")}
            tip="below-end"
            onClick={() => setAsking(true)}
          />
        )}
      </header>
      <div class="brought-tools">
        <p>
          {SERVICE_NAMES[brought.service]} · {t("brought.messages", { count: brought.messages })} ·{" "}
          {t("brought.span", { from: formatDate(brought.from), to: formatDate(brought.to) })}
          <br />
          {tParts("brought.notTheirs", { name: <PersonName name={brought.authorName} /> })}
        </p>
        <label class="brought-day">
          {t("brought.day")}
          <input
            type="date"
            onChange={(event) => {
              const at = event.currentTarget.valueAsDate;
              if (at)
                props.onDay(
                  new Date(at.getUTCFullYear(), at.getUTCMonth(), at.getUTCDate()).getTime(),
                );
            }}
          />
        </label>
      </div>
      <div
        class="brought-scroll"
        ref={scroller}
        // oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex -- what scrolls has to be reachable by keyboard
        tabIndex={0}
        role="region"
        aria-label={t("brought.list")}
      >
        <Virtualizer ref={list} scrollRef={scroller} data={rows} onScroll={tell} bufferSize={400}>
          {(index: number) => <Row key={index} {...props} index={index} />}
        </Virtualizer>
      </div>
      {asking && (
        <Dialog
          title={t("brought.deleteTitle")}
          onClose={() => setAsking(false)}
          actions={
            <>
              <Button onClick={() => setAsking(false)}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setAsking(false);
                  props.onDelete();
                }}
              >
                {t("brought.delete")}
              </Button>
            </>
          }
        >
          <p>{t("brought.deleteHint")}</p>
        </Dialog>
      )}
    </section>
  );
}

function Row(props: ReadingProps & { index: number }) {
  const { index, at, now, place } = props;
  const message = at(index);
  if (message === undefined) return <div class="brought-wait" aria-hidden="true" />;
  const before = at(index - 1);
  const newDay = index === 0 || (before && dayNumber(before.at) !== dayNumber(message.at));
  return (
    <div class="brought-row">
      {newDay && <Separator>{formatDay(message.at, now)}</Separator>}
      {message.name === null ? (
        <p class="brought-own" dir="auto" title={formatMoment(message.at)}>
          {tame(message.text)}
        </p>
      ) : (
        <One {...props} message={message} name={message.name} lit={place?.lit === message.id} />
      )}
    </div>
  );
}

function One({
  message,
  name,
  lit,
  media,
  onJump,
  onDelete,
  brought,
}: ReadingProps & { message: BroughtMessage; name: string; lit: boolean }) {
  const { answers, hint } = message;
  return (
    <article class="brought-message" data-lit={lit || undefined} id={`b-${message.id}`}>
      <div class="brought-head">
        <strong>
          <PersonName name={name} />
        </strong>
        {hint !== null && (
          <span>{tParts("brought.hint", { name: <PersonName name={hint} /> })}</span>
        )}
        <time dateTime={new Date(message.at).toISOString()} title={formatMoment(message.at)}>
          {formatTime(message.at)}
        </time>
        {message.edited !== null && <span>{t("chat.edited")}</span>}
        {brought.mayDelete && (
          <IconButton
            icon={Trash2}
            label={t("brought.deleteOne")}
            onClick={() => onDelete([message.id])}
          />
        )}
      </div>
      {answers !== null && (
        <Quote
          author={answers.name}
          text={answers.text === "" ? t("chat.quoteMissing") : tame(answers.text)}
          {...(answers.text === "" ? {} : { onClick: () => onJump(answers.id) })}
        />
      )}
      {message.files.length > 0 && <div class="brought-media">{media(message)}</div>}
      {message.text !== "" && <Formatted text={message.text} names={[]} />}
      {message.lacks.length > 0 && (
        <ul class="brought-more">
          {message.lacks.map((one, index) => (
            <li key={index}>{tParts("brought.lacks", { name: <PersonName name={one} /> })}</li>
          ))}
        </ul>
      )}
      {message.reactions.length > 0 && (
        <ul class="brought-more" aria-label={t("chat.reactions")}>
          {message.reactions.map(({ emoji, names }, index) => (
            <li key={index} title={tame(formatList(names.slice(0, 20)))}>
              <bdi>{tame(emoji)}</bdi>
              {names.length > 0 && ` ${formatNumber(names.length)}`}
            </li>
          ))}
        </ul>
      )}
    </article>
  );
}
