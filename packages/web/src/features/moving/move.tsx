import type { MoveStatus } from "@baraza/engine";
import { ExternalLink, Truck } from "lucide";
import { useState } from "preact/hooks";
import { formatUntil } from "../../i18n/dates.ts";
import { t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { CopyField } from "../../ui/copy-field.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { Form, TextField } from "../../ui/field.tsx";
import { Icon } from "../../ui/icon.tsx";
import { Group } from "../settings/group.tsx";
import type { Trouble } from "./explain.ts";
import { explain } from "./explain.ts";

export interface MoveProps {
  status: MoveStatus;
  busy: boolean;
  trouble: Trouble | undefined;
  now: number;
  /** The address of a node in a browser. */
  originOf: (node: string) => string;
  onLeave: (to: string) => void;
  onStay: () => void;
  /** This node, which is to keep what the former one does. */
  node: string;
  onTakeAlong: () => void;
  onCloseFormer: () => void;
}

/** Moving to another node: where one wants to go, or where one has come from. */
export function Move(props: MoveProps) {
  const { status, trouble } = props;
  return (
    <Group title={t("moving.moveTitle")}>
      <div class="moving-part">
        {status.came && <Came {...props} came={status.came} />}
        {status.went ? (
          <Went went={status.went} originOf={props.originOf} />
        ) : status.leaving ? (
          <Leaving {...props} leaving={status.leaving} />
        ) : status.came ? (
          <details class="moving-again">
            <summary>{t("moving.again")}</summary>
            <div class="moving-part">
              <Where {...props} />
            </div>
          </details>
        ) : (
          <Where {...props} />
        )}
        {trouble && (
          <p class="field-error" role="alert">
            {explain(trouble)}
          </p>
        )}
      </div>
    </Group>
  );
}

function Where({ busy, onLeave }: MoveProps) {
  const [to, setTo] = useState("");
  return (
    <>
      <p>{t("moving.moveWhat")}</p>
      <Form label={t("moving.prepare")} onSubmit={() => to.trim() !== "" && !busy && onLeave(to)}>
        <TextField
          label={t("moving.where")}
          hint={t("moving.whereHint")}
          value={to}
          onInput={setTo}
          direction="ltr"
          inputMode="url"
          autoCapitalize="none"
          spellcheck={false}
          maxLength={600}
        />
        <Button type="submit" icon={Truck} busy={busy}>
          {t("moving.prepare")}
        </Button>
      </Form>
      <p class="field-hint">{t("moving.nodeGone")}</p>
    </>
  );
}

function Leaving({
  leaving,
  now,
  onStay,
}: MoveProps & { leaving: NonNullable<MoveStatus["leaving"]> }) {
  const { to, link, expires } = leaving;
  if (expires === null)
    return (
      <>
        <p role="status">{tParts("moving.onTheWay", { node: <bdi>{to}</bdi> })}</p>
        <Button onClick={onStay}>{t("moving.stay")}</Button>
      </>
    );
  return (
    <>
      <p role="status">{t("moving.packed", { when: formatUntil(expires, now) })}</p>
      <CopyField label={t("moving.link")} value={link} />
      <p class="field-hint">{t("moving.linkHint")}</p>
      <div class="moving-buttons">
        <Button onClick={onStay}>{t("moving.stay")}</Button>
        <a class="button" data-kind="primary" href={link} target="_blank" rel="noreferrer">
          <Icon of={ExternalLink} />
          <span class="button-words">{tParts("moving.openNode", { node: <bdi>{to}</bdi> })}</span>
        </a>
      </div>
    </>
  );
}

function Went({
  went,
  originOf,
}: {
  went: NonNullable<MoveStatus["went"]>;
  originOf: MoveProps["originOf"];
}) {
  return (
    <>
      <p>{tParts("moving.went", { address: <bdi>{went.address}</bdi> })}</p>
      <p class="field-hint">{t("moving.wentHint")}</p>
      <a class="button" data-kind="primary" href={originOf(went.node)} rel="noreferrer">
        <Icon of={ExternalLink} />
        <span class="button-words">
          {tParts("moving.openNode", { node: <bdi>{went.node}</bdi> })}
        </span>
      </a>
    </>
  );
}

function Came(props: MoveProps & { came: NonNullable<MoveStatus["came"]> }) {
  const { came, onCloseFormer } = props;
  const [closing, setClosing] = useState(false);
  return (
    <>
      <p>{tParts("moving.came", { address: <bdi>{came.from}</bdi> })}</p>
      <p class="field-hint" role="status">
        {t(came.told ? (came.closes ? "moving.closed" : "moving.told") : "moving.untold")}
      </p>
      {came.waiting.length > 0 && (
        <>
          <p>{t("moving.waiting")}</p>
          <ul class="moving-list">
            {came.waiting.map((space) => (
              <li key={space.title + space.hub}>
                <bdi>{space.title}</bdi>
                {space.lost && !came.told && (
                  <span class="field-hint">
                    {tParts("moving.lost", { node: <bdi>{space.hub}</bdi> })}
                  </span>
                )}
              </li>
            ))}
          </ul>
        </>
      )}
      {came.kept.length > 0 && <Kept {...props} />}
      {came.told && !came.closes && (
        <Button onClick={() => setClosing(true)}>{t("moving.closeFormer")}</Button>
      )}
      {closing && (
        <Dialog
          title={t("moving.closeFormer")}
          onClose={() => setClosing(false)}
          actions={
            <>
              <Button onClick={() => setClosing(false)}>{t("ui.cancel")}</Button>
              <Button
                kind="danger"
                onClick={() => {
                  setClosing(false);
                  onCloseFormer();
                }}
              >
                {t("moving.closeFormer")}
              </Button>
            </>
          }
        >
          <p>{t("moving.closeFormerWhat")}</p>
        </Dialog>
      )}
    </>
  );
}

/** Conversations that the former node still keeps although this person leads them. */
function Kept({
  came,
  node,
  busy,
  onTakeAlong,
}: MoveProps & { came: NonNullable<MoveStatus["came"]> }) {
  return (
    <>
      <p>{tParts("moving.kept", { node: <bdi>{came.node}</bdi> })}</p>
      <ul class="moving-list">
        {came.kept.map(({ spaceId, title, state }) => (
          <li key={spaceId}>
            <bdi>{title}</bdi>
            {state !== "kept" && (
              <span class="field-hint">
                {t(state === "asked" ? "moving.keptAsked" : "moving.keptMoving")}
              </span>
            )}
          </li>
        ))}
      </ul>
      {came.kept.some(({ state }) => state === "kept") && (
        <>
          <Button icon={Truck} busy={busy} onClick={onTakeAlong}>
            {tParts("moving.takeAlong", { node: <bdi>{node}</bdi> })}
          </Button>
          <p class="field-hint">{t("moving.takeAlongHint")}</p>
        </>
      )}
    </>
  );
}
