/** The working groups that a conversation lists. */
import { useState } from "preact/hooks";
import { NoConversation } from "../../features/chat/conversation.tsx";
import { Groups as GroupsScreen } from "../../features/groups/groups.tsx";
import { t } from "../../i18n/index.ts";
import { Skeleton } from "../../ui/progress.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive } from "../hooks.ts";
import { back } from "../router.ts";
import { hrefOf } from "../routes.ts";

/** Found, joined, listed and taken off. */
export function Groups({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const space = useLive(engine.space(spaceId), `space ${spaceId}`);
  const found = useLive(engine.watch("space.groups", { spaceId }), `groups ${spaceId}`);
  const [busy, setBusy] = useState<string | null>(null);
  if (space === null) return <NoConversation />;
  if (!space || !found) return <Skeleton label={t("ui.moment")} />;
  return (
    <GroupsScreen
      title={space.title}
      groups={found.groups}
      listable={found.listable}
      busy={busy}
      hrefOf={(groupId) => hrefOf({ at: "space", spaceId: groupId })}
      onJoin={({ groupId, open }) => {
        setBusy(groupId);
        void engine.call("space.joinGroup", { spaceId, groupId }).then((result) => {
          setBusy(null);
          if (!result.ok) toast({ text: failureText(result.failure) });
          else toast({ text: open ? t("groups.didJoin") : t("groups.didAsk") });
        });
      }}
      onList={async (wish) => {
        const result = await engine.call("space.listGroup", { spaceId, ...wish });
        return result.ok ? undefined : failureText(result.failure);
      }}
      onUnlist={({ groupId }) => {
        void engine.call("space.unlistGroup", { spaceId, groupId }).then((result) => {
          toast({ text: result.ok ? t("groups.didUnlist") : failureText(result.failure) });
        });
      }}
      onBack={back}
    />
  );
}
