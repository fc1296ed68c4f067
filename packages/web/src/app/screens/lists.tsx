/** Broadcast lists: all of them, one of them, and where they are found by name. */
import type { BroadcastList } from "@baraza/engine";
import { useState } from "preact/hooks";
import { ChoosePeople } from "../../features/lists/choose.tsx";
import { ListPage } from "../../features/lists/list.tsx";
import { ListRows, Lists as ListsScreen, NameList } from "../../features/lists/lists.tsx";
import { t } from "../../i18n/index.ts";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { newId } from "../new-id.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";

const hrefOfList = (listId: string): string => hrefOf({ at: "list", listId });

function tell(result: Result<unknown>): void {
  if (!result.ok) toast({ text: failureText(result.failure) });
}

/** All broadcast lists; a new one is made from here. */
export function Lists({ engine }: { engine: EnginePort }) {
  const lists = useLive(engine.watch("lists.all", {}), "lists.all");
  const [making, setMaking] = useState(false);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState<string>();
  return (
    <>
      <ListsScreen
        lists={lists}
        hrefOf={hrefOfList}
        onNew={() => {
          setFailure(undefined);
          setMaking(true);
        }}
        onBack={back}
      />
      {making && (
        <NameList
          busy={busy}
          failure={failure}
          onClose={() => setMaking(false)}
          onName={(name) => {
            setBusy(true);
            void engine.call("lists.put", { name }).then((result) => {
              setBusy(false);
              if (result.ok) go({ at: "list", listId: result.value.listId });
              else
                setFailure(
                  result.code === "invalid" ? t("lists.tooMany") : failureText(result.failure),
                );
            });
          }}
        />
      )}
    </>
  );
}

/** What one has begun to write to lists: it stays while the app is open. */
const begun = new Map<string, string>();

/** One list, with the field to write to it. */
export function List({ engine, listId }: { engine: EnginePort; listId: string }) {
  const list = useLive(engine.watch("lists.one", { listId }), `list ${listId}`);
  const [text, setText] = useState(begun.get(listId) ?? "");
  const [open, setOpen] = useState<"people" | "name">();
  if (list === undefined) return <Skeleton label={t("ui.moment")} rows={4} />;
  if (list === null)
    return <EmptyState title={t("lists.gone")}>{t("lists.removeHint")}</EmptyState>;
  const write = (next: string): void => {
    begun.set(listId, next);
    setText(next);
  };
  return (
    <>
      <ListPage
        list={list}
        text={text}
        spaceHref={(spaceId) => hrefOf({ at: "space", spaceId })}
        onText={write}
        onSend={(said) => {
          write("");
          void engine
            .call("lists.send", { listId, sendingId: newId(), text: said })
            .then((result) => {
              if (result.ok) return;
              // It was not taken: what was written stands there again.
              if ((begun.get(listId) ?? "") === "") write(said);
              toast({
                text:
                  result.code === "invalid"
                    ? t("lists.nobody")
                    : result.code === "busy"
                      ? t("lists.arriving")
                      : failureText(result.failure),
              });
            });
        }}
        onChoose={() => setOpen("people")}
        onRename={() => setOpen("name")}
        onRemove={() => {
          void engine.call("lists.remove", { listId }).then((result) => {
            tell(result);
            if (!result.ok) return;
            go({ at: "lists" }, { replace: true });
            toast({ text: t("lists.didRemove", { name: list.name }) });
          });
        }}
        onForget={(sendingId) => void engine.call("lists.forget", { listId, sendingId }).then(tell)}
        onBack={back}
      />
      {open === "people" && (
        <People
          engine={engine}
          listId={listId}
          on={list.people}
          onClose={() => setOpen(undefined)}
        />
      )}
      {open === "name" && (
        <NameList
          name={list.name}
          busy={false}
          onClose={() => setOpen(undefined)}
          onName={(name) => {
            setOpen(undefined);
            void engine.call("lists.put", { listId, name }).then(tell);
          }}
        />
      )}
    </>
  );
}

function People({
  engine,
  listId,
  on,
  onClose,
}: {
  engine: EnginePort;
  listId: string;
  on: readonly { identityId: string; name: string; miss: "gone" | "blocked" | "arriving" | null }[];
  onClose: () => void;
}) {
  const contacts = useLive(engine.watch("chat.contacts", {}), "contacts");
  if (contacts === undefined) return null;
  const known = contacts
    .filter(({ spaceId }) => spaceId !== null)
    .map(({ identityId, name }) => ({ identityId, name, miss: null }));
  const others = on.filter(({ identityId }) => !known.some((one) => one.identityId === identityId));
  return (
    <ChoosePeople
      people={[...known, ...others].toSorted((a, b) => a.name.localeCompare(b.name))}
      on={new Set(on.map(({ identityId }) => identityId))}
      onChange={(identityId, put) =>
        void engine.call("lists.people", { listId, identityIds: [identityId], on: put }).then(tell)
      }
      onClose={onClose}
    />
  );
}

/** Those that a search found by their names. */
export function ListsFound({ lists }: { lists: readonly BroadcastList[] }) {
  return (
    <div class="lists-found">
      <ListRows lists={lists} hrefOf={hrefOfList} />
    </div>
  );
}
