import { Component, type ComponentChildren } from "preact";
import { t } from "../i18n/index.ts";
import { Button } from "../ui/button.tsx";
import { EmptyState } from "../ui/empty-state.tsx";

/** What one sees where a screen broke: what happened, what was kept, one way on. The rest of the app goes on. */
export class Boundary extends Component<{ children: ComponentChildren }, { broken: boolean }> {
  override state = { broken: false };

  static override getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render() {
    if (!this.state.broken) return this.props.children;
    return (
      <div role="alert">
        <EmptyState
          title={t("error.title")}
          action={
            <Button kind="primary" onClick={() => location.reload()}>
              {t("error.reload")}
            </Button>
          }
        >
          {t("error.text")}
        </EmptyState>
      </div>
    );
  }
}
