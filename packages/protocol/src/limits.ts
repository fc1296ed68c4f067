/** Every limit of the protocol, in one place. Sizes in bytes, times in milliseconds unless the name says otherwise. */
const KiB = 1024;
const MiB = 1024 * KiB;
const MINUTE = 60_000;
const DAY = 24 * 60 * MINUTE;

export const LIMITS = {
  /** A request or response body of an ordinary route. */
  requestBytes: 256 * KiB,
  /** An append request: a batch of entries or one large commit. */
  appendBytes: 8 * MiB,
  /** A blob request: one chunk and its frame. */
  blobRequestBytes: MiB + 4 * KiB,
  /** Entries in one append. */
  appendEntries: 512,
  headerBytes: 16 * KiB,
  /** Seats that one commit may add. */
  commitSeats: 256,
  /** Sealed body of an ordinary entry. */
  entryBodyBytes: 64 * KiB,
  /** Sealed body of a commit or rejoin (an add of 1,000 devices with post-quantum keys is large). */
  commitBodyBytes: 4 * MiB,
  /** A rejoin slot: the tree of 1,000 devices (200 with post-quantum keys) and an envelope for each. */
  slotBytes: 2 * MiB,
  genesisBytes: 16 * KiB,
  entryBlobs: 64,
  stewards: 32,
  /** People of one space whose role is another than member, and who are banned from it. */
  listedRoles: 128,
  banned: 64,
  /** Nodes that keep a copy of one log; and how long a copy is kept that nobody feeds. */
  mirrors: 3,
  mirrorIdleMs: 180 * DAY,
  seats: 4000,
  members: 1000,
  /** Entries and bytes in one read. */
  readEntries: 1000,
  readBytes: 4 * MiB,
  letterBytes: 4 * MiB,
  /** Bytes in one box that nobody drains. */
  boxBytes: 256 * MiB,
  boxesPerAccount: 16,
  pushBodyBytes: 96 * KiB,
  pushesPerRequest: 256,
  /** A signal's sealed body, and a wrapped one at most; how late it may be, and how long a seat listens. */
  signalBytes: 512,
  signalPushBytes: 2 * KiB,
  signalLateMs: 15_000,
  signalListenMs: 5 * MINUTE,
  chunkBytes: MiB,
  blobChunks: 16_384,
  /** Small blobs in one request, and the size of each. */
  batchBlobs: 64,
  batchChunkBytes: 64 * KiB,
  vaultBytes: MiB,
  /** Ways into one account: devices have theirs too. */
  ways: 128,
  passkeys: 10,
  keyPackageBytes: 16 * KiB,
  keyPackagesPerDevice: 100,
  cardBytes: 16 * KiB,
  opaqueBytes: 4 * KiB,
  /** Node invitations in one request, the sealed label of each, and rows in a page of an administrator's lists. */
  invitationsAtOnce: 500,
  invitationLabelBytes: 2 * KiB,
  adminPage: 200,
  recordBytes: 8 * KiB,
  rollBytes: 24 * KiB,
  devices: 64,
  keyLogLeafBytes: 512,
  /** Leaves in one answer: to an account about itself, and to whoever reads the whole log. */
  keyLogOwnLeaves: 50,
  keyLogLeavesRead: 1000,
  /** Heads of key logs in one message between nodes, and those that a letter or an event brings along. */
  keyLogHeads: 64,
  seenHeads: 4,
  /** Longest node name (host, and port where there is one). */
  nodeNameLength: 260,
  accountNameLength: 64,
  displayNameLength: 100,
  /** A sealed chunk of an archive; and the most memory that opening one may ask for, in KiB. */
  archiveFrameBytes: 6 * MiB,
  archiveMemoryKiB: 256 * 1024,
  /** A package on its way to another node: its size, its contacts, how long it lies, how many lie at one node. */
  movePackageBytes: 4 * MiB,
  moveContacts: 1000,
  moveDropMs: 7 * DAY,
  moveDrops: 200,
  /** How long a former node passes letters on, at most; how long it answers where somebody went. */
  forwardDays: 90,
  movedMs: 365 * DAY,
  /** How long nobody else gets the name of a closed account, and how long a receipt can be had again. */
  nameRestMs: 365 * DAY,
  closeReceiptMs: 7 * DAY,
  /** A live frame from a client. */
  liveFrameBytes: 64 * KiB,
  /** Lifetimes. */
  sessionMs: 90 * DAY,
  logSessionMs: 60 * MINUTE,
  boxKeyMs: 7 * DAY,
  boxKeyGraceMs: 14 * DAY,
  pushAddressMs: 90 * DAY,
  /** A letters address that was given to somebody. */
  letterAddressMs: 730 * DAY,
  removedSeatReadMs: 90 * DAY,
  /** One message of a pairing, and how long its code is good for. */
  pairMessageBytes: 32 * KiB,
  pairMs: 10 * MINUTE,
  /** How long the signatures of stewards are gathered, and how long a log that is to be deleted waits. */
  decisionMs: 14 * DAY,
  /** The same for a hand-over: nobody signs two at a time. */
  moveMs: 2 * DAY,
  deletionWaitMs: 30 * DAY,
  setupLinkMs: 60 * MINUTE,
  gatewayKeyMs: 30 * DAY,
  keyPackageDays: 30,
  /** People who may hold shares of one secret, and shares that one person may hold for others. */
  shareHolders: 10,
  sharesHeld: 200,
  /** A drop place for recovery: how long it lasts, and what it takes. */
  dropMs: 7 * DAY,
  dropItems: 32,
  drops: 5000,
  dropItemBytes: 8 * KiB,
  blobGraceMs: DAY,
  /** How long a former hub keeps content that the present one has. */
  blobRestMs: 30 * DAY,
  /** Missing blobs in one answer. */
  blobsMissing: 1000,
  fileNameLength: 255,
  mediaTypeLength: 200,
  /** Files behind one link for people outside, what their sealed list may take, and how long such a link may last. */
  handoutFiles: 1000,
  handoutTitleLength: 200,
  handoutManifestBytes: 256 * KiB,
  handoutMs: 366 * DAY,
  handoutsPerLog: 2000,
  /** Downloads that can be counted; how long one may take; how many may be under way; wrong passphrases before it locks. */
  handoutTakes: 1_000_000,
  handoutTicketMs: DAY,
  handoutTickets: 1000,
  handoutTries: 20,
  /** How long the node still says that a link's time is over. */
  handoutRestMs: 30 * DAY,
  /** Drop boxes of an account, files in one, their sealed notes, how long one is open, how long what is in it waits after that. */
  intakes: 50,
  intakeFiles: 1000,
  intakePage: 100,
  intakeTextLength: 2000,
  intakeNoteBytes: 16 * KiB,
  intakeMs: 92 * DAY,
  intakeRestMs: 30 * DAY,
  /** Links, and drop boxes, that a vault remembers. */
  vaultShares: 300,
  /** Files that the vault names of one link. */
  vaultShareFiles: 20,
  /** First letters to people one has never met: the sealed letter, and characters of the words. */
  requestLetterBytes: 64 * KiB,
  requestWords: 1000,
  /** How long one key issues tokens for them; the one before still counts. */
  requestKeyMs: 7 * DAY,
  /** In a day: by one account; from one node; to one person, and to one person from one node. */
  requestsPerAccount: 20,
  requestsPerNode: 300,
  requestsPerPerson: 50,
  requestsPerPersonNode: 10,
  /** That wait on a device for an answer, in all and from one node. */
  requestsWaiting: 100,
  requestsWaitingNode: 20,
  /** Nodes that an account or a node blocks; reports that wait, in all and by one account. */
  blockedNodes: 1000,
  nodeReports: 1000,
  nodeReportsPerAccount: 20,
  /** Administrators that a report is sealed to, and each of these letters. */
  reportReaders: 8,
  reportLetterBytes: 16 * KiB,
  /** The address of a page that a link leads to, and what the page says of itself: its title, what it is about, whose it is. */
  pageUrl: 2048,
  pageTitle: 300,
  pageDescription: 600,
  pageSite: 100,
  /** How far the time in a signed request may be from the node's clock. */
  clockSkewMs: 10 * MINUTE,
  requestTimeoutMs: 30_000,
  /** The body of a request may take so long, as long as it never stands still for the shorter time: 1 MiB by 15 kbit/s. */
  bodyMs: 10 * MINUTE,
  bodyPauseMs: 30_000,
} as const;
