import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { Skeleton } from "../ui/progress.tsx";

/**
 * A component that is fetched when it is first shown. A chunk that cannot be fetched throws into the
 * error boundary, whose button tries again.
 */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
): ComponentType<P> & { preload: () => void } {
  let loaded: ComponentType<P> | undefined;
  const Lazy = (props: P) => {
    const [, show] = useState(0);
    const [failed, setFailed] = useState<Error>();
    useEffect(() => {
      if (loaded) {
        // It came between the first drawing and this effect: nothing else would draw it again.
        show(1);
        return;
      }
      let current = true;
      load().then(
        (component) => {
          loaded = component;
          if (current) show(1);
        },
        (error: unknown) =>
          current && setFailed(error instanceof Error ? error : new Error("chunk")),
      );
      return () => {
        current = false;
      };
    }, []);
    if (failed) throw failed;
    const Loaded = loaded;
    return Loaded ? <Loaded {...props} /> : <Skeleton label={t("ui.moment")} rows={4} />;
  };
  return Object.assign(Lazy, {
    preload() {
      void load().then(
        (component) => {
          loaded = component;
        },
        () => undefined,
      );
    },
  });
}
