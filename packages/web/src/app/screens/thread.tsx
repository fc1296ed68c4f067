import { useState } from "preact/hooks";
import type { Deeper } from "../../features/chat/deeper.ts";
import { Thread as ThreadPane } from "../../features/chat/thread.tsx";
import { loadWords, t } from "../../i18n/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import { messageOf, named } from "../connect.ts";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import type { MessageMedia, PersonRow } from "../model.ts";
import { outgoingRow } from "./outgoing.ts";

const LinkOffer = lazy(
  () =>
    Promise.all([import("./link-offer.tsx"), loadWords("media")]).then(
      ([screens]) => screens.LinkOffer,
    ),
  { aside: true },
);

/** Messages of a thread that are shown at first; asking for older ones shows as many more. */
const PAGE = 100;
const MOST = 1000;

/** What was typed into threads and not sent, while the page is there. */
const drafts = new WeakMap<EnginePort, Map<string, string>>();

/** A thread over the engine. Give it a key. */
export function Thread({
  engine,
  spaceId,
  root,
  people,
  canWrite,
  deeper,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  root: string;
  people: readonly PersonRow[];
  canWrite: boolean;
  deeper: Deeper;
  onClose: () => void;
}) {
  const [limit, setLimit] = useState(PAGE);
  const kept = drafts.get(engine) ?? new Map<string, string>();
  drafts.set(engine, kept);
  const [draft, setDraft] = useState(kept.get(root) ?? "");
  const [link, setLink] = useState<MessageMedia["link"]>();
  const [hidden, setHidden] = useState<ReadonlySet<string>>(new Set());
  const thread = useLive(
    engine.watch("chat.thread", { spaceId, root, limit }),
    `thread ${spaceId} ${root} ${limit}`,
  );
  const outgoing = useLive(engine.watch("chat.outgoing", { spaceId }), `outgoing ${spaceId}`);
  const me = people.find(({ you }) => you);
  const type = (text: string): void => {
    kept.set(root, text);
    setDraft(text);
  };
  const ask = async (work: ReturnType<EnginePort["react"]>): Promise<boolean> => {
    const result = await work;
    if (!result.ok) toast({ text: failureText(result.failure), urgent: true });
    return result.ok;
  };
  if (thread === undefined)
    return (
      <aside class="thread">
        <Skeleton label={t("ui.moment")} />
      </aside>
    );
  if (thread === null)
    return (
      <aside class="thread">
        <EmptyState title={t("deep.threadGone")}>{t("chat.quoteFar")}</EmptyState>
      </aside>
    );
  const remove = (eventId: string): void => {
    setHidden((before) => new Set(before).add(eventId));
    toast({
      text: t("chat.deletedToast"),
      action: {
        label: t("ui.undo"),
        run: () => setHidden((before) => new Set([...before].filter((id) => id !== eventId))),
      },
      onGone: () => void ask(engine.delete(spaceId, eventId)),
    });
  };
  return (
    <ThreadPane
      root={messageOf(thread.root)}
      messages={[
        ...thread.messages
          .filter(({ eventId, deleted }) => deleted || !hidden.has(eventId))
          .map(messageOf),
        ...(outgoing ?? []).filter((one) => one.thread === root).map((one) => outgoingRow(one, me)),
      ]}
      hasOlder={thread.more && limit < MOST}
      following={thread.following}
      people={people}
      canWrite={canWrite}
      draft={draft}
      onDraft={type}
      link={draft.includes("://") && <LinkOffer engine={engine} text={draft} onCard={setLink} />}
      onSend={({ mentioned, ...message }) => {
        type("");
        void ask(
          engine
            .call("chat.send", { spaceId, thread: root, ...message, ...named(mentioned), link })
            .then((result) => (result.ok ? { ok: true, value: undefined } : result)),
          // Nothing typed is ever lost.
        ).then((sent) => sent || type(message.text));
      }}
      onEdit={(eventId, text) => void ask(engine.edit(spaceId, eventId, text))}
      onDelete={({ eventId }) => remove(eventId)}
      onReact={(eventId, emoji, on) => void ask(engine.react(spaceId, eventId, emoji, on))}
      onFollow={(on) => void ask(engine.call("chat.follow", { spaceId, root, on }))}
      onOlder={() => setLimit((before) => Math.min(MOST, before + PAGE))}
      onRead={({ position }) =>
        void engine.call("chat.markThreadRead", { spaceId, root, position })
      }
      onClose={onClose}
      deeper={{ ...deeper, inThread: true }}
    />
  );
}
