/** Key logs: trees, hidden names, heads and checks. The trees alone are `@baraza/crypto/keylog-trees`, without any cryptography. */
export * from "./key-log.ts";
export * from "./vrf.ts";
export { innerHash, leafHash, verifyConsistency, verifyInclusion } from "./tree.ts";
