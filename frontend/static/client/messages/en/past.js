/** @import { Message } from "#messages" */

/** @type {Record<string, Message>} */
export default {
  title: "The past",
  open: "Look through the past",
  status: "The past",
  moment: "Moment of the past",
  change: "Change {at} of {last}",
  painted: "As of {time}",
  version: "Version {at} of {last}",
  by: "{name}, {time}",
  play: "Play",
  pause: "Pause",
  share: "Copy a link to this moment",
  now: "Back to now",
};
