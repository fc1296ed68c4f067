/** What one does with conversations of the list: carried out at once, with a way back instead of a question. */
import type { EngineCommands } from "@baraza/engine";
import { FolderDialog, EditFolder } from "../../features/order/folders.tsx";
import { FOREVER, type Order } from "../../features/order/row-menu.tsx";
import { t } from "../../i18n/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import type { ConversationRow } from "../model.ts";

export { Filters } from "../../features/order/filters.tsx";
export { MuteMenu, RowMenu } from "../../features/order/row-menu.tsx";
export { Selection } from "../../features/order/selection.tsx";

type Marks = Extract<keyof EngineCommands, `marks.${string}`>;

async function ask<K extends Marks>(
  engine: EnginePort,
  name: K,
  args: Parameters<EngineCommands[K]>[0],
): Promise<Awaited<ReturnType<EngineCommands[K]>> | undefined> {
  const result = await engine.call(name, args);
  if (result.ok) return result.value;
  toast({ text: failureText(result.failure) });
  return undefined;
}

/** Carries something out, says what was done, and takes it back when asked. */
export async function carryOut(
  engine: EnginePort,
  order: Order,
  rows: readonly ConversationRow[],
): Promise<void> {
  const spaceIds = rows.map(({ spaceId }) => spaceId);
  const count = rows.length;
  const say = (text: string, undo: () => unknown): void => {
    toast({ text, action: { label: t("ui.undo"), run: () => void undo() } });
  };
  const those = (fits: (row: ConversationRow) => boolean): string[] =>
    rows.filter(fits).map(({ spaceId }) => spaceId);
  if (order.do === "read") {
    const before = await ask(engine, "marks.read", { spaceIds });
    if (before !== undefined && before.length > 0)
      say(t("order.didRead", { count }), () => ask(engine, "marks.unreadAgain", { before }));
  } else if (order.do === "unread") {
    await ask(engine, "marks.unread", { spaceIds });
    say(t("order.didUnread", { count }), () => ask(engine, "marks.read", { spaceIds }));
  } else if (order.do === "archive" || order.do === "unarchive") {
    const on = order.do === "archive";
    const changed = those((row) => row.archived !== on);
    await ask(engine, "marks.archive", { spaceIds: changed, on });
    say(on ? t("order.didArchive", { count }) : t("order.didUnarchive", { count }), () =>
      ask(engine, "marks.archive", { spaceIds: changed, on: !on }),
    );
  } else if (order.do === "pin" || order.do === "unpin") {
    const on = order.do === "pin";
    const changed = those((row) => row.pinned !== on);
    await ask(engine, "marks.pin", { spaceIds: changed, on });
    say(on ? t("order.didPin", { count }) : t("order.didUnpin", { count }), () =>
      ask(engine, "marks.pin", { spaceIds: changed, on: !on }),
    );
  } else if (order.do === "mute" || order.do === "unmute") {
    const until = order.do === "mute" ? order.until : null;
    await ask(engine, "marks.mute", { spaceIds, until });
    say(
      until === null ? t("order.didUnmute", { count }) : t("order.didMute", { count }),
      async () => {
        for (const row of rows)
          await ask(engine, "marks.mute", {
            spaceIds: [row.spaceId],
            until: row.mutedUntil > 0 ? row.mutedUntil : null,
          });
      },
    );
  }
}

/** What a key or a swipe does: the same once more takes it back. */
export function orderOf(
  act: "read" | "mute" | "archive" | "pin",
  row: ConversationRow,
  now: number,
): Order {
  switch (act) {
    case "read":
      return { do: row.unread > 0 || row.marked ? "read" : "unread" };
    case "mute":
      return row.mutedUntil > now ? { do: "unmute" } : { do: "mute", until: FOREVER };
    case "archive":
      return { do: row.archived ? "unarchive" : "archive" };
    default:
      return { do: row.pinned ? "unpin" : "pin" };
  }
}

/** In which folders conversations are. */
export function Folders({
  engine,
  spaceIds,
  onClose,
}: {
  engine: EnginePort;
  spaceIds: readonly string[];
  onClose: () => void;
}) {
  const folders = useLive(engine.watch("marks.folders", {}), "marks.folders");
  if (folders === undefined) return null;
  const ids = [...spaceIds];
  return (
    <FolderDialog
      folders={folders.map(({ folderId, name, spaceIds: within }) => ({
        folderId,
        name,
        on: ids.every((id) => within.includes(id)),
      }))}
      onFile={(folderId, on) => void ask(engine, "marks.file", { spaceIds: ids, folderId, on })}
      onNew={(name) =>
        void ask(engine, "marks.putFolder", { name }).then(
          (made) =>
            made && ask(engine, "marks.file", { spaceIds: ids, folderId: made.folderId, on: true }),
        )
      }
      onClose={onClose}
    />
  );
}

/** Another name for a folder, or no folder any more: the way back makes it anew. */
export function FolderName({
  engine,
  folderId,
  onClose,
  onGone,
}: {
  engine: EnginePort;
  folderId: string;
  onClose: () => void;
  onGone: () => void;
}) {
  const folders = useLive(engine.watch("marks.folders", {}), "marks.folders");
  const folder = folders?.find((one) => one.folderId === folderId);
  if (folder === undefined) return null;
  const { name, spaceIds } = folder;
  return (
    <EditFolder
      name={name}
      onClose={onClose}
      onName={(next) => {
        void ask(engine, "marks.putFolder", { folderId, name: next });
        onClose();
      }}
      onRemove={() => {
        void ask(engine, "marks.removeFolder", { folderId });
        onGone();
        toast({
          text: t("order.didRemoveFolder", { name }),
          action: {
            label: t("ui.undo"),
            run: () =>
              void ask(engine, "marks.putFolder", { name }).then(
                (made) =>
                  made &&
                  ask(engine, "marks.file", { spaceIds, folderId: made.folderId, on: true }),
              ),
          },
        });
      }}
    />
  );
}

/** What stands in the place of rows when a filter leaves none. */
export function NoneLeft({ by }: { by: "unread" | "mentions" | "archived" | "folder" }) {
  return <EmptyState title={t(`order.none.${by}`)}>{t(`order.noneHint.${by}`)}</EmptyState>;
}
