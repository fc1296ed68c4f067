import type { FirstWords } from "@baraza/engine";
import { oddNames, tame, tameName } from "@baraza/engine/safe-text";
import { Ban, Ellipsis, Flag, ServerOff } from "lucide";
import { useMemo, useState } from "preact/hooks";
import { t, tParts } from "../../i18n/index.ts";
import { Avatar } from "../../ui/avatar.tsx";
import { Button, IconButton } from "../../ui/button.tsx";
import { EmptyState } from "../../ui/empty-state.tsx";
import { Menu } from "../../ui/menu.tsx";
import { PersonName } from "../../ui/person-name.tsx";
import { Skeleton } from "../../ui/progress.tsx";
import { TimeLabel } from "../../ui/time-label.tsx";
import { Page } from "./page.tsx";
import { resembles } from "./resembles.ts";

export interface RequestsProps {
  /** Absent while they are being read from this device. */
  requests: readonly FirstWords[] | undefined;
  /** Whom one knows. */
  known: readonly { identityId: string; name: string }[];
  /** Whose request something is being done about. */
  busy: string | undefined;
  /** One's own node: nobody blocks that as a whole. */
  node: string;
  now: number;
  onAccept: (request: FirstWords) => void;
  onDelete: (request: FirstWords) => void;
  onBlock: (request: FirstWords) => void;
  onBlockNode: (request: FirstWords) => void;
  onReport: (request: FirstWords) => void;
  onBack: () => void;
}

/** What people wrote whom one has not met, apart from everything else: to be read, accepted, or sent away. */
export function Requests(props: RequestsProps) {
  const { requests } = props;
  return (
    <Page title={t("requests.title")} onBack={props.onBack}>
      {requests === undefined ? (
        <Skeleton label={t("ui.moment")} rows={4} />
      ) : requests.length === 0 ? (
        <EmptyState title={t("requests.none")}>{t("requests.noneHint")}</EmptyState>
      ) : (
        <>
          <p class="requests-soft">{t("requests.lead")}</p>
          <ul class="requests-list">
            {requests.map((request) => (
              <One key={request.identityId} {...props} request={request} />
            ))}
          </ul>
        </>
      )}
    </Page>
  );
}

function One(props: RequestsProps & { request: FirstWords }) {
  const { request, busy, now } = props;
  const { identityId, name, address, words, record } = request;
  const like = useMemo(() => resembles(request, props.known), [request, props.known]);
  const [menu, setMenu] = useState<HTMLElement>();
  const waits = busy === identityId;
  return (
    <li class="requests-one">
      <div class="requests-who">
        <Avatar id={identityId} name={name} />
        <div class="requests-who-words">
          <strong>
            <PersonName name={name} odd={like !== null || oddNames([name]).size > 0} />
          </strong>
          <span class="requests-address">
            <bdi dir="ltr">{tameName(address)}</bdi>
          </span>
        </div>
        <TimeLabel at={request.at} now={now} style="recent" />
        <IconButton
          icon={Ellipsis}
          label={t("requests.more", { name: tameName(name) })}
          tip="below-end"
          onClick={(event) => setMenu(event.currentTarget as HTMLElement)}
        />
      </div>
      <p class="requests-note" data-tone={record === "wrong" ? "danger" : undefined}>
        {t(`requests.${record}`)}
      </p>
      {like !== null && (
        <p class="requests-note" data-tone="danger">
          {tParts("requests.resembles", { name: <PersonName name={like} /> })}
        </p>
      )}
      {/* Long words scroll, by the keyboard too. */}
      {/* oxlint-disable-next-line jsx-a11y/no-noninteractive-tabindex */}
      <p class="requests-words as-page" dir="auto" tabIndex={0}>
        {tame(words)}
      </p>
      <div class="requests-actions">
        <Button
          kind="primary"
          busy={waits}
          disabled={record === "wrong"}
          onClick={() => props.onAccept(request)}
        >
          {t("requests.accept")}
        </Button>
        <Button onClick={() => props.onDelete(request)}>{t("requests.delete")}</Button>
        <Button kind="quiet" icon={Ban} onClick={() => props.onBlock(request)}>
          {t("requests.block")}
        </Button>
      </div>
      {menu && (
        <Menu
          label={t("requests.more", { name: tameName(name) })}
          anchor={menu}
          onClose={() => setMenu(undefined)}
          items={[
            ...(request.from === props.node
              ? []
              : [
                  {
                    label: t("requests.blockNode", { node: request.from }),
                    icon: ServerOff,
                    onSelect: () => props.onBlockNode(request),
                  },
                ]),
            { label: t("requests.report"), icon: Flag, onSelect: () => props.onReport(request) },
          ]}
        />
      )}
    </li>
  );
}
