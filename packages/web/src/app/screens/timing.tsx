/** What has to do with time in a conversation: disappearing messages, and what is sent later. */
import { useState } from "preact/hooks";
import type { LaterMessage } from "@baraza/engine";
import { LaterDialog, WaitingBar, WaitingDialog } from "../../features/timing/later.tsx";
import { VanishDialog, VanishPart } from "../../features/timing/vanish.tsx";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { Draft, EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";

/** How long what is said in a conversation stays, and where those who lead change it. */
export function Vanish({
  engine,
  spaceId,
  leads,
}: {
  engine: EnginePort;
  spaceId: string;
  leads: boolean;
}) {
  const timer = useLive(engine.watch("vanish.timer", { spaceId }), `timer ${spaceId}`);
  const [open, setOpen] = useState(false);
  const [busy, setBusy] = useState(false);
  if (!timer) return null;
  const set = (ms: number): void => {
    setBusy(true);
    void engine.call("vanish.set", { spaceId, ms }).then((result) => {
      setBusy(false);
      if (result.ok) setOpen(false);
      else toast({ text: failureText(result.failure) });
    });
  };
  return (
    <>
      <VanishPart ms={timer.ms} leads={leads} onChange={() => setOpen(true)} />
      {open && (
        <VanishDialog ms={timer.ms} busy={busy} onSet={set} onClose={() => setOpen(false)} />
      )}
    </>
  );
}

/** What waits to be sent later: the line that says so, and the list. */
export function Waiting({
  engine,
  spaceId,
  channel,
  now,
}: {
  engine: EnginePort;
  spaceId: string;
  channel?: string;
  now: number;
}) {
  const messages = useLive(
    engine.watch("later.list", { spaceId, channel }),
    `later ${spaceId} ${channel ?? ""}`,
  );
  const [open, setOpen] = useState(false);
  const [changing, setChanging] = useState<LaterMessage>();
  const count = messages?.length ?? 0;
  const show = (result: Result<unknown>): void => {
    if (!result.ok) toast({ text: failureText(result.failure) });
  };
  return (
    <>
      {count > 0 && (
        <WaitingBar
          count={count}
          stuck={messages?.every((one) => one.failed) === true}
          onShow={() => setOpen(true)}
        />
      )}
      {open && changing === undefined && (
        <WaitingDialog
          messages={messages ?? []}
          onChange={setChanging}
          onCopy={({ text }) =>
            void navigator.clipboard.writeText(text).then(() => toast({ text: t("ui.copied") }))
          }
          onSendNow={({ id }) => void engine.call("later.sendNow", { id }).then(show)}
          onRemove={({ id }) => void engine.call("later.remove", { id }).then(show)}
          onClose={() => setOpen(false)}
        />
      )}
      {changing !== undefined && (
        <LaterDialog
          text={changing.text}
          at={changing.at}
          now={now}
          busy={false}
          onSave={({ text, at }) => {
            const { id } = changing;
            void engine.call("later.change", { id, text, at }).then((result) => {
              setChanging(undefined);
              show(result);
            });
          }}
          onClose={() => setChanging(undefined)}
        />
      )}
    </>
  );
}

/** Asks when what was written is to be sent. */
export function SendLater(props: {
  engine: EnginePort;
  spaceId: string;
  channel?: string;
  now: number;
  draft: Draft;
  /** It waits now. */
  onDone: () => void;
  onClose: () => void;
}) {
  const { engine, spaceId, channel, draft } = props;
  const [busy, setBusy] = useState(false);
  const save = ({ text, at }: { text: string; at: number }): void => {
    setBusy(true);
    const replyTo = draft.replyTo ?? undefined;
    void engine.call("later.add", { spaceId, channel, at, text, replyTo }).then((result) => {
      setBusy(false);
      if (!result.ok) return toast({ text: failureText(result.failure) });
      props.onDone();
    });
  };
  return (
    <LaterDialog
      text={draft.text}
      now={props.now}
      busy={busy}
      onSave={save}
      onClose={props.onClose}
    />
  );
}
