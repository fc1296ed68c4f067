import "./forward.css";
import { Megaphone, Search } from "lucide";
import { useState } from "preact/hooks";
import type { ConversationRow, MessageRow } from "../../app/model.ts";
import { formatNumber, t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Quote } from "../../ui/bubble.tsx";
import { Button } from "../../ui/button.tsx";
import { Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";

export interface ForwardProps {
  messages: readonly MessageRow[];
  /** Conversations, and channels of them (`SPACE:CHANNEL`). */
  rows: readonly Pick<ConversationRow, "spaceId" | "title" | "kind">[];
  /** Broadcast lists: each person on one gets it apart. */
  lists?: readonly { listId: string; name: string; people: number }[];
  busy: boolean;
  onSend: (to: string[], named: boolean, lists: string[]) => void;
  onClose: () => void;
}

/** As many as the engine sends to at once. */
const MOST = 20;

/** So many of them are shown; the rest is counted. */
const MOST_SHOWN = 3;

/** Where messages go, and whether with the names of who wrote them. */
export function ForwardDialog({ messages, rows, lists = [], busy, onSend, onClose }: ForwardProps) {
  const [query, setQuery] = useState("");
  const [to, setTo] = useState<readonly string[]>([]);
  const [through, setThrough] = useState<readonly string[]>([]);
  const [named, setNamed] = useState(true);
  const wanted = query.trim().toLocaleLowerCase();
  const found = rows.filter(
    ({ title, spaceId }) => title.toLocaleLowerCase().includes(wanted) || to.includes(spaceId),
  );
  const foundLists = lists.filter(
    ({ name, listId }) => name.toLocaleLowerCase().includes(wanted) || through.includes(listId),
  );
  const count = to.length + through.length;
  return (
    <Dialog
      title={t("deep.forwardTo")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button
            kind="primary"
            busy={busy}
            disabled={count === 0}
            onClick={() => onSend([...to], named, [...through])}
          >
            {t("deep.forwardSend", { count })}
          </Button>
        </>
      }
    >
      {messages.slice(0, MOST_SHOWN).map((message) => (
        <Quote
          key={message.eventId}
          author={message.forwarded || message.authorName}
          text={message.text}
        />
      ))}
      {messages.length > MOST_SHOWN && (
        <p class="field-hint">{`+${formatNumber(messages.length - MOST_SHOWN)}`}</p>
      )}
      <TextField label={t("deep.forwardFind")} value={query} onInput={setQuery}>
        <Icon of={Search} />
      </TextField>
      {found.length + foundLists.length === 0 ? (
        <p class="field-hint">{t("deep.forwardNone")}</p>
      ) : (
        <ul class="forward-list" aria-label={t("deep.forwardTo")}>
          {foundLists.map(({ listId, name, people }) => (
            <li key={listId}>
              <label class="forward-row">
                <input
                  type="checkbox"
                  checked={through.includes(listId)}
                  disabled={people === 0}
                  onChange={(event) =>
                    setThrough(
                      event.currentTarget.checked
                        ? [...through, listId]
                        : through.filter((one) => one !== listId),
                    )
                  }
                />
                <Icon of={Megaphone} />
                <span>
                  <bdi>{name}</bdi>{" "}
                  <span class="field-hint">{t("people.count", { count: people })}</span>
                </span>
              </label>
            </li>
          ))}
          {found.map(({ spaceId, title, kind }) => (
            <li key={spaceId}>
              <label class="forward-row">
                <input
                  type="checkbox"
                  checked={to.includes(spaceId)}
                  disabled={to.length >= MOST && !to.includes(spaceId)}
                  onChange={(event) =>
                    setTo(
                      event.currentTarget.checked
                        ? [...to, spaceId]
                        : to.filter((one) => one !== spaceId),
                    )
                  }
                />
                <Avatar id={spaceId} name={title} size="s" square={kind === "group"} />
                <span dir="auto">{title}</span>
              </label>
            </li>
          ))}
        </ul>
      )}
      <Switch
        label={t("deep.forwardNamed")}
        hint={t("deep.forwardNamedHint")}
        checked={named}
        onChange={setNamed}
      />
    </Dialog>
  );
}
