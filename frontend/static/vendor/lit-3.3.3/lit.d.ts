export * from "../../../types/lit.js";
