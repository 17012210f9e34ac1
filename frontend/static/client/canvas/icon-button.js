import { html, nothing } from "../lit.js";
import "../ui/icon.js";

/** @import { IconName } from "../ui/icons.js" */

/**
 * @param {IconName} icon
 * @param {string} label
 * @param {() => unknown} run
 * @param {boolean} [isPressed] of a button that stays down
 */
export function iconButton(icon, label, run, isPressed) {
  return html`<button class="quiet icon" aria-label=${label} title=${label} @click=${run}
    aria-pressed=${isPressed === undefined ? nothing : String(isPressed)}><ui-icon
    name=${icon}></ui-icon></button>`;
}
