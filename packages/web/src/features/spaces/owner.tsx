import "./leading.css";
import { t } from "../../i18n/index.ts";
import { Switch } from "../../ui/choice.tsx";

/** Whose a conversation is: everybody in it sees it, those who lead it decide. */
export function Owner(props: {
  /** The node of the organisation; null: its members'. */
  organisation: string | null;
  /** One's own node. */
  node: string;
  leads: boolean;
  onChange: (on: boolean) => void;
}) {
  const { organisation, node, leads } = props;
  if (!leads)
    return organisation === null ? null : (
      <p class="leading-soft">{t("leading.belongsTo", { node: organisation })}</p>
    );
  return (
    <div class="leading-owner">
      <Switch
        label={t("leading.belongs")}
        hint={t("leading.belongsHint", { node: organisation ?? node })}
        checked={organisation !== null}
        onChange={props.onChange}
      />
    </div>
  );
}
