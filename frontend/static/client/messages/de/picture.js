/** @import { Message } from "#messages" */

/** @type {Record<string, Message>} */
export default {
  text: "Male ein Bild über so viele Kacheln, wie es bedeckt, überall, wo du malen darfst.",
  choose: "Bild auswählen",
  paste: "Oder füge eines ein, oder ziehe es auf die Leinwand. Seine Farben werden die der Leinwand.",
  login: "Melde dich an, um ein Bild zu malen.",
  not_here: "Hier kannst du keine Bilder malen.",
  as_template: "Hier malen alle Pixel für Pixel. Füge dein Bild unter „Vorlagen“ hinzu, um danach zu malen.",
  reading: "Das Bild wird gelesen …",
  x: "Linker Rand",
  y: "Oberer Rand",
  scale: "Größe (%)",
  largest: "Ein Bild bedeckt höchstens {pixels} Pixel der Leinwand: Male ein größeres in Teilen.",
  erases: "Löschen, wo das Bild durchsichtig ist",
  checking: "Es wird geprüft, wo du malen darfst …",
  plan: { one: "{count} Kachel ändert sich.", other: "{count} Kacheln ändern sich." },
  plan_new: { one: "{count} davon ist neu.", other: "{count} davon sind neu." },
  skipped_locked: { one: "{count} Kachel ist gesperrt", other: "{count} Kacheln sind gesperrt" },
  skipped_signed_out: {
    one: "{count} Kachel: melde dich an, um zu malen",
    other: "{count} Kacheln: melde dich an, um zu malen",
  },
  skipped_members_only: {
    one: "{count} Kachel: nur für Mitglieder",
    other: "{count} Kacheln: nur für Mitglieder",
  },
  skipped_not_tile_creator: {
    one: "{count} Kachel gehört jemand anderem",
    other: "{count} Kacheln gehören anderen",
  },
  skipped_outside_area: {
    one: "{count} Kachel liegt in keinem Bereich",
    other: "{count} Kacheln liegen in keinem Bereich",
  },
  skipped_area_taken: {
    one: "{count} Kachel liegt im Bereich von jemand anderem",
    other: "{count} Kacheln liegen in Bereichen anderer",
  },
  skipped_tile_limit: {
    one: "{count} Kachel geht über deine Höchstzahl hinaus",
    other: "{count} Kacheln gehen über deine Höchstzahl hinaus",
  },
  paint: "Malen",
  painting: {
    one: "Es wird gemalt: {done} von {count} Kachel",
    other: "Es wird gemalt: {done} von {count} Kacheln",
  },
  progress: "Fortschritt",
  painted: { one: "{count} Kachel gemalt.", other: "{count} Kacheln gemalt." },
  submitted: {
    one: "{count} Kachel wartet auf eine Prüfung.",
    other: "{count} Kacheln warten auf eine Prüfung.",
  },
  refused: { one: "{count} blieb, wie sie ist.", other: "{count} blieben, wie sie sind." },
  undo: "Rückgängig",
  undone: { one: "{count} Kachel zurückgenommen.", other: "{count} Kacheln zurückgenommen." },
};
