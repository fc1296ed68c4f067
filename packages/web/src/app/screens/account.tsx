import { SignIn as SignInScreen } from "../../features/account/sign-in.tsx";
import { SignUp as SignUpScreen } from "../../features/account/sign-up.tsx";
import type { EnginePort } from "../engine.ts";
import { usePolicy, useRequest } from "../hooks.ts";
import { go } from "../router.ts";
import { hrefOf, type Route } from "../routes.ts";

/** Signing in; afterwards one is where one wanted to go. */
export function SignIn({ engine, onward }: { engine: EnginePort; onward: Route }) {
  const { node } = usePolicy(engine);
  const { busy, failure, run } = useRequest();
  return (
    <SignInScreen
      node={node}
      busy={busy}
      failure={failure}
      signUpHref={hrefOf({ at: "signUp", secret: "" })}
      onSubmit={(account) => {
        void run(() => engine.signIn(account)).then(
          () => engine.session.peek().state === "signedIn" && go(onward, { replace: true }),
        );
      }}
    />
  );
}

export interface SignUpProps {
  engine: EnginePort;
  onward: Route;
  /** What lets one in: a node invitation, the space invitation one came by, or the first administrator's link. */
  invitation?: string;
  setup?: string;
  reason?: { by: string; space: string };
}

/** Opening an account; the session's signal leads on to the app. */
export function SignUp({ engine, onward, invitation, setup, reason }: SignUpProps) {
  const { node } = usePolicy(engine);
  const { busy, failure, run } = useRequest();
  const why = setup ? "setup" : reason;
  return (
    <SignUpScreen
      node={node}
      busy={busy}
      failure={failure}
      signInHref={hrefOf({ at: "signIn" })}
      {...(why ? { reason: why } : {})}
      onSubmit={(account) => {
        const entry = {
          ...account,
          ...(invitation ? { invitation } : {}),
          ...(setup ? { setup } : {}),
        };
        void run(() => engine.signUp(entry)).then(
          () => engine.session.peek().state === "signedIn" && go(onward, { replace: true }),
        );
      }}
    />
  );
}
