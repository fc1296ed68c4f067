import { Trash2, UserPlus } from "lucide";
import { useState } from "preact/hooks";
import type { NodeInvitation, NodeSettings, NodeStatus } from "../../app/model.ts";
import { formatUntil } from "../../i18n/dates.ts";
import { formatBytes, formatNumber, t, tParts } from "../../i18n/index.ts";
import { Button, IconButton } from "../../ui/button.tsx";
import { Segmented, Switch } from "../../ui/choice.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { List, ListItem } from "../../ui/list.tsx";
import { Spinner } from "../../ui/progress.tsx";
import { InvitationView, ShareButton } from "../../ui/invitation.tsx";
import { Group } from "./group.tsx";

export interface NodeProps {
  /** Its name. */
  node: string;
  now: number;
  /** Absent while they are being asked for, or while the node cannot be reached. */
  settings: NodeSettings | undefined;
  status: NodeStatus | undefined;
  invitations: readonly NodeInvitation[] | undefined;
  onSettings: (change: Partial<NodeSettings>) => void;
  /** Makes an invitation; it then stands among `invitations`. Undefined when that did not work. */
  onInvite: () => Promise<NodeInvitation | undefined>;
  onRevoke: (code: string) => void;
}

/** For who looks after the node: who may come, whom one has invited, and how much it holds. */
export function NodeGroup(props: NodeProps) {
  const { node, now, settings, status, invitations } = props;
  const [shown, setShown] = useState<NodeInvitation>();
  const [making, setMaking] = useState(false);
  return (
    <Group title={t("node.title")}>
      <p class="field-hint">{tParts("node.lead", { node: <bdi>{node}</bdi> })}</p>
      {!settings && (
        <p role="status">
          <Spinner /> {t("ui.moment")}
        </p>
      )}
      {settings && (
        <>
          <Segmented
            label={t("node.registration")}
            value={settings.open ? "open" : "invitation"}
            onChange={(value) => props.onSettings({ open: value === "open" })}
            options={[
              { value: "invitation", label: t("node.byInvitation") },
              { value: "open", label: t("node.open") },
            ]}
          />
          <Switch
            label={t("node.membersInvite")}
            hint={t("node.membersInviteHint")}
            checked={settings.membersInvite}
            onChange={(membersInvite) => props.onSettings({ membersInvite })}
          />
        </>
      )}
      <div class="node-invite">
        <Button
          icon={UserPlus}
          busy={making}
          onClick={() => {
            setMaking(true);
            void props.onInvite().then((made) => {
              setMaking(false);
              setShown(made);
            });
          }}
        >
          {t("node.invite")}
        </Button>
      </div>
      {invitations && invitations.length > 0 && (
        <div class="node-invitations">
          <h3 id="node-invitations">{t("node.invitations")}</h3>
          <List label={t("node.invitations")}>
            {invitations.map((one) => (
              <ListItem
                key={one.code}
                wrap
                title={t("node.usesLeft", { count: one.usesLeft })}
                detail={t("invite.expires", { when: formatUntil(one.expiresAt, now) })}
                onClick={() => setShown(one)}
                end={
                  <IconButton
                    icon={Trash2}
                    label={t("node.revoke")}
                    tip="below-end"
                    onClick={() => props.onRevoke(one.code)}
                  />
                }
              />
            ))}
          </List>
        </div>
      )}
      {status && <Numbers status={status} />}
      {shown && (
        <Dialog
          title={t("node.invite")}
          onClose={() => setShown(undefined)}
          actions={<ShareButton link={shown.link} text={t("node.shareText")} />}
        >
          <p>{t("node.inviteLead", { count: shown.usesLeft })}</p>
          <InvitationView invitation={shown} now={now} />
        </Dialog>
      )}
    </Group>
  );
}

function Numbers({ status }: { status: NodeStatus }) {
  const rows: [string, string][] = [
    [t("node.accounts"), formatNumber(status.accounts)],
    [t("node.conversations"), formatNumber(status.logs)],
    [t("node.files"), formatBytes(status.blobBytes)],
    [t("node.database"), formatBytes(status.databaseBytes)],
    [t("node.version"), status.version],
  ];
  return (
    <dl class="node-numbers">
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>{name}</dt>
          <dd>
            <bdi>{value}</bdi>
          </dd>
        </div>
      ))}
    </dl>
  );
}
