import { t } from "../i18n.js";
import { classifyColour } from "../model/colours.js";

/**
 * Name a colour of a palette in the reader's language.
 * @param {readonly string[]} palette `#rrggbb`
 * @param {number} colour 0 is transparent, i is colour i of the palette
 */
export function nameColour(palette, colour) {
  if (!colour) return t("editor.transparent");
  const { hue, tone } = classifyColour(palette[colour - 1]);
  return t("editor.swatch", {
    name: t(`editor.colour_${tone}`, { hue: t(`editor.hue_${hue}`) }),
    index: colour,
  });
}
