import type { FirstWords, FoundPerson } from "@baraza/engine";
import { Ban, Hourglass } from "lucide";
import { useState } from "preact/hooks";
import { Blocks as BlocksScreen } from "../../features/requests/blocks.tsx";
import { Requests as RequestsScreen } from "../../features/requests/list.tsx";
import { Report } from "../../features/requests/report.tsx";
import { Write as WriteScreen } from "../../features/requests/write.tsx";
import { Group } from "../../features/settings/group.tsx";
import { t, tParts } from "../../i18n/index.ts";
import { Banner } from "../../ui/banner.tsx";
import { Button } from "../../ui/button.tsx";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useNow } from "../hooks.ts";
import type { Account, MessageRow } from "../model.ts";
import { back, go } from "../router.ts";
import { hrefOf } from "../routes.ts";

/** What came of asking, where this area has a sentence of its own. */
function sentenceOf(result: Result<unknown>): string | undefined {
  if (result.ok) return undefined;
  switch (result.code) {
    case "not_found":
      return t("requests.unknown");
    case "unverified":
      return t("requests.unsure");
    case "invalid":
      return t("requests.badAddress");
    case "letters_limited":
      return t("requests.limited");
    case "node_blocked":
      return t("requests.closed");
    case "link_expired":
      return t("requests.gone");
    default:
      return failureText(result.failure);
  }
}

function tell(result: Result<unknown>): void {
  const sentence = sentenceOf(result);
  if (sentence !== undefined) toast({ text: sentence });
}

const NOBODY: readonly { identityId: string; name: string }[] = [];

/** What strangers wrote, over the engine. */
export function Requests({ engine, account }: { engine: EnginePort; account: Account }) {
  const now = useNow();
  const requests = useLive(engine.watch("requests.list", {}), "requests.list");
  const known = useLive(engine.watch("requests.known", {}), "requests.known") ?? NOBODY;
  const [busy, setBusy] = useState<string>();
  const [reported, setReported] = useState<FirstWords>();
  const [sending, setSending] = useState(false);
  const [failure, setFailure] = useState<string>();
  const node = account.address.slice(account.address.lastIndexOf("@") + 1);
  const close = (): void => {
    setReported(undefined);
    setFailure(undefined);
  };
  const unblock = (identityId: string) => (): void =>
    void engine.call("requests.unblock", { identityId }).then(tell);
  return (
    <>
      <RequestsScreen
        requests={requests}
        known={known}
        busy={busy}
        node={node}
        now={now}
        onBack={back}
        onAccept={({ identityId, name }) => {
          if (busy !== undefined) return;
          setBusy(identityId);
          void engine.call("requests.accept", { identityId }).then((result) => {
            setBusy(undefined);
            if (!result.ok)
              return result.code === "unverified"
                ? toast({ text: t("requests.wrong") })
                : tell(result);
            // Where their device is there, it opens at once; the list shows what it waits for until then.
            toast({ text: t("requests.accepted", { name }) });
            go({ at: "home" });
          });
        }}
        onDelete={({ identityId }) =>
          void engine.call("requests.delete", { identityId }).then((result) => {
            if (result.ok) toast({ text: t("requests.deleted") });
            else tell(result);
          })
        }
        onBlock={({ identityId, name }) =>
          void engine.call("requests.block", { identityId }).then((result) => {
            if (!result.ok) return tell(result);
            toast({
              text: t("requests.blocked", { name }),
              action: { label: t("ui.undo"), run: unblock(identityId) },
            });
          })
        }
        onBlockNode={({ from }) =>
          void engine.call("requests.blockNode", { node: from }).then((result) => {
            if (!result.ok) return tell(result);
            toast({
              text: t("requests.blocked", { name: from }),
              action: {
                label: t("ui.undo"),
                run: () => void engine.call("requests.unblockNode", { node: from }).then(tell),
              },
            });
          })
        }
        onReport={setReported}
      />
      {reported && (
        <Report
          request={reported}
          node={node}
          busy={sending}
          failure={failure}
          onClose={close}
          onReport={(wish) => {
            if (sending) return;
            setSending(true);
            setFailure(undefined);
            void engine
              .call("requests.report", { identityId: reported.identityId, ...wish })
              .then((result) => {
                setSending(false);
                if (!result.ok) return setFailure(failureText(result.failure));
                close();
                toast({ text: t("requests.reported") });
              });
          }}
        />
      )}
    </>
  );
}

/** Writing to an address. */
export function Write({ engine }: { engine: EnginePort }) {
  const [found, setFound] = useState<FoundPerson>();
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string>();
  const look = (address: string): void => {
    setBusy(true);
    setProblem(undefined);
    void engine.call("requests.find", { address }).then((result) => {
      setBusy(false);
      if (result.ok) setFound(result.value);
      else setProblem(sentenceOf(result));
    });
  };
  return (
    <WriteScreen
      found={found}
      busy={busy}
      problem={problem}
      onFind={look}
      onOther={() => setFound(undefined)}
      onOpen={(spaceId) => go({ at: "space", spaceId })}
      onRequests={() => go({ at: "requests" })}
      onUnblock={() => {
        if (!found) return;
        void engine.call("requests.unblock", { identityId: found.identityId }).then((result) => {
          tell(result);
          if (result.ok) look(found.address);
        });
      }}
      onWrite={(words) => {
        if (!found) return;
        setBusy(true);
        setProblem(undefined);
        const { identityId, address } = found;
        void engine.call("requests.write", { identityId, address, words }).then((result) => {
          setBusy(false);
          if (result.ok) go({ at: "space", spaceId: result.value.spaceId }, { replace: true });
          else setProblem(sentenceOf(result));
        });
      }}
      onBack={back}
    />
  );
}

/** Whom one has blocked. */
export function Blocks({ engine }: { engine: EnginePort }) {
  const blocks = useLive(engine.watch("requests.blocks", {}), "requests.blocks");
  return (
    <BlocksScreen
      blocks={blocks}
      onUnblock={(identityId) => void engine.call("requests.unblock", { identityId }).then(tell)}
      onUnblockNode={(node) => void engine.call("requests.unblockNode", { node }).then(tell)}
      onBack={back}
    />
  );
}

/** A report of what somebody said to those who look after one's own node. `why`: a sentence that says why to them. */
export function ReportToNode({
  engine,
  spaceId,
  message,
  why,
  onClose,
}: {
  engine: EnginePort;
  spaceId: string;
  message: MessageRow;
  why?: string;
  onClose: () => void;
}) {
  const people = useLive(engine.people(spaceId), `people ${spaceId}`);
  const [busy, setBusy] = useState(false);
  const [failure, setFailure] = useState(why);
  const { authorId: identityId, authorName: name, eventId, text } = message;
  if (!people) return null;
  const address = people.find((one) => one.identityId === identityId)?.address ?? "";
  const own = people.find(({ you }) => you)?.address ?? "";
  return (
    <Report
      request={{ name, address, words: text }}
      node={own.slice(own.lastIndexOf("@") + 1)}
      busy={busy}
      failure={failure}
      onClose={onClose}
      onReport={(wish) => {
        setBusy(true);
        void engine
          .call("requests.report", { identityId, ...wish, message: { spaceId, eventId } })
          .then((result) => {
            setBusy(false);
            if (!result.ok) return setFailure(failureText(result.failure));
            toast({ text: t("requests.reported") });
            onClose();
          });
      }}
    />
  );
}

/** In the settings: the way to those whom one has blocked. */
export function BlocksSetting() {
  return (
    <Group title={t("requests.blocks")}>
      <p class="field-hint">{t("requests.blocksHint")}</p>
      <div>
        <a class="button" data-kind="secondary" href={hrefOf({ at: "blocked" })}>
          {t("requests.blocksOpen")}
        </a>
      </div>
    </Group>
  );
}

/** In a conversation that one has begun: what became of the first words. */
export function WrittenFirst({ engine, spaceId }: { engine: EnginePort; spaceId: string }) {
  const written = useLive(engine.watch("requests.written", { spaceId }), `written ${spaceId}`);
  if (!written) return null;
  return (
    <Banner icon={Hourglass}>
      {tParts(`requests.state.${written.state}`, {
        address: <bdi dir="ltr">{written.address}</bdi>,
      })}
    </Banner>
  );
}

/** On somebody's page: not to hear from them any more. */
export function BlockPerson({
  engine,
  identityId,
  name,
}: {
  engine: EnginePort;
  identityId: string;
  name: string;
}) {
  const blocks = useLive(engine.watch("requests.blocks", {}), "requests.blocks");
  if (!blocks) return null;
  const blocked = blocks.people.some((one) => one.identityId === identityId);
  return (
    <section class="trust-part" aria-labelledby="block-title">
      <h2 id="block-title">{blocked ? t("requests.blocked", { name }) : t("requests.block")}</h2>
      <p class="trust-soft">{t("requests.blockHint")}</p>
      <Button
        icon={Ban}
        onClick={() =>
          void engine
            .call(blocked ? "requests.unblock" : "requests.block", { identityId })
            .then(tell)
        }
      >
        {blocked ? t("requests.unblock") : t("requests.blockPerson")}
      </Button>
    </section>
  );
}
