// The only import of the vendored library, so that its version is written in one place. Browsers have their
// own SHA-256 with HTTPS only, and it is slow for many short messages.
export { sha256 } from "../vendor/noble-hashes-2.4.0/sha256.js";
