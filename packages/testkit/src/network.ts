/**
 * Whole networks for tests: real nodes on loopback with names such as `a.localhost:PORT`, and people with real engines.
 *
 * ```ts
 * const net = await network({ nodes: 2 });
 * const amina = await net.person({ node: 0, name: "amina" });
 * net.node(1).line.cut();
 * await net.close();
 * ```
 */
import { rm } from "node:fs/promises";
import type { NodeConfig, TestNode } from "./node-handle.ts";
import { startTestNode } from "./node-handle.ts";
import type { Person, PersonWish } from "./person.ts";
import { makePerson } from "./person.ts";
import type { Tap } from "./proxy.ts";

export type NetworkOptions = {
  /** How many nodes: a.localhost, b.localhost, ... */
  nodes: number;
  /** Every node as a child process, so that it can be killed with SIGKILL. */
  processes?: boolean;
  /** Ports in the nodes' names; free ones unless told. */
  ports?: readonly number[];
  /** Further settings of the nodes. */
  config?: readonly (NodeConfig | undefined)[];
  /** The built web app that the nodes serve; none unless told. */
  appDir?: string;
  /** Told of everything on the wire to and from all nodes. */
  tap?: Tap;
  /** The clock of all nodes, ms since 1970; not as child processes. */
  now?: () => number;
};

export type Network = {
  node(index: number): TestNode;
  /** Signs somebody up at a node; OPAQUE really runs, which takes about a second. */
  person(wish: PersonWish & { node?: number }): Promise<Person>;
  /** A browser at some node, in a person's hands: nobody is signed in there yet. */
  browser(of: Person, options: { node: number }): Promise<Person>;
  /** Ends everything and removes what it wrote. */
  close(): Promise<void>;
};

/** Boots a network. */
export async function network(options: NetworkOptions): Promise<Network> {
  const nodes: TestNode[] = [];
  const people: Person[] = [];
  const close = async () => {
    await Promise.all(people.map((person) => person.close().catch(() => person.kill())));
    await Promise.all(nodes.map((node) => node.close()));
    await Promise.all(
      people.map((person) => rm(person.directory, { recursive: true, force: true })),
    );
  };
  try {
    for (let i = 0; i < options.nodes; i++)
      nodes.push(
        await startTestNode({
          host: `${String.fromCharCode(97 + i)}.localhost`,
          ...(options.processes === true ? { asProcess: true } : {}),
          ...(options.ports?.[i] === undefined ? {} : { port: options.ports[i] }),
          ...(options.config?.[i] === undefined ? {} : { config: options.config[i] }),
          ...(options.appDir === undefined ? {} : { appDir: options.appDir }),
          ...(options.tap === undefined ? {} : { tap: options.tap }),
          ...(options.now === undefined ? {} : { now: options.now }),
        }),
      );
  } catch (error) {
    await close();
    throw error;
  }
  const node = (index: number): TestNode => {
    const one = nodes[index];
    if (one === undefined) throw new RangeError(`there is no node ${index}`);
    return one;
  };
  return {
    node,
    person: ({ node: at = 0, ...wish }) =>
      makePerson(node(at), wish, "signUp", (person) => people.push(person)),
    browser: (of, options) =>
      makePerson(
        node(options.node),
        { name: of.name, displayName: of.displayName, passphrase: of.passphrase },
        { nothing: of.account },
        (person) => people.push(person),
      ),
    close,
  };
}
