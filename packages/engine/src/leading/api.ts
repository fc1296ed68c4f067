/** What a screen can ask about decisions that need several stewards. */

/**
 * `remove`, `unlead`: of `subject`. `delete`: of the whole space, which waits 30 days then. `move`: another node, `node`,
 * keeps the space.
 */
export type Proposal = {
  proposalId: string;
  about: "remove" | "unlead" | "delete" | "move";
  node: string | null;
  subject: { identityId: string; name: string } | null;
  by: { identityId: string; name: string };
  mine: boolean;
  at: number;
  until: number;
  state: "open" | "done" | "declined" | "withdrawn" | "expired" | "outdated";
  /** Names of those who agreed and declined; how many have to agree in all. */
  agreed: string[];
  declined: string[];
  needed: number;
  /** What this account has said; null while it is asked. `asked`: it may answer. */
  answer: "agreed" | "declined" | null;
  asked: boolean;
};

export type Leading = {
  /** The newest last; those that are over only for a week. */
  proposals: Proposal[];
  /** The node that keeps the space now, and those that did before, oldest first. */
  keptAt: string;
  keptBefore: string[];
  /** It was decided that another node keeps it, and that one does not have all of it yet. */
  moving: boolean;
  /** When the space will be deleted (milliseconds), if that was decided. */
  deleteAt: number | null;
};

type SpaceId = { spaceId: string };

export type LeadingCommands = {
  /** Proposes to delete the space. @throws EngineError not_steward */
  "space.proposeDeletion": (args: SpaceId) => Promise<void>;
  /** Takes a decided deletion back; one steward may. @throws EngineError not_steward */
  "space.keep": (args: SpaceId) => Promise<void>;
  /** @throws EngineError not_steward, invalid (no such proposal, or it is over) */
  "space.answer": (args: SpaceId & { proposalId: string; agree: boolean }) => Promise<void>;
  /**
   * Proposes that a node keeps the space from now on: this account's own. Where one leads alone, it is done; else those who
   * lead are asked, by letter too, so that it works when the present node is gone.
   * @throws EngineError not_steward, invalid (not one's own node, or the one that has it)
   */
  "space.move": (args: SpaceId & { node: string }) => Promise<void>;
  /** Takes one's own proposal back. */
  "space.withdraw": (args: SpaceId & { proposalId: string }) => Promise<void>;
  /**
   * What convicts the node that keeps a space of having shown two histories, for anyone to check (`verifyForkProof`): its key
   * and the two heads that it signed with what joins them, base64url. Null where it cannot be proved.
   */
  "space.proof": (
    args: SpaceId,
  ) => Promise<{ node: string; nodeKey: string; proof: string } | null>;
};

export type LeadingLive = {
  /** Decisions of a space that need several who lead it. */
  leading: { args: SpaceId; value: Leading };
};
