import type { Blocked } from "@baraza/engine";
import { tameName } from "@baraza/engine/safe-text";
import { ServerOff } from "lucide";
import { t } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Icon } from "../../ui/icon.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { Page } from "./page.tsx";

/** Whom one has blocked, and the way to take that back. */
export function Blocks(props: {
  blocks: Blocked | undefined;
  onUnblock: (identityId: string) => void;
  onUnblockNode: (node: string) => void;
  onBack: () => void;
}) {
  const { blocks } = props;
  return (
    <Page title={t("requests.blocks")} onBack={props.onBack}>
      {blocks === undefined ? (
        <Skeleton label={t("ui.moment")} rows={3} />
      ) : blocks.people.length + blocks.nodes.length === 0 ? (
        <EmptyState title={t("requests.blocksNone")}>{t("requests.blocksHint")}</EmptyState>
      ) : (
        <>
          <p class="requests-soft">{t("requests.blocksHint")}</p>
          <List label={t("requests.blocks")}>
            {blocks.people.map(({ identityId, name, address }) => (
              <ListItem
                key={identityId}
                start={<Avatar id={identityId} name={name} />}
                title={tameName(name)}
                detail={<bdi dir="ltr">{tameName(address)}</bdi>}
                end={
                  <Button
                    label={t("requests.unblockWho", { name: tameName(name) })}
                    onClick={() => props.onUnblock(identityId)}
                  >
                    {t("requests.unblock")}
                  </Button>
                }
              />
            ))}
            {blocks.nodes.map(({ node }) => (
              <ListItem
                key={node}
                start={<Icon of={ServerOff} />}
                title={<bdi dir="ltr">{node}</bdi>}
                detail={t("requests.wholeNode")}
                end={
                  <Button
                    label={t("requests.unblockWho", { name: node })}
                    onClick={() => props.onUnblockNode(node)}
                  >
                    {t("requests.unblock")}
                  </Button>
                }
              />
            ))}
          </List>
        </>
      )}
    </Page>
  );
}
