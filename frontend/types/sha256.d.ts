// What vendor.js packs, and what TypeScript takes the packed file for.
export { sha256 } from "@noble/hashes/sha2.js";
