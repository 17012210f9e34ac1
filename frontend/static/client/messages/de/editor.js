/** @import { Message } from "#messages" */

/** @type {Record<string, Message>} */
export default {
  title: "Kachel {x}, {y}",
  title_of: "{title} (Kachel {x}, {y})",
  loading: "Kachel wird geöffnet …",
  close: "Editor schließen",

  tools: "Werkzeuge",
  tool_pencil: "Stift",
  tool_eraser: "Radierer",
  tool_fill: "Füllen",
  tool_line: "Linie",
  tool_rectangle: "Rechteck",
  tool_ellipse: "Ellipse",
  tool_picker: "Farbe aufnehmen",
  tool_select: "Auswählen",
  tool_hand: "Ansicht verschieben",
  undo: "Rückgängig",
  redo: "Wiederholen",
  zoom_in: "Vergrößern",
  zoom_out: "Verkleinern",
  fit: "Ganze Kachel zeigen",
  grid: "Raster",
  options: "Mehr",
  with_key: "{name} ({key})",

  brush: "Pinsel",
  brush_size: { one: "{count} Pixel", other: "{count} Pixel" },
  brush_smaller: "Kleinerer Pinsel",
  brush_larger: "Größerer Pinsel",
  filled: "Formen füllen",
  symmetry: "Symmetrie",
  symmetry_none: "Keine",
  symmetry_horizontal: "Links–rechts",
  symmetry_vertical: "Oben–unten",
  symmetry_both: "Beide Achsen",
  symmetry_rotational: "Drehung",
  edit: "Bearbeiten",
  copy: "Kopieren",
  cut: "Ausschneiden",
  paste: "Einfügen",
  erase: "Leeren",
  flip_horizontal: "Horizontal spiegeln",
  flip_vertical: "Vertikal spiegeln",
  rotate: "Drehen",
  copied: "Kopiert. Du kannst es hier oder in eine andere Kachel einfügen.",

  palette: "Palette",
  transparent: "Transparent",
  swatch: "{name}, Farbe {index}",
  colour_plain: "{hue}",
  colour_dark: "dunkles {hue}",
  colour_light: "helles {hue}",
  hue_black: "Schwarz",
  hue_white: "Weiß",
  hue_grey: "Grau",
  hue_red: "Rot",
  hue_orange: "Orange",
  hue_brown: "Braun",
  hue_yellow: "Gelb",
  hue_olive: "Oliv",
  hue_green: "Grün",
  hue_turquoise: "Türkis",
  hue_blue: "Blau",
  hue_purple: "Lila",
  hue_pink: "Rosa",

  grid_role: "Zeichenfläche",
  grid_label:
    "Bild aus {size} mal {size} Pixeln. Pfeiltasten bewegen, mit Umschalt in größeren Schritten. " +
    "Leertaste malt.",
  at_colour: "Zeile {row}, Spalte {column}, {colour}",

  details: "Über diese Kachel",
  tile_title: "Titel",
  tile_description: "Beschreibung",
  is_public: "Für alle sichtbar",
  by: "Von {name}",
  delete: "Kachel löschen",
  delete_title: "Diese Kachel löschen?",
  delete_text:
    "Das Feld kann dann wieder belegt werden. Der Besitzer der Leinwand und die Moderation sehen den " +
    "Verlauf weiterhin.",

  save: "Speichern",
  save_review: "Zur Prüfung einreichen",
  saving: "Wird gespeichert …",
  saved: "Gespeichert.",
  saved_first: "Gespeichert. Dieses Feld gehört jetzt dir.",
  saved_review: "Eingereicht. Deine Änderungen erscheinen, sobald der Besitzer der Leinwand sie annimmt.",
  status_saved: "Alle Änderungen gespeichert",
  status_unsaved: "Noch nicht gespeichert. Ein Entwurf liegt in diesem Browser.",
  status_no_room: "Noch nicht gespeichert. In diesem Browser ist kein Platz für einen Entwurf.",
  status_empty: "Leeres Feld. Es gehört dir, sobald du speicherst.",
  status_live: "Live: beim Malen gespeichert",
  status_sending: "Live: wird gesendet …",
  status_offline: "Verbinde neu. Deine Änderungen werden danach gesendet.",
  status_readonly: "Nur ansehen",
  status_pending: "Wartet auf Prüfung. Alle anderen sehen noch die zuletzt angenommene Fassung.",

  locked: "{name} malt hier bis {time}. Sobald die Kachel frei ist, kannst du weitermachen.",
  lost_lock: "Die Kachel ist nicht mehr für dich reserviert.",
  relock: "Weitermalen",
  obstacle_signed_out: "Melde dich an, um diese Kachel zu bemalen.",
  obstacle_not_tile_creator:
    "Nur {name} hat diese Kachel angelegt und kann sie bemalen. Such dir ein leeres Feld für eine eigene.",
  obstacle_outside_area:
    "Auf dieser Leinwand malst du nur in Bereichen, die du belegt hast. Dieses Feld ist frei.",
  obstacle_area_taken: "Dieses Feld liegt im Bereich von {name}.",
  obstacle_tile_limit: {
    one: "Du hast auf dieser Leinwand die Höchstzahl von {count} Kachel pro Person erreicht.",
    other:
      "Du hast auf dieser Leinwand die Höchstzahl von {count} Kacheln pro Person erreicht. Lösche eine, " +
      "um hier zu malen.",
  },
  claim_area: "Dieses Feld belegen",
  tiles_left: {
    one: "Du kannst auf dieser Leinwand noch {count} Kachel belegen.",
    other: "Du kannst auf dieser Leinwand noch {count} Kacheln belegen.",
  },
  sign_in_title: "Fast geschafft",
  sign_in_text:
    "Registriere dich oder melde dich an, um dein Bild auf die Leinwand zu bringen. Was du gemalt hast, " +
    "bleibt in diesem Browser und ist noch da, wenn du wiederkommst.",

  draft_restored: "Dein Entwurf von {time} ist wiederhergestellt.",
  draft_copied: "Andere haben hier inzwischen gemalt. Du kannst deinen Entwurf von {time} einfügen.",
  draft_discard: "Entwurf verwerfen",
  dismiss: "Ausblenden",
  notice_deleted: "Diese Kachel wurde gelöscht. Beim Speichern entsteht aus deinem Bild eine neue.",
  notice_cell_occupied:
    "{name} hat in diesem Feld zuerst gespeichert. Du kannst dein Bild kopieren und anderswo einfügen.",
  notice_changed_meanwhile:
    "Diese Kachel wurde anderswo geändert. Beim Speichern kannst du wählen, was bleiben soll.",
  notice_review_approved: "Deine Einreichung wurde angenommen.",
  notice_review_rejected: "Deine Einreichung wurde abgelehnt. Deine Fassung bleibt hier, bis du sie änderst.",
  notice_canvas_gone: "Diese Leinwand wurde gelöscht. Was du gezeichnet hast, kannst du noch kopieren.",
  notice_signed_out:
    "Deine Sitzung ist beendet. Deine Zeichnung bleibt erhalten: Melde dich an, um weiterzumachen.",
  notice_reload_failed: "Die Kachel konnte nicht neu geladen werden. Sie ist vielleicht veraltet.",
  notice_refused: "Der Server hat deine letzten Striche abgelehnt; sie wurden rückgängig gemacht.",
  notice_refused_tile_locked:
    "Jemand hat diese Kachel gesperrt; deine letzten Striche wurden rückgängig gemacht.",

  unsaved_title: "Schließen, ohne zu speichern?",
  unsaved_text: "Deine Änderungen sind noch nicht auf der Leinwand.",
  unsaved_keep: "Weitermalen",
  unsaved_discard: "Verwerfen",
  unsaved_draft: "Als Entwurf behalten",

  conflict_title: "Jemand hat diese Kachel inzwischen geändert",
  conflict_text:
    "Wähle, welche Fassung bleiben soll. Die andere bleibt im Verlauf der Kachel oder lässt sich mit " +
    "„Rückgängig“ zurückholen.",
  conflict_mine: "Meine",
  conflict_theirs: "Die andere",
  conflict_merged: "Zusammengeführt",
  conflict_keep_mine: "Meine behalten",
  conflict_take_theirs: "Die andere nehmen",
  conflict_merge: "Zusammenführen",

  import: "Bild importieren",
  import_choose: "Bild auswählen",
  import_hint:
    "PNG, JPEG, WebP oder GIF. Die Datei bleibt auf diesem Gerät. Du kannst ein Bild auch einfügen oder " +
    "auf die Kachel ziehen.",
  import_fit: "Einpassen",
  import_contain: "Ganz zeigen",
  import_cover: "Kachel ausfüllen",
  import_dither: "Farben durch Punkte mischen (Dithering)",
  import_threshold: "Durchsichtig unter {percent} Deckkraft",
  import_preview: "Das Bild als Kachel",
  import_place: "Platzieren",
  import_failed: "Diese Datei lässt sich nicht als Bild lesen.",
};
