/**
 * Adding a device: the two sides of a pairing as a person sees them. The messages and what they prove are in the crypto
 * package's pairing.ts. Nothing of it outlives the engine: who closes the tab begins again with a new code.
 */
import {
  answerPairing,
  certificateHash,
  certifyDevice,
  CryptoError,
  deviceCredential,
  offerPairing,
  openGrant,
  pairingLink,
  pairingNumber,
  readAnswer,
  readOffer,
  readPairing,
  readReveal,
  revealPairing,
  sealGrant,
} from "@baraza/crypto";
import { ProtocolError } from "@baraza/protocol";
import { newestSeen } from "../account/vault-floor.ts";
import { tendVault } from "../account/vault.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import type { Pairing, PairingFailure, SignedIn } from "./api.ts";
import { noteGranted } from "./device-list.ts";
import { enterAccount } from "./enter.ts";
import type { Meeting } from "./meeting.ts";
import { meetingAt, PairingEnd } from "./meeting.ts";

export type Pairings = {
  now(): Pairing | null;
  offer(): Promise<void>;
  join(input: string): Promise<void>;
  confirm(): void;
  refuse(): Promise<void>;
  cancel(): Promise<void>;
};

type Run = {
  view: Pairing;
  meeting: Meeting | null;
  /** Resolves when the person has agreed. */
  agreed: Promise<void>;
  agree: () => void;
};

/** One pairing at a time. `tell`: something has changed for whoever watches. */
export function createPairings(
  core: Core,
  options: { signedIn: SignedIn; tell: () => void },
): Pairings {
  let current: Run | null = null;

  const start = (side: Pairing["side"], step: Pairing["step"]): Run => {
    let agree = () => {};
    const agreed = new Promise<void>((resolve) => {
      agree = resolve;
    });
    const view = {
      side,
      step,
      code: null,
      link: null,
      number: null,
      expires: 0,
      offline: false,
      failure: null,
    };
    current = { view, meeting: null, agreed, agree };
    options.tell();
    return current;
  };
  const show = (run: Run, change: Partial<Pairing>) => {
    run.view = { ...run.view, ...change };
    if (current === run) options.tell();
  };
  const fail = (run: Run, failure: PairingFailure) => {
    run.meeting?.stop();
    if (run.view.step !== "done") show(run, { step: "failed", failure, offline: false });
  };
  const onLine = (run: Run) => (offline: boolean) => {
    if (run.view.offline !== offline) show(run, { offline });
  };
  /** Runs one side to its end; what it comes to is seen in `view`. */
  const carry = (run: Run, work: () => Promise<void>) => {
    work().catch(async (error: unknown) => {
      if (error instanceof PairingEnd) return fail(run, error.failure);
      await run.meeting?.close(false);
      fail(run, error instanceof CryptoError ? "mismatch" : "ended");
      if (!(error instanceof CryptoError) && !(error instanceof ProtocolError)) core.report(error);
    });
  };
  const giveUp = async (run: Run, refused: boolean) => {
    run.meeting?.stop();
    await run.meeting?.close(refused);
  };

  async function asNew(run: Run, made: Awaited<ReturnType<typeof offerPairing>>, meeting: Meeting) {
    const answer = await meeting.next(0);
    const { scanned } = readAnswer(answer, made);
    const reveal = revealPairing(made);
    await meeting.put(0, reveal);
    const messages = { offer: made.offer, answer, reveal };
    const theirs = meeting.next(1);
    if (!scanned) {
      show(run, { step: "compare", number: pairingNumber(messages) });
      // Who refuses on the other device is heard at once.
      await Promise.race([run.agreed, theirs.then(() => run.agreed)]);
    }
    show(run, { step: "waiting" });
    const grant = await openGrant(made, messages, await theirs);
    await persistently(() =>
      enterAccount(core, grant, made.devicePrivateKey, readOffer(made.offer, null).deviceKey),
    );
    show(run, { step: "done" });
    // The old device waits for this only to say so.
    await meeting.put(1, new Uint8Array(1)).catch(() => undefined);
    await options.signedIn();
  }

  /** A line that comes back within the code's minutes loses nothing. */
  async function persistently(work: () => Promise<void>): Promise<void> {
    for (let tries = 0; ; tries++) {
      try {
        return await work();
      } catch (error) {
        const passes = error instanceof ProtocolError && error.code === "unavailable";
        if (!passes || tries >= 200) throw error;
        await new Promise<void>((resolve) => {
          core.platform.clock.setTimer(1500, resolve);
        });
      }
    }
  }

  async function asOld(
    run: Run,
    offer: Parameters<typeof answerPairing>[0],
    scanned: Parameters<typeof answerPairing>[1],
    meeting: Meeting,
  ) {
    const old = answerPairing(offer, scanned);
    await meeting.put(0, old.answer);
    const reveal = await meeting.next(0);
    readReveal(reveal, offer);
    const messages = { offer, answer: old.answer, reveal };
    if (scanned === null) show(run, { step: "compare", number: pairingNumber(messages) });
    else show(run, { step: "confirm" });
    const theirs = meeting.next(1);
    await Promise.race([run.agreed, theirs.then(() => run.agreed)]);
    show(run, { step: "waiting" });
    await placeOfOwn(core);
    const me = core.me();
    const { deviceKey } = readOffer(offer, null);
    const now = core.platform.clock.now();
    const certificate = await certifyDevice(me.identity, me.identityKey, deviceKey, now);
    const deviceCert = deviceCredential(certificate);
    await persistently(async () => {
      await core.own.call("devices.grant", { deviceCert });
    });
    await core.store.transaction((tx) => noteGranted(tx, certificateHash(certificate), now));
    core.kick({ vault: true });
    const { name, node, identity, identityKey, vaultKey } = core.me();
    const vault = await newestSeen(core);
    const body = { v: 1 as const, name, node, identity, identityKey, vaultKey, vault, deviceCert };
    await meeting.put(1, await sealGrant(old, messages, body));
    try {
      await theirs;
    } catch (error) {
      // It may have everything and only the last word is missing: a person looks at the other screen.
      if (error instanceof PairingEnd) throw new PairingEnd("unanswered");
      throw error;
    }
    show(run, { step: "done" });
  }

  return {
    now: () => current?.view ?? null,
    async offer() {
      if (core.signedIn()) throw new EngineError("signed_in");
      if (current !== null) await giveUp(current, false);
      const run = start("new", "opening");
      const made = await offerPairing();
      let opened: {
        code: string;
        token: Parameters<typeof meetingAt>[1]["token"];
        expires: number;
      };
      try {
        opened = await core.own.call("devices.pairOpen", { offer: made.offer });
      } catch (error) {
        if (current === run) current = null;
        options.tell();
        if (error instanceof ProtocolError && error.code === "unavailable")
          throw new EngineError("offline", { cause: error });
        throw error;
      }
      const meeting = meetingAt(core, opened, onLine(run));
      run.meeting = meeting;
      if (current !== run) return giveUp(run, false);
      show(run, {
        step: "showing",
        code: opened.code,
        link: `/add-device#${pairingLink(opened.code, made)}`,
        expires: opened.expires,
      });
      carry(run, () => asNew(run, made, meeting));
    },
    async join(input) {
      core.me();
      const read = readPairing(input);
      if (read === null) throw new EngineError("code_wrong");
      if (current !== null) await giveUp(current, false);
      const run = start("old", "joining");
      try {
        const joined = await core.own.call("devices.pairJoin", { code: read.code });
        const meeting = meetingAt(core, { code: read.code, ...joined }, onLine(run));
        run.meeting = meeting;
        readOffer(joined.offer, read.scanned);
        show(run, { expires: joined.expires });
        carry(run, () => asOld(run, joined.offer, read.scanned, meeting));
      } catch (error) {
        await giveUp(run, false);
        if (current === run) current = null;
        options.tell();
        throw joinError(error);
      }
    },
    confirm() {
      current?.agree();
    },
    async refuse() {
      const run = current;
      if (run === null) return;
      await giveUp(run, true);
      show(run, { step: "failed", failure: "refused" });
    },
    async cancel() {
      const run = current;
      current = null;
      options.tell();
      if (run !== null && run.view.step !== "done") await giveUp(run, false);
    },
  };
}

/** What one marks, and what stands beside files, goes from device to device in the space of these: so there has to be one. */
async function placeOfOwn(core: Core): Promise<void> {
  try {
    await (await import("../spaces/own-space.ts")).ownSpace(core);
    await tendVault(core);
  } catch (error) {
    // It comes in without; a device that has something to send there makes one later.
    if (!(error instanceof ProtocolError) && !(error instanceof EngineError)) throw error;
  }
}

function joinError(error: unknown): unknown {
  if (error instanceof CryptoError) return new EngineError("code_mismatch", { cause: error });
  if (!(error instanceof ProtocolError)) return error;
  if (error.code === "not_found") return new EngineError("code_unknown", { cause: error });
  if (error.code === "pair_taken") return new EngineError("code_taken", { cause: error });
  if (error.code === "unavailable") return new EngineError("offline", { cause: error });
  return error;
}
