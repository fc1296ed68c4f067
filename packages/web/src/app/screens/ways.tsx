import { useState } from "preact/hooks";
import { Group } from "../../features/settings/group.tsx";
import { NewWords, WordsGrid } from "../../features/ways/new-words.tsx";
import { SetPassphrase } from "../../features/ways/passphrase.tsx";
import { WaysList } from "../../features/ways/ways-list.tsx";
import { t } from "../../i18n/index.ts";
import { Button } from "../../ui/button.tsx";
import { Dialog } from "../../ui/dialog.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow, useRequest } from "../hooks.ts";
import type { Account, Failure } from "../model.ts";
import { createPasskey, orNothing, passkeysWork } from "../passkeys.ts";
import { during } from "./ways-in.tsx";

/** In the settings: every way into the account, and adding, changing and taking away. */
export function Ways({ engine, account }: { engine: EnginePort; account: Account }) {
  const now = useNow();
  const ways = useLive(engine.watch("ways", {}), "ways");
  const [busy, setBusy] = useState(false);
  const [words, setWords] = useState<{ words: string[]; text: string }>();
  const [passphrase, setPassphrase] = useState(false);
  const tell = (failure: Failure): void => {
    toast({ text: failureText(failure) });
  };
  const has = (...kinds: string[]) => ways?.some(({ kind }) => kinds.includes(kind)) ?? false;

  async function addPasskey(): Promise<void> {
    const ask = await engine.call("ways.passkeyToCreate", {});
    if (!ask.ok) return tell(ask.failure);
    const passkey = await orNothing(createPasskey(ask.value));
    if (passkey === undefined) {
      toast({ text: t("ways.passkeyCancelled") });
      return;
    }
    const result = await engine.call("ways.addPasskey", { passkey });
    if (!result.ok) return tell(result.failure);
    toast({ text: result.value.opens ? t("ways.passkeyAdded") : t("ways.passkeyAddedClosed") });
  }
  return (
    <Group title={t("ways.title")}>
      <div class="ways-section">
        <p class="field-hint">{t("ways.intro")}</p>
        {ways && (
          <WaysList
            ways={ways}
            now={now}
            onRename={({ id }, label) =>
              void engine.call("ways.rename", { id, label }).then((result) => {
                if (!result.ok) tell(result.failure);
              })
            }
            onRemove={({ id }) =>
              void engine.call("ways.remove", { id }).then((result) => {
                if (result.ok) toast({ text: t("ways.removed") });
                else tell(result.failure);
              })
            }
          />
        )}
        <div class="ways-buttons">
          {passkeysWork() && (
            <Button busy={busy} onClick={() => void during(setBusy, addPasskey())}>
              {t("ways.addPasskey")}
            </Button>
          )}
          <Button
            onClick={() =>
              void engine.call("ways.newWords", {}).then((made) => {
                if (made.ok) setWords(made.value);
                else tell(made.failure);
              })
            }
          >
            {has("words") ? t("ways.newWords") : t("ways.makeWords")}
          </Button>
          <Button onClick={() => setPassphrase(true)}>
            {has("passphrase", "passphrase+secret")
              ? t("ways.changePassphrase")
              : t("ways.addPassphrase")}
          </Button>
        </div>
        {has("passphrase+secret") && <Code engine={engine} />}
      </div>
      {words && (
        <WordsDialog
          engine={engine}
          made={words}
          replaces={has("words")}
          onClose={() => setWords(undefined)}
        />
      )}
      {passphrase && (
        <PassphraseDialog
          engine={engine}
          first={!has("passphrase", "passphrase+secret")}
          own={[account.name, account.address]}
          onClose={() => setPassphrase(false)}
        />
      )}
    </Group>
  );
}

/** The code that goes with the passphrase, for setting up another device. */
function Code({ engine }: { engine: EnginePort }) {
  const [code, setCode] = useState<string[]>();
  return (
    <>
      <div class="ways-buttons">
        <Button
          kind="quiet"
          onClick={() =>
            void engine.call("ways.passphraseCode", {}).then((result) => {
              if (result.ok && result.value) setCode(result.value);
            })
          }
        >
          {t("ways.codeShow")}
        </Button>
      </div>
      {code && (
        <Dialog title={t("ways.codeTitle")} onClose={() => setCode(undefined)}>
          <p>{t("ways.codeWhat")}</p>
          <WordsGrid words={code} />
        </Dialog>
      )}
    </>
  );
}

/** Makes words the account's, after two of them were typed back. */
export function WordsDialog(props: {
  engine: EnginePort;
  made: { words: string[]; text: string };
  replaces: boolean;
  onClose: () => void;
}) {
  const { engine, made } = props;
  const { busy, failure, run } = useRequest();
  return (
    <Dialog title={t("ways.kind.words")} onClose={props.onClose}>
      <NewWords
        words={made.words}
        text={made.text}
        busy={busy}
        failure={failure}
        replaces={props.replaces}
        onKept={() => {
          const keep = async () => {
            const result = await engine.call("ways.keepWords", { words: made.words });
            if (result.ok) {
              toast({ text: t("ways.wordsKept") });
              props.onClose();
            }
            return result;
          };
          void run(keep);
        }}
      />
    </Dialog>
  );
}

function PassphraseDialog(props: {
  engine: EnginePort;
  first: boolean;
  own: readonly string[];
  onClose: () => void;
}) {
  const { busy, failure, run } = useRequest();
  const [set, setSet] = useState<{ code: string[] | null }>();
  return (
    <SetPassphrase
      first={props.first}
      own={props.own}
      busy={busy}
      failure={failure}
      code={set?.code ?? null}
      done={set !== undefined}
      onSubmit={(passphrase, code) => {
        void run(() => props.engine.call("ways.setPassphrase", { passphrase, code })).then(
          (made) => {
            if (made === undefined) return;
            toast({ text: t("ways.passphraseChanged") });
            if (made.code === null) props.onClose();
            else setSet(made);
          },
        );
      }}
      onClose={props.onClose}
    />
  );
}
