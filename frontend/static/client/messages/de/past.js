/** @import { Message } from "#messages" */

/** @type {Record<string, Message>} */
export default {
  title: "Die Vergangenheit",
  open: "Durch die Vergangenheit blättern",
  status: "Vergangenheit",
  moment: "Zeitpunkt in der Vergangenheit",
  change: "Änderung {at} von {last}",
  painted: "Stand: {time}",
  version: "Version {at} von {last}",
  by: "{name}, {time}",
  play: "Abspielen",
  pause: "Anhalten",
  share: "Link zu diesem Zeitpunkt kopieren",
  now: "Zurück zu jetzt",
};
