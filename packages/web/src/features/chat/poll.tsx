import "./poll.css";
import { useId, useState } from "preact/hooks";
import type { Poll } from "../../app/model.ts";
import { formatMoment } from "../../i18n/dates.ts";
import { formatList, formatNumber, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";

export interface PollViewProps {
  eventId: string;
  poll: Poll;
  /** One is in the conversation. */
  canVote: boolean;
  onVote: (eventId: string, choices: string[]) => void;
  onAddChoice: (eventId: string, text: string) => void;
}

/** A poll's choices with what came of them; a press is a vote, and another press takes it back or changes it. */
export function PollView({ eventId, poll, canVote, onVote, onAddChoice }: PollViewProps) {
  const name = useId();
  const [added, setAdded] = useState("");
  const over = poll.ended || (poll.closesAt !== null && poll.closesAt < Date.now());
  const open = canVote && !over;
  const chosen = poll.choices.filter(({ mine }) => mine).map(({ id }) => id);
  const most = Math.max(1, ...poll.choices.map(({ count }) => count));
  const vote = (id: string, on: boolean): void => {
    const others = poll.several ? chosen.filter((one) => one !== id) : [];
    onVote(eventId, on ? [...others, id] : others);
  };
  return (
    <div class="poll">
      <p class="field-hint">
        {over
          ? t("deep.pollEnded")
          : poll.closesAt === null
            ? t(poll.several ? "deep.pollMany" : "deep.pollOne")
            : t("deep.pollUntil", { time: formatMoment(poll.closesAt) })}
        {poll.hidden && ` · ${t("deep.pollNames")}`}
      </p>
      <ul class="poll-choices">
        {poll.choices.map((choice) => (
          <li key={choice.id}>
            <label class="poll-choice" data-mine={choice.mine || undefined}>
              <input
                type={poll.several ? "checkbox" : "radio"}
                name={name}
                checked={choice.mine}
                disabled={!open}
                onChange={(event) => vote(choice.id, event.currentTarget.checked)}
              />
              <span class="poll-words">
                <span dir="auto">{choice.text}</span>
                {choice.names.length > 0 && (
                  <span class="poll-names" dir="auto">
                    {formatList(choice.names.slice(0, 5))}
                    {choice.names.length > 5 && ` +${formatNumber(choice.names.length - 5)}`}
                  </span>
                )}
                <progress
                  class="poll-bar"
                  max={most}
                  value={choice.count}
                  aria-label={t("deep.pollVotes", { count: choice.count })}
                />
              </span>
              <span class="poll-count" aria-hidden="true">
                {formatNumber(choice.count)}
              </span>
            </label>
          </li>
        ))}
      </ul>
      {open && poll.open && (
        <form
          class="poll-add"
          onSubmit={(event) => {
            event.preventDefault();
            if (added.trim() === "") return;
            onAddChoice(eventId, added);
            setAdded("");
          }}
        >
          <input
            class="field-input"
            dir="auto"
            maxLength={200}
            aria-label={t("deep.pollMore")}
            placeholder={t("deep.pollMore")}
            value={added}
            onInput={(event) => setAdded(event.currentTarget.value)}
          />
          <Button type="submit" disabled={added.trim() === ""}>
            {t("deep.pollAdd")}
          </Button>
        </form>
      )}
      <p class="poll-foot">
        <span>{t("deep.pollVoters", { count: poll.voters })}</span>
        {open && chosen.length > 0 && (
          <Button kind="quiet" onClick={() => onVote(eventId, [])}>
            {t("deep.pollWithdraw")}
          </Button>
        )}
      </p>
    </div>
  );
}
