import type { ClosingPlan, ClosingReceipt } from "@baraza/engine";
import { Download, Trash2 } from "lucide";
import { useState } from "preact/hooks";
import { formatDayWithin } from "../../i18n/dates.ts";
import { formatList, t, tParts } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Form, SelectField, TextField } from "../../ui/field.tsx";
import { Group } from "../settings/group.tsx";
import type { Trouble } from "./explain.ts";
import { explain } from "./explain.ts";

export interface CloseProps {
  address: string;
  /** Asked for when somebody wants to close the account. */
  plan: ClosingPlan | undefined;
  receipt: ClosingReceipt | null;
  busy: boolean;
  trouble: Trouble | undefined;
  now: number;
  onPlan: () => void;
  onCancel: () => void;
  onClose: (successors: Record<string, string>) => void;
  onSaveReceipt: () => void;
  onForget: () => void;
}

/** Closing the account for good. */
export function Close(props: CloseProps) {
  const { plan, receipt, trouble, busy } = props;
  return (
    <Group title={t("moving.closeTitle")}>
      <div class="moving-part">
        {receipt ? (
          <Closed {...props} receipt={receipt} />
        ) : plan ? (
          <Plan {...props} plan={plan} />
        ) : (
          <>
            <p>{t("moving.closeWhat")}</p>
            <Button icon={Trash2} busy={busy} onClick={props.onPlan}>
              {t("moving.close")}
            </Button>
          </>
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

function Plan({ plan, address, busy, onCancel, onClose }: CloseProps & { plan: ClosingPlan }) {
  const [chosen, setChosen] = useState<Record<string, string>>({});
  const [typed, setTyped] = useState("");
  const [tried, setTried] = useState(false);
  const of = (fate: ClosingPlan["spaces"][number]["fate"]) =>
    plan.spaces.filter((space) => space.fate === fate);
  const toHandOver = of("handOver").filter((space) => space.people.length > 0);
  const missing = toHandOver.filter((space) => (chosen[space.spaceId] ?? "") === "");
  const names = (fate: "left" | "deleted") => titles(of(fate).map((space) => space.title));
  const confirmed = typed.trim().toLowerCase() === address.toLowerCase();
  return (
    <Form
      label={t("moving.closeTitle")}
      onSubmit={() => {
        setTried(true);
        if (!busy && confirmed && missing.length === 0) onClose(chosen);
      }}
    >
      <p>{t("moving.closeWhat")}</p>
      {toHandOver.length > 0 && <p>{t("moving.handOver")}</p>}
      {toHandOver.map((space) => (
        <SelectField
          key={space.spaceId}
          label={space.title}
          value={chosen[space.spaceId] ?? ""}
          options={[
            { value: "", label: t("moving.choosePerson") },
            ...space.people.map((one) => ({ value: one.identityId, label: one.name })),
          ]}
          onChange={(value) => setChosen({ ...chosen, [space.spaceId]: value })}
          {...(tried && (chosen[space.spaceId] ?? "") === ""
            ? { hint: t("moving.choosePersonFirst") }
            : {})}
        />
      ))}
      {of("left").length > 0 && <p>{t("moving.leaves", { names: names("left") })}</p>}
      {of("deleted").length > 0 && <p>{t("moving.deletes", { names: names("deleted") })}</p>}
      <TextField
        label={t("moving.typeAddress", { address })}
        value={typed}
        onInput={setTyped}
        direction="ltr"
        autoComplete="off"
        autoCapitalize="none"
        spellcheck={false}
        error={tried && !confirmed ? t("moving.typeAddressWrong") : undefined}
      />
      <div class="moving-buttons">
        <Button onClick={onCancel}>{t("ui.cancel")}</Button>
        <Button kind="danger" type="submit" busy={busy}>
          {busy ? t("moving.closing") : t("moving.closeNow")}
        </Button>
      </div>
    </Form>
  );
}

function Closed({
  receipt,
  now,
  onSaveReceipt,
  onForget,
}: CloseProps & { receipt: ClosingReceipt }) {
  return (
    <>
      <p role="status">
        {tParts("moving.receipt", {
          node: <bdi>{receipt.node}</bdi>,
          when: formatDayWithin(receipt.nameRests, now),
        })}
      </p>
      {receipt.untold.length > 0 && (
        <p>{t("moving.untoldSpaces", { names: titles(receipt.untold) })}</p>
      )}
      <div class="moving-buttons">
        <Button icon={Download} onClick={onSaveReceipt}>
          {t("moving.saveReceipt")}
        </Button>
        <Button kind="danger" onClick={onForget}>
          {t("moving.forget")}
        </Button>
      </div>
    </>
  );
}

/** Titles in a row, each in its own direction (U+2068, U+2069). */
function titles(all: readonly string[]): string {
  return formatList(all.map((title) => `\u2068${title}\u2069`));
}
