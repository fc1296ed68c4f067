/** Giving a contact on, and what one does with one that was sent. Loaded when one begins to. */
import { useState } from "preact/hooks";
import { ContactCardDialog, PickContact, type SentContact } from "../../features/media/contact.tsx";
import { resembles } from "../../features/requests/resembles.ts";
import { t } from "../../i18n/index.ts";
import { toast } from "../../ui/toast.tsx";
import type { EnginePort, Result } from "../engine.ts";
import { failureText } from "../failure.ts";
import { useLive, useRequest } from "../hooks.ts";
import { go } from "../router.ts";

/** Picks one of the people one knows, and sends their card. */
export function ShareContact({
  engine,
  to,
  onDone,
  onClose,
}: {
  engine: EnginePort;
  to: { spaceId: string; replyTo?: string | undefined };
  onDone: () => void;
  onClose: () => void;
}) {
  const people = useLive(engine.watch("chat.contacts", {}), "contacts");
  const { busy, run } = useRequest();
  return (
    <PickContact
      people={people}
      busy={busy}
      onPick={(identityId) =>
        void run(async () => {
          const answer = await engine.call("chat.sendContact", { ...to, identityId });
          if (answer.ok) onDone();
          else toast({ text: failureText(answer.failure) });
          return answer;
        })
      }
      onClose={onClose}
    />
  );
}

/** The card of a contact that was sent. Before anything is done with it, its address is asked whose it is. */
export function ContactCard({
  engine,
  contact,
  senderName,
  onClose,
}: {
  engine: EnginePort;
  contact: SentContact;
  senderName: string;
  onClose: () => void;
}) {
  const known = useLive(
    engine.watch("chat.contact", { contact }),
    `contact ${JSON.stringify(contact)}`,
  );
  const people = useLive(engine.watch("requests.known", {}), "requests.known");
  const { busy, run } = useRequest();
  const [problem, setProblem] = useState<string>();
  const [to, setTo] = useState<{ identityId: string; address: string }>();
  /** Whose the address is, by their node's own record; nobody where it is another one than the card names. */
  const owner = async (): Promise<{ identityId: string; spaceId: string | null } | null> => {
    setProblem(undefined);
    const found = await run(async () => {
      const answer = await engine.call("requests.find", { address: contact.address });
      if (!answer.ok) setProblem(sentenceOf(answer));
      return answer;
    });
    if (found === undefined) return null;
    if (contact.identityId !== null && found.identityId !== contact.identityId) {
      setProblem(t("contact.other"));
      return null;
    }
    return found;
  };
  const open = (spaceId: string): void => {
    onClose();
    go({ at: "space", spaceId });
  };
  const look = async (): Promise<void> => {
    const identityId = known?.known?.identityId ?? null;
    if (identityId !== null) {
      onClose();
      return go({ at: "person", identityId });
    }
    if ((await owner()) === null) return;
    const found = await run(() => engine.call("person.find", { address: contact.address }));
    if (found === undefined) return setProblem(t("contact.notFound"));
    onClose();
    go({ at: "person", identityId: found.identityId });
  };
  const write = async (): Promise<void> => {
    const there = known?.known?.spaceId ?? null;
    if (there !== null) return open(there);
    const found = await owner();
    if (found === null) return;
    if (found.spaceId !== null) return open(found.spaceId);
    setTo({ identityId: found.identityId, address: contact.address });
  };
  return (
    <ContactCardDialog
      contact={contact}
      senderName={senderName}
      known={known}
      resembles={
        people === undefined || contact.identityId === null || known?.you === true
          ? null
          : resembles({ identityId: contact.identityId, name: contact.name }, people)
      }
      busy={busy}
      problem={problem}
      writing={to !== undefined}
      onLook={() => void look()}
      onWrite={() => void write()}
      onSend={(words) => {
        if (to === undefined) return;
        setProblem(undefined);
        void run(async () => {
          const answer = await engine.call("requests.write", { ...to, words });
          if (answer.ok) open(answer.value.spaceId);
          else setProblem(sentenceOf(answer));
          return answer;
        });
      }}
      onClose={onClose}
    />
  );
}

function sentenceOf(result: Result<unknown>): string | undefined {
  if (result.ok) return undefined;
  if (result.code === "not_found") return t("contact.notFound");
  if (result.code === "unverified") return t("contact.other");
  if (result.code === "letters_limited") return t("contact.limited");
  if (result.code === "node_blocked") return t("contact.closed");
  return failureText(result.failure);
}
