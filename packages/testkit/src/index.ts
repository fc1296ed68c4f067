/** Networks of real nodes and engines for tests, benchmarks and the demo. */
export * from "./capture.ts";
export * from "./line.ts";
export * from "./network.ts";
export * from "./pairing.ts";
export * from "./populate.ts";
export * from "./node-handle.ts";
export type { Person, PersonWish } from "./person.ts";
export * from "./proxy.ts";
export * from "./push-service.ts";
export * from "./seed-messages.ts";
export * from "./seed-people.ts";
export * from "./seed-spaces.ts";
export * from "./spaces.ts";
export * from "./until.ts";
