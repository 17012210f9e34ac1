// What vendor.js packs, and what TypeScript takes the packed file for.
export * from "lit";
export * from "lit/directives/class-map.js";
export * from "lit/directives/live.js";
export * from "lit/directives/ref.js";
export * from "lit/directives/repeat.js";
