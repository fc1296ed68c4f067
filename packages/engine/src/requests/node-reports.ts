/**
 * Reports to the administrators of one's node about those who wrote to one. They are sealed to each of them as letters are; the node
 * keeps them, and reads nothing of them.
 */
import { CryptoError, randomBytes, sealLetter } from "@baraza/crypto";
import type { Bytes, NodeReport } from "@baraza/protocol";
import {
  fromHex,
  LIMITS,
  nodeReport,
  ProtocolError,
  readAs,
  toHex,
  writeAs,
} from "@baraza/protocol";
import { currentBoxKey } from "../account/box-keys.ts";
import type { Core } from "../core.ts";
import { EngineError } from "../errors.ts";
import { openOwn } from "../letters/open-own.ts";
import { lookUp } from "../trust/look-up.ts";
import type { NodeReportRow } from "./api.ts";
import { boxKeyOf } from "./write.ts";

/** Seals a report to every administrator that the node names and its key log proves. @throws EngineError `unverified` where that is nobody */
export async function sendReport(core: Core, content: NodeReport): Promise<void> {
  const body = writeAs(nodeReport, content);
  const { administrators } = await core.own.call("reports.readers", {});
  const letters: { to: Bytes; letter: Bytes }[] = [];
  for (const name of administrators) {
    const reader = await readerOf(core, name);
    if (reader === null) continue;
    const { to, boxKey } = reader;
    const { letter } = await sealLetter({
      from: core.me().device,
      to,
      boxKey,
      kind: "nodeReport",
      body,
      at: core.platform.clock.now(),
    });
    letters.push({ to, letter });
  }
  if (letters.length === 0) throw new EngineError("unverified", { data: { node: core.me().node } });
  await core.own.call("reports.send", { reportId: randomBytes(16), letters });
}

/** Null: the node does not prove that there is such a person. */
async function readerOf(core: Core, name: string): Promise<{ to: Bytes; boxKey: Bytes } | null> {
  const { id, identityId, node } = core.me();
  const address = { name, node };
  try {
    const found = await lookUp(core, address);
    if (found.identityId === id) return { to: identityId, boxKey: await currentBoxKey(core) };
    const to = fromHex(found.identityId);
    return { to, boxKey: await boxKeyOf(core, address, to) };
  } catch (error) {
    const unproven =
      (error instanceof EngineError && error.code === "unverified") ||
      (error instanceof ProtocolError && error.code === "not_found");
    if (unproven) return null;
    throw error;
  }
}

/** The oldest first. */
export async function reports(core: Core): Promise<{ reports: NodeReportRow[]; more: boolean }> {
  const answer = await core.own.call("reports.list", {});
  const rows: NodeReportRow[] = [];
  for (const { reportId, at, by, letter } of answer.reports)
    rows.push({
      reportId: toHex(reportId),
      at,
      by,
      content: letter === undefined ? null : await opened(core, by, letter),
    });
  return { reports: rows, more: answer.more };
}

async function opened(core: Core, by: string, sealed: Bytes): Promise<NodeReportRow["content"]> {
  try {
    const letter = await openOwn(core, sealed);
    if (letter.kind !== "nodeReport") return null;
    const { identityId } = await lookUp(core, { name: by, node: core.me().node });
    if (identityId !== toHex(letter.sender.identityId)) return null;
    const { address, from, words, note } = readAs(
      nodeReport,
      letter.body,
      LIMITS.reportLetterBytes,
    );
    return { address, from, words: words ?? null, note };
  } catch (error) {
    const broken =
      error instanceof CryptoError ||
      (error instanceof EngineError && error.code === "unverified") ||
      (error instanceof ProtocolError &&
        (error.code === "malformed" || error.code === "not_found"));
    if (broken) return null;
    throw error;
  }
}

export async function closeReport(core: Core, reportId: string): Promise<void> {
  await core.own.call("reports.close", { reportId: fromHex(reportId) });
}
