import "./requests.css";
import { ArrowLeft } from "lucide";
import type { ComponentChildren } from "preact";
import { t } from "../../i18n/index.ts";
import { IconButton } from "../../ui/button.tsx";

/** A page about people one has not met: its title, the way back, and one column. */
export function Page(props: { title: string; onBack: () => void; children: ComponentChildren }) {
  return (
    <section class="requests" aria-labelledby="requests-title">
      <header class="pane-head">
        <IconButton
          icon={ArrowLeft}
          mirror
          label={t("ui.back")}
          tip="below-start"
          onClick={props.onBack}
        />
        <div class="pane-title">
          <h1 id="requests-title" tabIndex={-1}>
            {props.title}
          </h1>
        </div>
      </header>
      <div class="pane-body">
        <div class="requests-body">{props.children}</div>
      </div>
    </section>
  );
}
