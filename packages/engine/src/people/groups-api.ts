/** What screens ask about working groups of a larger space. */

export type WorkingGroup = {
  groupId: string;
  title: string;
  about: string;
  sector: string;
  theme: string;
  region: string;
  /** Whoever asks comes in. */
  open: boolean;
  members: number;
  listedBy: string;
  /** in: one is in it; asked: one waits; refused: one was told no. */
  mine: "in" | "asked" | "refused" | "out";
  /** One has listed it, or keeps order in the larger space. */
  mayUnlist: boolean;
};

type SpaceId = { spaceId: string };

export type GroupCommands = {
  /**
   * Lists a group that one leads (or is in, where one keeps order in the larger space). What is listed already is listed anew.
   * @throws EngineError `invalid`, `not_steward`, `not_member`
   */
  "space.listGroup": (
    args: SpaceId & {
      groupId: string;
      sector: string;
      theme: string;
      region: string;
      open: boolean;
    },
  ) => Promise<void>;
  /** @throws EngineError `not_steward` */
  "space.unlistGroup": (args: SpaceId & { groupId: string }) => Promise<void>;
  /** Asks to come in, or comes in where it is open. @throws EngineError `invalid`, `already_member`, `link_expired`, `offline` */
  "space.joinGroup": (args: SpaceId & { groupId: string }) => Promise<{ joinId: string }>;
};

export type GroupLive = {
  "space.groups": {
    args: SpaceId;
    value: {
      groups: WorkingGroup[];
      /** Groups of one's own that are not listed here and could be. */
      listable: { groupId: string; title: string }[];
    };
  };
};
