/** What a screen can ask about copies of a space that other nodes keep. */

/**
 * A node that keeps a copy. unknown: not looked yet. filling: it does not have all of it yet, or none of the people there has
 * opened the place for it. whole; behind. unreached: it does not answer. full: it has no room for it. wrong: what it shows is not
 * what the node that keeps the space has signed.
 */
export type MirrorState =
  | "unknown"
  | "filling"
  | "whole"
  | "behind"
  | "unreached"
  | "full"
  | "wrong";

export type Mirrors = {
  /** `until`: when the node that keeps the space last said how far it is (milliseconds); null: not known. */
  mirrors: { node: string; state: MirrorState; until: number | null }[];
  /** Nodes that could keep one: those where people of the space live. */
  choices: string[];
  /** The node whose copy is read now, since the one that keeps the space does not answer. */
  readingAt: string | null;
};

type SpaceId = { spaceId: string };

export type MirrorCommands = {
  /**
   * Names the nodes that keep a copy from now on. One who leads may.
   * @throws EngineError not_steward, invalid (too many, the node that keeps the space, or where nobody of it lives); ProtocolError
   * where such a node cannot be reached
   */
  "space.setMirrors": (args: SpaceId & { nodes: readonly string[] }) => Promise<void>;
  /** Looks at all copies now, and compares what they show with what this device was shown. */
  "space.lookAtMirrors": (args: SpaceId) => Promise<void>;
};

export type MirrorLive = {
  mirrors: { args: SpaceId; value: Mirrors };
};
