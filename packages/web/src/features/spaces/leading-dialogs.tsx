/** What is asked before something that those who lead decide: fetched when it is asked first. */
import { useId, useState } from "preact/hooks";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";

/** Whether a conversation is to be deleted, or kept by one's own node. */
export function AskDecision({
  asking,
  ownNode,
  onClose,
  onAgreed,
}: {
  asking: "delete" | "move";
  ownNode: string;
  onClose: () => void;
  onAgreed: () => void;
}) {
  return (
    <Dialog
      title={
        asking === "delete" ? t("leading.deleteTitle") : t("leading.moveTitle", { node: ownNode })
      }
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind={asking === "delete" ? "danger" : "primary"} onClick={onAgreed}>
            {asking === "delete"
              ? t("leading.deleteAction")
              : t("leading.moveAction", { node: ownNode })}
          </Button>
        </>
      }
    >
      <p>{asking === "delete" ? t("leading.deleteWhat") : t("leading.moveWhat")}</p>
    </Dialog>
  );
}

/** Which of the nodes is to keep a copy. */
export function AddCopy(props: {
  choices: readonly string[];
  onClose: () => void;
  onChoose: (node: string) => void;
}) {
  const { choices, onClose } = props;
  const [chosen, setChosen] = useState(choices[0] ?? "");
  const group = useId();
  return (
    <Dialog
      title={t("leading.copyAddTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="primary" onClick={() => props.onChoose(chosen)}>
            {t("leading.copyAddAction")}
          </Button>
        </>
      }
    >
      <p>{t("leading.copyAddWhat")}</p>
      <fieldset class="leading-choices">
        <legend class="field-label">{t("leading.copyAddWhere")}</legend>
        {choices.map((node) => (
          <label key={node} class="leading-choice">
            <input
              type="radio"
              name={group}
              value={node}
              checked={node === chosen}
              onChange={() => setChosen(node)}
            />
            <bdi dir="ltr">{node}</bdi>
          </label>
        ))}
      </fieldset>
    </Dialog>
  );
}

/** Whether a node is to keep no copy any more. */
export function RemoveCopy({
  node,
  onClose,
  onRemove,
}: {
  node: string;
  onClose: () => void;
  onRemove: () => void;
}) {
  return (
    <Dialog
      title={t("leading.copyRemoveTitle", { node })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{t("ui.cancel")}</Button>
          <Button kind="danger" onClick={onRemove}>
            {t("leading.copyRemove")}
          </Button>
        </>
      }
    >
      <p>{t("leading.copyRemoveWhat")}</p>
    </Dialog>
  );
}
