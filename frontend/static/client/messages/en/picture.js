/** @import { Message } from "#messages" */

/** @type {Record<string, Message>} */
export default {
  text: "Paint a picture over as many tiles as it covers, wherever you may paint.",
  choose: "Choose a picture",
  paste: "Or paste one, or drop it on the canvas. Its colours become those of the canvas.",
  login: "Log in to paint a picture.",
  not_here: "You can’t paint pictures here.",
  as_template: "Everybody paints pixel by pixel here. Add your picture under “Templates” to paint by it.",
  reading: "Reading the picture …",
  x: "Left edge",
  y: "Top edge",
  scale: "Size (%)",
  largest: "A picture covers at most {pixels} pixels of the canvas: paint a larger one in parts.",
  erases: "Erase where the picture is transparent",
  checking: "Checking where you may paint …",
  plan: { one: "{count} tile will change.", other: "{count} tiles will change." },
  plan_new: { one: "{count} of them is new.", other: "{count} of them are new." },
  skipped_locked: { one: "{count} tile is locked", other: "{count} tiles are locked" },
  skipped_signed_out: { one: "{count} tile: sign in to paint", other: "{count} tiles: sign in to paint" },
  skipped_members_only: { one: "{count} tile: members only", other: "{count} tiles: members only" },
  skipped_not_tile_creator: {
    one: "{count} tile belongs to another artist",
    other: "{count} tiles belong to other artists",
  },
  skipped_outside_area: { one: "{count} tile is in no area", other: "{count} tiles are in no area" },
  skipped_area_taken: {
    one: "{count} tile is in another artist’s area",
    other: "{count} tiles are in other artists’ areas",
  },
  skipped_tile_limit: {
    one: "{count} tile is beyond your limit here",
    other: "{count} tiles are beyond your limit here",
  },
  paint: "Paint",
  painting: { one: "Painting: {done} of {count} tile", other: "Painting: {done} of {count} tiles" },
  progress: "Progress",
  painted: { one: "{count} tile painted.", other: "{count} tiles painted." },
  submitted: { one: "{count} tile waits for a review.", other: "{count} tiles wait for a review." },
  refused: { one: "{count} was left as it is.", other: "{count} were left as they are." },
  undo: "Undo",
  undone: { one: "{count} tile taken back.", other: "{count} tiles taken back." },
};
