export * from "../../../types/sha256.js";
