import "./person-name.css";
import { tameName } from "@baraza/engine/safe-text";
import { ShieldAlert } from "lucide";
import { t } from "../i18n/index.ts";
import { Icon } from "./icon.tsx";

/** A person's name on one line, apart from the direction of the words around it; `odd` warns that it looks like another one. */
export function PersonName({ name, odd = false }: { name: string; odd?: boolean }) {
  return (
    <bdi class="person-name">
      {tameName(name)}
      {odd && (
        <span class="person-name-odd" title={t("talk.oddName")}>
          <Icon of={ShieldAlert} />
          <span class="visually-hidden">{t("talk.oddName")}</span>
        </span>
      )}
    </bdi>
  );
}
