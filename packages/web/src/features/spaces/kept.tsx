import { Copy, CloudOff, Server } from "lucide";
import { useState } from "preact/hooks";
import type { Leading as Decisions, Mirrors } from "@baraza/engine";
import { formatMoment } from "../../i18n/dates.ts";
import { formatList, t, tParts } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { AddCopy, RemoveCopy } from "./deciding.ts";

export interface KeptProps {
  decisions: Pick<Decisions, "keptAt" | "keptBefore" | "moving">;
  /** Undefined until they are known. */
  mirrors: Mirrors | undefined;
  leads: boolean;
  /** This account's node. */
  ownNode: string;
  /** A wish about copies is under way; why the last one failed. */
  busy: boolean;
  failure: string | undefined;
  onMove: () => void;
  /** Names the nodes that keep a copy from now on. */
  onMirrors: (nodes: string[]) => void;
}

/** As many nodes may keep a copy. */
const MOST = 3;

/** Which node keeps a conversation, the way to one's own, and which others keep a copy. */
export function Kept(props: KeptProps) {
  const { decisions, mirrors, leads, ownNode } = props;
  const { keptAt, keptBefore, moving } = decisions;
  const node = <bdi dir="ltr">{keptAt}</bdi>;
  return (
    <>
      <h2>{t("leading.keptTitle")}</h2>
      <p class="leading-soft">
        {moving ? tParts("leading.moving", { node }) : tParts("leading.keptAt", { node })}
        {keptBefore.length > 0 && (
          <> {t("leading.keptBefore", { nodes: formatList(keptBefore) })}</>
        )}
      </p>
      {mirrors?.readingAt && !moving && (
        <Banner tone="notice" icon={CloudOff}>
          {tParts("leading.readingAt", { node, copy: <bdi dir="ltr">{mirrors.readingAt}</bdi> })}
        </Banner>
      )}
      {leads && !moving && ownNode !== keptAt && (
        <Button kind="quiet" icon={Server} onClick={props.onMove}>
          {t("leading.moveAction", { node: ownNode })}
        </Button>
      )}
      {mirrors && <Copies {...props} mirrors={mirrors} />}
    </>
  );
}

function Copies({
  decisions,
  mirrors,
  leads,
  busy,
  failure,
  onMirrors,
}: KeptProps & { mirrors: Mirrors }) {
  const [asking, setAsking] = useState<"add" | { remove: string }>();
  const names = mirrors.mirrors.map((one) => one.node);
  const mayAdd = leads && names.length < MOST && mirrors.choices.length > 0;
  // Where nobody could choose one, there is nothing to say of copies.
  if (names.length === 0 && !leads) return null;
  const close = () => setAsking(undefined);
  return (
    <>
      <h3>{t("leading.copiesTitle")}</h3>
      <p class="leading-soft">
        {tParts(names.length === 0 ? "leading.copiesNone" : "leading.copiesWhat", {
          node: <bdi dir="ltr">{decisions.keptAt}</bdi>,
        })}
      </p>
      {names.length > 0 && (
        <ul class="leading-list">
          {mirrors.mirrors.map((one) => (
            <li class="leading-card" key={one.node}>
              <p>
                <bdi dir="ltr">{one.node}</bdi>
              </p>
              <p class="leading-soft">{stateText(one)}</p>
              {leads && (
                <Button busy={busy} onClick={() => setAsking({ remove: one.node })}>
                  {t("leading.copyRemove")}
                </Button>
              )}
            </li>
          ))}
        </ul>
      )}
      {failure !== undefined && (
        <p class="leading-failure" role="alert">
          {failure}
        </p>
      )}
      {mayAdd && (
        <Button kind="quiet" icon={Copy} busy={busy} onClick={() => setAsking("add")}>
          {t("leading.copyAdd")}
        </Button>
      )}
      {leads && names.length === 0 && mirrors.choices.length === 0 && (
        <p class="leading-soft">{t("leading.copyNoChoice")}</p>
      )}
      {asking === "add" && (
        <AddCopy
          choices={mirrors.choices}
          onClose={close}
          onChoose={(node) => {
            close();
            onMirrors([...names, node]);
          }}
        />
      )}
      {typeof asking === "object" && (
        <RemoveCopy
          node={asking.remove}
          onClose={close}
          onRemove={() => {
            close();
            onMirrors(names.filter((name) => name !== asking.remove));
          }}
        />
      )}
    </>
  );
}

function stateText({ state, until }: Mirrors["mirrors"][number]): string {
  if (state === "behind" && until !== null)
    return t("leading.copyBehindSince", { date: formatMoment(until) });
  return t(`leading.copy.${state}`);
}
