/** The dialogs about a message: where it goes, what it said before; and a new poll. */
import { ForwardDialog } from "../../features/chat/forward.tsx";
import { History as HistoryDialog } from "../../features/chat/history.tsx";
import { NewPoll as NewPollDialog } from "../../features/chat/new-poll.tsx";
import { PinsBar } from "../../features/chat/pins.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useRequest } from "../hooks.ts";
import type { ConversationRow, MessageRow } from "../model.ts";
import { newId } from "../new-id.ts";
import { go } from "../router.ts";

/** Sends messages to other conversations. */
export function ForwardTo({
  engine,
  spaceId,
  messages,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  /** In their order. */
  messages: readonly MessageRow[];
  onClose: () => void;
}) {
  const rows = useLive(engine.conversations, "conversations");
  const lists = useLive(engine.watch("lists.all", {}), "lists.all");
  const { busy, run } = useRequest();
  const send = async (to: string[], named: boolean, through: string[]): Promise<void> => {
    const result = await run(async () => {
      const folderName = t("talk.mediaFolder");
      for (const { eventId } of messages) {
        const what = { spaceId, eventId, named, folderName };
        const answers = [
          ...(to.length === 0 ? [] : [() => engine.call("chat.forward", { ...what, to })]),
          ...through.map((listId) => {
            const sendingId = newId();
            return () => engine.call("lists.forward", { ...what, listId, sendingId });
          }),
        ];
        for (const ask of answers) {
          const answer = await ask();
          if (answer.ok) continue;
          toast({ text: failureText(answer.failure), urgent: true });
          return answer;
        }
      }
      return { ok: true as const, value: true };
    });
    if (result !== true) return;
    onClose();
    toast({ text: t("deep.forwardDone") });
  };
  return (
    <ForwardDialog
      messages={messages}
      rows={(rows ?? []).flatMap(withChannels)}
      lists={lists ?? []}
      busy={busy}
      onSend={(to, named, through) => void send(to, named, through)}
      onClose={onClose}
    />
  );
}

/** A conversation to forward into, and each of its channels. */
function withChannels({ spaceId, title, kind, channels }: ConversationRow) {
  return [
    { spaceId, title, kind },
    ...channels
      .filter(({ channelId }) => channelId !== "")
      .map(({ channelId, name }) => ({
        spaceId: `${spaceId}:${channelId}`,
        title: `${title} · ${name}`,
        kind,
      })),
  ];
}

/** What a message said before. */
export function History({
  engine,
  spaceId,
  eventId,
  names,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  eventId: string;
  names: readonly string[];
  onClose: () => void;
}) {
  const texts = useLive(
    engine.watch("chat.history", { spaceId, eventId }),
    `history ${spaceId} ${eventId}`,
  );
  return <HistoryDialog texts={texts} names={names} onClose={onClose} />;
}

/** Asks the people of a conversation something. */
export function NewPoll({
  engine,
  spaceId,
  channel,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  channel?: string;
  onClose: () => void;
}) {
  const { busy, run } = useRequest();
  return (
    <NewPollDialog
      busy={busy}
      onClose={onClose}
      onAsk={(poll) =>
        void run(() => engine.call("chat.poll", { spaceId, channel, ...poll })).then((made) => {
          if (made !== undefined) return onClose();
          toast({ text: t("failure.unexpected") });
        })
      }
    />
  );
}

/** What is pinned above a conversation. */
export function Pins({
  engine,
  spaceId,
  channel,
  leads,
}: {
  engine: EnginePort;
  spaceId: string;
  channel?: string;
  leads: boolean;
}) {
  const pins = useLive(
    engine.watch("chat.pins", { spaceId, channel }),
    `pins ${spaceId} ${channel ?? ""}`,
  );
  return (
    <PinsBar
      pins={pins ?? []}
      leads={leads}
      onGo={({ eventId, thread }) =>
        go(
          thread === null
            ? { at: "space", spaceId, message: eventId }
            : { at: "thread", spaceId, root: thread, ...(channel ? { channel } : {}) },
        )
      }
      onUnpin={(eventId) =>
        void engine.call("chat.pin", { spaceId, eventId, on: false }).then((result) => {
          if (!result.ok) toast({ text: failureText(result.failure), urgent: true });
        })
      }
    />
  );
}
