/** @import { Message } from "#messages" */

/** @type {Record<string, Message>} */
export default {
  make: "Copy this canvas",
  text: "A canvas of your own with the same size, palette and rules.",
  name: "Name of the copy",
  of: "{name} (copy)",
  picture: "With its picture: tiles keep their artists",
  login: "Log in to copy this canvas.",
  archive: "Archived: it stays as it is",
  archived: "This canvas is archived: it stays as it is.",
  download: "Download the picture",
  size: "Size",
  scale: "{scale}× ({width} × {height})",
  paper: "On paper instead of transparent",
  copied: "The canvas was copied.",
};
