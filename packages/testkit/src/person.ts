/** A person of a test network: a real engine with a store on disk, signed up at a node. It can be killed and come back. */
import { cp, mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type {
  Account,
  Engine,
  EngineCommands,
  EngineLive,
  FileArea,
  SqlStore,
} from "@baraza/engine";
import { createEngine, FileError } from "@baraza/engine";
import { nodePlatform } from "@baraza/engine/node";
import type { Line } from "./line.ts";
import { faultyTransport } from "./line.ts";
import type { TestNode } from "./node-handle.ts";
import { watchUntil } from "./until.ts";

export type Person = {
  readonly name: string;
  readonly displayName: string;
  readonly passphrase: string;
  readonly node: TestNode;
  /** `name@node` */
  readonly address: string;
  readonly account: Account;
  readonly identityId: string;
  /** The engine that runs now. */
  readonly engine: Engine;
  readonly commands: EngineCommands;
  /** Faults of this engine's own line. */
  readonly line: Line;
  /** Whether there is room for the files that the engine makes. */
  readonly disk: { full: boolean };
  /** Where its store lies: `store.db`. */
  readonly directory: string;
  /** What failed without anybody having foreseen it. */
  readonly faults: readonly unknown[];
  /** Watches until the value fits. */
  until<N extends keyof EngineLive>(
    name: N,
    args: EngineLive[N]["args"],
    fits: (value: EngineLive[N]["value"]) => boolean,
  ): Promise<EngineLive[N]["value"]>;
  /** The value of a live query now. */
  now<N extends keyof EngineLive>(
    name: N,
    args: EngineLive[N]["args"],
  ): Promise<EngineLive[N]["value"]>;
  /** Drops the engine without closing it, as a SIGKILL would; what runs of it reaches neither store nor node any more. */
  kill(): Promise<void>;
  /** Kills by itself before the n-th step from now (a request or a transaction). @returns a promise of that moment */
  killAfter(steps: number): Promise<void>;
  /** By how many milliseconds the clock of this device is ahead, from its next start on. */
  clockAhead: number;
  /** Opens the same store again with a new engine. */
  restart(): Promise<void>;
  /** Closes the engine in good order. */
  close(): Promise<void>;
  /** A copy of its store taken now (the engine is closed and opened again). */
  backup(): Promise<string>;
  /** Kills the engine, puts the copy in the place of the store, and starts again. */
  restore(copy: string): Promise<void>;
  /** Another device of the same person, signed in with the passphrase. */
  secondDevice(): Promise<Person>;
  /** Another device in the same person's hands, with nothing on it yet: nobody is signed in. */
  bareDevice(): Promise<Person>;
};

export type PersonWish = {
  name: string;
  displayName?: string;
  passphrase?: string;
  /** A node invitation, as a link's fragment has it. */
  invitation?: string;
};

type Living = { engine: Engine; line: Line; end(): Promise<void> };

/** Signs somebody up (or in) and hands out their engine. `onMade` is told of everything that has to be closed in the end. */
export async function makePerson(
  node: TestNode,
  wish: PersonWish,
  enter: "signUp" | "signIn" | { nothing: Account },
  onMade: (person: Person) => void,
): Promise<Person> {
  const { name } = wish;
  const displayName = wish.displayName ?? name;
  const passphrase = wish.passphrase ?? `a quiet passphrase of ${name}`;
  const directory = await mkdtemp(join(tmpdir(), "baraza-person-"));
  const faults: unknown[] = [];
  const disk = { full: false };
  let living: Living | null = null;
  let clockAhead = 0;
  let countdown = -1;
  let reached: () => void = () => undefined;

  const start = async () => {
    let dead = false;
    const ahead = clockAhead;
    const step = () => {
      if (dead || countdown < 0 || countdown-- > 0) return;
      dead = true;
      reached();
    };
    const platform = nodePlatform({ origin: node.url, directory });
    const transport = faultyTransport(platform.transport, () => dead, step);
    const stores: SqlStore[] = [];
    const engine = await createEngine(
      {
        ...platform,
        transport,
        clock: { ...platform.clock, now: () => platform.clock.now() + ahead },
        files: mortalFiles(platform.files, disk, () => dead),
        openStore: async (storeName) => {
          const store = await platform.openStore(storeName);
          stores.push(store);
          return mortalStore(store, () => dead, step);
        },
      },
      {
        storeName: "store",
        archiveCost: { memory: 64, passes: 1, lanes: 1 },
        report: (error) => {
          if (!dead) faults.push(error);
        },
      },
    );
    living = {
      engine,
      line: transport.line,
      end: async () => {
        dead = true;
        platform.transport.close();
        for (const store of stores) await store.close();
      },
    };
  };
  const alive = (): Living => {
    if (living === null) throw new Error(`${name} is not running`);
    return living;
  };
  const kill = async () => {
    countdown = -1;
    const was = living;
    living = null;
    await was?.end();
  };
  const close = async () => {
    const was = living;
    living = null;
    if (was === null) return;
    await was.engine.close();
    await was.end();
  };

  await start();
  const { commands } = alive().engine;
  const account = await (enter === "signIn"
    ? commands["account.signIn"]({ name, passphrase })
    : enter === "signUp"
      ? commands["account.signUp"]({
          name,
          displayName,
          passphrase,
          ...(wish.invitation === undefined ? {} : { invitation: wish.invitation }),
        })
      : enter.nothing);
  const person: Person = {
    name,
    displayName,
    passphrase,
    node,
    address: account.address,
    account,
    identityId: account.identityId,
    get engine() {
      return alive().engine;
    },
    get commands() {
      return alive().engine.commands;
    },
    get line() {
      return alive().line;
    },
    disk,
    get clockAhead() {
      return clockAhead;
    },
    set clockAhead(ms) {
      clockAhead = ms;
    },
    directory,
    faults,
    until: (query, args, fits) => watchUntil(alive().engine, query, args, fits),
    now: (query, args) => watchUntil(alive().engine, query, args, () => true),
    kill,
    killAfter: (steps) =>
      new Promise((resolve) => {
        reached = resolve;
        countdown = steps;
      }),
    restart: async () => {
      await kill();
      await start();
    },
    close,
    backup: async () => {
      await close();
      const copy = await mkdtemp(join(tmpdir(), "baraza-store-"));
      await cp(directory, copy, { recursive: true });
      await start();
      return copy;
    },
    restore: async (copy) => {
      await kill();
      await rm(directory, { recursive: true, force: true });
      await cp(copy, directory, { recursive: true });
      await start();
    },
    secondDevice: () => makePerson(node, { name, displayName, passphrase }, "signIn", onMade),
    bareDevice: () =>
      makePerson(node, { name, displayName, passphrase }, { nothing: account }, onMade),
  };
  onMade(person);
  return person;
}

/** Files that stop at a kill, on a disk that may be full. */
function mortalFiles(files: FileArea, disk: { full: boolean }, dead: () => boolean): FileArea {
  const never = new Promise<never>(() => undefined);
  return {
    ...files,
    async open(name) {
      const file = await files.open(name);
      return {
        ...file,
        write: async (at, bytes) => {
          if (dead()) return never;
          if (disk.full) throw new FileError("disk_full");
          await file.write(at, bytes);
        },
      };
    },
  };
}

/** A store that stops for good at a kill: nothing more is written, and nobody is answered. */
function mortalStore(store: SqlStore, dead: () => boolean, step: () => void): SqlStore {
  const never = new Promise<never>(() => undefined);
  const mortal = async <T>(work: () => Promise<T>): Promise<T> => {
    if (dead()) return never;
    const value = await work();
    return dead() ? never : value;
  };
  const writing = <T>(work: () => Promise<T>): Promise<T> => {
    step();
    return mortal(work);
  };
  return {
    fence: store.fence,
    run: (sql, params) => writing(() => store.run(sql, params)),
    all: (sql, params) => mortal(() => store.all(sql, params)),
    get: (sql, params) => mortal(() => store.get(sql, params)),
    transaction: (fn) => writing(() => store.transaction(fn)),
    batch: (statements) => writing(() => store.batch(statements)),
    onCommit: (listener) => store.onCommit(listener),
    close: () => (dead() ? Promise.resolve() : store.close()),
  };
}
