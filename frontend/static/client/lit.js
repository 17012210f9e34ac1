// The only import of the vendored library, so that its version is written in one place.
export * from "../vendor/lit-3.3.3/lit.js";
