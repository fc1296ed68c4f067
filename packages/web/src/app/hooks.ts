import { useEffect, useState } from "preact/hooks";
import type { EnginePort, Live, NodePolicy, Result } from "./engine.ts";
import type { Failure } from "./model.ts";

/** Follows a live answer while the component is there; `undefined` until the first one. `key` names what is followed. */
export function useLive<T>(live: Live<T>, key: string): T | undefined {
  const [held, setHeld] = useState<{ key: string; value: T }>();
  useEffect(() => {
    return live((value) => setHeld({ key, value }));
    // The key stands for the live answer, which is a new function in each render.
    // oxlint-disable-next-line react-hooks/exhaustive-deps
  }, [key]);
  return held?.key === key ? held.value : undefined;
}

/** The time now (ms since 1970), renewed each minute. */
export function useNow(): number {
  const [now, setNow] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), 60_000);
    return () => clearInterval(timer);
  }, []);
  return now;
}

/** One request at a time, with what a form shows of it. `run` answers the value, or undefined when it failed. */
export function useRequest(): {
  busy: boolean;
  failure: Failure | undefined;
  run: <T>(request: () => Promise<Result<T>>) => Promise<T | undefined>;
} {
  const [state, setState] = useState<{ busy: boolean; failure: Failure | undefined }>({
    busy: false,
    failure: undefined,
  });
  return {
    ...state,
    async run(request) {
      setState({ busy: true, failure: undefined });
      const result = await request();
      setState({ busy: false, failure: result.ok ? undefined : result.failure });
      return result.ok ? result.value : undefined;
    },
  };
}

/** What the node says about itself; until it has, its name is that of the page's address. */
export function usePolicy(engine: EnginePort): NodePolicy {
  const [policy, setPolicy] = useState<NodePolicy>({
    node: location.host,
    open: false,
    setup: false,
  });
  useEffect(() => {
    let current = true;
    void engine.policy().then((result) => {
      if (current && result.ok) setPolicy(result.value);
    });
    return () => {
      current = false;
    };
  }, [engine]);
  return policy;
}
