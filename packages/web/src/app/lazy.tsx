import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { t } from "../i18n/index.ts";
import { EmptyState } from "../ui/empty-state.tsx";
import { Skeleton } from "../ui/progress.tsx";

/** Milliseconds after which a chunk that could not be fetched is asked for again. */
export const AGAIN_MS = 5000;

/**
 * A component that is fetched when it is first shown. Where its chunk is not on the device and the node is away, this place
 * says so and fills by itself later: the rest of the app does not need it. `aside`: a small thing beside a screen, of which
 * nothing is seen until it is there.
 */
export function lazy<P extends object>(
  load: () => Promise<ComponentType<P>>,
  { aside = false }: { aside?: boolean } = {},
): ComponentType<P> & { preload: () => void } {
  let loaded: ComponentType<P> | undefined;
  const Lazy = (props: P) => {
    const [, show] = useState(0);
    const [away, setAway] = useState(false);
    const [failed, setFailed] = useState<Error>();
    useEffect(() => {
      if (loaded) {
        // It came between the first drawing and this effect: nothing else would draw it again.
        show(1);
        return;
      }
      let current = true;
      let timer: ReturnType<typeof setTimeout> | undefined;
      const fetchIt = (): void => {
        load().then(
          (component) => {
            loaded = component;
            if (current) show(1);
          },
          (error: unknown) => {
            if (!current) return;
            if (!isAway(error))
              return setFailed(error instanceof Error ? error : new Error("chunk"));
            setAway(true);
            timer = setTimeout(fetchIt, AGAIN_MS);
          },
        );
      };
      fetchIt();
      return () => {
        current = false;
        clearTimeout(timer);
      };
    }, []);
    if (failed) throw failed;
    const Loaded = loaded;
    if (Loaded) return <Loaded {...props} />;
    if (aside) return null;
    if (!away) return <Skeleton label={t("ui.moment")} rows={4} />;
    return (
      <div role="status">
        <EmptyState title={t("error.awayTitle")}>{t("error.away")}</EmptyState>
      </div>
    );
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

/**
 * Whether a chunk or its style could not be fetched: a `TypeError` of the browser, in words of its own, or the bundler's error
 * about a style. An error while the chunk runs is none of these.
 */
export function isAway(error: unknown): boolean {
  return error instanceof Error && /\b(?:import\w*|preload)\b/i.test(error.message);
}
