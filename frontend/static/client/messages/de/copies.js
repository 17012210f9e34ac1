/** @import { Message } from "#messages" */

/** @type {Record<string, Message>} */
export default {
  make: "Leinwand kopieren",
  text: "Eine eigene Leinwand mit derselben Größe, Palette und denselben Regeln.",
  name: "Name der Kopie",
  of: "{name} (Kopie)",
  picture: "Mit ihrem Bild: Kacheln behalten ihre Künstler",
  login: "Melde dich an, um diese Leinwand zu kopieren.",
  archive: "Archiviert: Sie bleibt, wie sie ist",
  archived: "Diese Leinwand ist archiviert und bleibt, wie sie ist.",
  download: "Bild herunterladen",
  size: "Größe",
  scale: "{scale}× ({width} × {height})",
  paper: "Auf Papier statt durchsichtig",
  copied: "Die Leinwand wurde kopiert.",
};
