import type { EngineCommands } from "@baraza/engine";
import { useState } from "preact/hooks";
import { NewWords } from "../../features/ways/new-words.tsx";
import { WaysIn as WaysInView } from "../../features/ways/ways-in.tsx";
import { wordsFault } from "../../features/ways/words-field.tsx";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useRequest } from "../hooks.ts";
import { askPasskey, createPasskey, orNothing, passkeysWork } from "../passkeys.ts";

const completer = (engine: EnginePort) => async (prefix: string) => {
  const found = await engine.call("ways.completeWord", { prefix });
  return found.ok ? found.value : [];
};

/** Passkey and recovery words, beside the passphrase: signing in, or coming back after the node ended the session. */
export function WaysIn({ engine, onIn }: { engine: EnginePort; onIn: () => void }) {
  const [passkeyBusy, setPasskeyBusy] = useState(false);
  const [wordsBusy, setWordsBusy] = useState(false);
  const [message, setMessage] = useState<string>();
  const [wordsError, setWordsError] = useState<string>();

  async function byPasskey(): Promise<void> {
    setMessage(undefined);
    const ask = await engine.call("ways.passkeyToAsk", {});
    if (!ask.ok) return setMessage(failureText(ask.failure));
    const answer = await orNothing(askPasskey(ask.value));
    if (answer === undefined) return setMessage(t("ways.passkeyCancelled"));
    const result = await engine.call("ways.signInWithPasskey", answer);
    if (!result.ok) return setMessage(failureText(result.failure));
    if (result.value.state === "signedIn") return onIn();
    setMessage(t("ways.passkeyClosed", { name: result.value.name }));
  }
  async function byWords(text: string): Promise<void> {
    setWordsError(undefined);
    const read = await engine.call("ways.readWords", { text });
    if (!read.ok) return setWordsError(failureText(read.failure));
    const fault = wordsFault(read.value);
    if (fault !== undefined) return setWordsError(fault);
    const result = await engine.call("ways.signInWithWords", { text });
    if (result.ok) onIn();
    else setWordsError(failureText(result.failure));
  }
  return (
    <WaysInView
      {...(passkeysWork() ? { onPasskey: () => void during(setPasskeyBusy, byPasskey()) } : {})}
      passkeyBusy={passkeyBusy}
      wordsBusy={wordsBusy}
      message={message}
      wordsError={wordsError}
      onWords={(text) => void during(setWordsBusy, byWords(text))}
      complete={completer(engine)}
    />
  );
}

type SignUpArgs = Omit<Parameters<EngineCommands["ways.signUpWithPasskey"]>[0], "passkey">;

/** Opens an account with a passkey; where it opens nothing, twelve words are made along with it. */
export function PasskeySignUp({
  engine,
  account,
  onIn,
}: {
  engine: EnginePort;
  /** What has been filled in; null while something is missing. */
  account: () => SignUpArgs | null;
  onIn: () => void;
}) {
  const [busy, setBusy] = useState(false);
  const [message, setMessage] = useState<string>();
  const [wanted, setWanted] = useState<{
    made: Parameters<EngineCommands["ways.signUpWithPasskey"]>[0];
    words: string[];
    text: string;
  }>();
  const { busy: keeping, failure, run } = useRequest();
  if (!passkeysWork()) return null;

  async function start(): Promise<void> {
    const entry = account();
    if (entry === null) return;
    setMessage(undefined);
    const { name, displayName } = entry;
    const ask = await engine.call("ways.passkeyToCreate", { name, displayName });
    if (!ask.ok) return setMessage(failureText(ask.failure));
    const passkey = await orNothing(createPasskey(ask.value));
    if (passkey === undefined) return setMessage(t("ways.passkeyCancelled"));
    const made = { ...entry, passkey };
    if (passkey.prf === null) {
      const words = await engine.call("ways.newWords", {});
      if (words.ok) setWanted({ made, ...words.value });
      else setMessage(failureText(words.failure));
      return;
    }
    const result = await engine.call("ways.signUpWithPasskey", made);
    if (result.ok) onIn();
    else setMessage(failureText(result.failure));
  }
  return (
    <div class="ways-in">
      {message && <p role="alert">{message}</p>}
      <Button wide busy={busy} onClick={() => void during(setBusy, start())}>
        {t("ways.signUpPasskey")}
      </Button>
      <p class="field-hint">{t("ways.signUpPasskeyHint")}</p>
      {wanted && (
        <Dialog title={t("ways.kind.words")} onClose={() => setWanted(undefined)}>
          <p>{t("ways.passkeyNeedsWords")}</p>
          <NewWords
            words={wanted.words}
            text={wanted.text}
            busy={keeping}
            failure={failure}
            replaces={false}
            onKept={() => {
              const entry = { ...wanted.made, words: wanted.words };
              void run(() => engine.call("ways.signUpWithPasskey", entry)).then(
                (made) => made && onIn(),
              );
            }}
          />
        </Dialog>
      )}
    </div>
  );
}

/** Says that something is under way while it is. */
export async function during(set: (busy: boolean) => void, work: Promise<unknown>): Promise<void> {
  set(true);
  try {
    await work;
  } finally {
    set(false);
  }
}
