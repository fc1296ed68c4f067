import type { ComponentChildren } from "preact";
import { useEffect, useState } from "preact/hooks";
import { Claim } from "../../features/account/claim.tsx";
import { SignIn as SignInScreen } from "../../features/account/sign-in.tsx";
import { SignInAgain as SignInAgainDialog } from "../../features/account/sign-in-again.tsx";
import { SignUp as SignUpScreen } from "../../features/account/sign-up.tsx";
import type { EnginePort } from "../engine.ts";
import { usePolicy, useRequest } from "../hooks.ts";
import { lazy } from "../lazy.tsx";
import { recall } from "../memory.ts";
import { fragment, go } from "../router.ts";
import { hrefOf, languageOf, type Route } from "../routes.ts";
import { hasLanguage, setLanguage } from "../settings.ts";
import { isLanguage, loadWords, t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";
import type { Account } from "../model.ts";

const WasRemoved = lazy(() =>
  Promise.all([import("../../features/devices/was-removed.tsx"), loadWords("devices")]).then(
    ([all]) => all.WasRemoved,
  ),
);
const WasWiped = lazy(() =>
  Promise.all([import("../../features/lock/was-wiped.tsx"), loadWords("lock")]).then(
    ([all]) => all.WasWiped,
  ),
);
const WaysIn = lazy(() =>
  Promise.all([import("./ways-in.tsx"), loadWords("ways")]).then(([screens]) => screens.WaysIn),
);
const PasskeySignUp = lazy(() =>
  Promise.all([import("./ways-in.tsx"), loadWords("ways")]).then(
    ([screens]) => screens.PasskeySignUp,
  ),
);

/** A button in whose place comes what it is for, fetched then: most people need only the passphrase. */
function OnRequest({ label, children }: { label: string; children: ComponentChildren }) {
  const [open, setOpen] = useState(false);
  if (open) return <>{children}</>;
  return (
    <Button wide onClick={() => setOpen(true)}>
      {label}
    </Button>
  );
}

/** Signing in; afterwards one is where one wanted to go. */
export function SignIn({ engine, onward }: { engine: EnginePort; onward: Route }) {
  const { node } = usePolicy(engine);
  const { busy, failure, run } = useRequest();
  return (
    <SignInScreen
      node={node}
      busy={busy}
      failure={failure}
      more={
        <OnRequest label={t("signIn.otherWays")}>
          <WaysIn engine={engine} onIn={() => go(onward, { replace: true })} />
        </OnRequest>
      }
      signUpHref={hrefOf({ at: "signUp", secret: "" })}
      recoverHref={hrefOf({ at: "recover" })}
      newDeviceHref={hrefOf({ at: "newDevice" })}
      notice={
        engine.status.value.wasRemoved ? (
          <WasRemoved />
        ) : (
          recall("wiped") !== undefined && <WasWiped />
        )
      }
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
  /** Leads to signing in with this screen's purpose kept. */
  onSignIn?: () => void;
}

/** Opening an account; the session's signal leads on to the app. */
export function SignUp(props: SignUpProps) {
  const { engine, onward, invitation, setup, reason, onSignIn } = props;
  const { node } = usePolicy(engine);
  const { busy, failure, run } = useRequest();
  const why = setup ? "setup" : reason;
  useEffect(() => {
    // Whoever invited somebody by name may have said which language they read; what they have chosen themselves counts for more.
    const language = languageOf(fragment());
    if (language !== undefined && isLanguage(language) && !hasLanguage())
      void setLanguage(language);
  }, []);
  return (
    <SignUpScreen
      node={node}
      busy={busy}
      failure={failure}
      signInHref={hrefOf({ at: "signIn" })}
      {...(why ? { reason: why } : {})}
      {...(onSignIn ? { onSignIn } : {})}
      more={(filledIn) => (
        <OnRequest label={t("signUp.otherWay")}>
          <PasskeySignUp
            engine={engine}
            account={() => {
              const account = filledIn();
              if (account === null) return null;
              const { shownName, name } = account;
              return {
                name,
                displayName: shownName,
                ...(invitation ? { invitation } : {}),
                ...(setup ? { setup } : {}),
              };
            }}
            onIn={() => go(onward, { replace: true })}
          />
        </OnRequest>
      )}
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

/** The console's link: a first account that administers the node, or one that exists already takes it over. */
export function Setup({
  engine,
  secret,
  you,
}: {
  engine: EnginePort;
  secret: string;
  you?: Account | undefined;
}) {
  const { node } = usePolicy(engine);
  const { busy, failure, run } = useRequest();
  // A new account is an administrator's at once: the form stays until it leads on.
  const [way, setWay] = useState<"signUp" | "signIn" | "claim">(you ? "claim" : "signUp");
  const done = way !== "signUp" && you?.role === "administrator";
  useEffect(() => {
    if (done) go({ at: "settings" }, { replace: true });
  }, [done]);
  if (way === "signUp") {
    return (
      <SignUp
        engine={engine}
        onward={{ at: "home" }}
        setup={secret}
        onSignIn={() => setWay("signIn")}
      />
    );
  }
  if (!you) return <SignIn engine={engine} onward={{ at: "setup", secret }} />;
  return (
    <Claim
      node={node}
      you={you}
      busy={busy}
      failure={failure}
      homeHref={hrefOf({ at: "home" })}
      onClaim={() => {
        const claim = async () => {
          const result = await engine.claim(secret);
          if (result.ok) toast({ text: t("setup.claimed") });
          return result;
        };
        void run(claim);
      }}
    />
  );
}

/** The passphrase once more, where the node ended this device's session. */
export function SignInAgain({ engine, onClose }: { engine: EnginePort; onClose: () => void }) {
  const { busy, failure, run } = useRequest();
  // By this dialog, in another tab, or by the device itself once its account is open again.
  const { sessionEnded } = engine.status.value;
  useEffect(() => {
    if (!sessionEnded) onClose();
  }, [sessionEnded, onClose]);
  return (
    <SignInAgainDialog
      busy={busy}
      failure={failure}
      onClose={onClose}
      more={
        <OnRequest label={t("signIn.otherWays")}>
          <WaysIn engine={engine} onIn={onClose} />
        </OnRequest>
      }
      onSubmit={(passphrase, code) => {
        void run(() => engine.signInAgain(passphrase, code));
      }}
    />
  );
}
