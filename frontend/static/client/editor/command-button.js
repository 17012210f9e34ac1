import { t } from "../i18n.js";
import { html, nothing } from "../lit.js";
import "../ui/icon.js";
import { ariaKeys, commandNamed } from "./commands.js";

/** @import { Command } from "./commands.js" */
/** @import { Editor } from "./editor.js" */

/**
 * Return a button that runs a command. It keeps the focus, and with it the keys, when its last use disables
 * it.
 * @param {string} name of the command
 * @param {Editor} editor
 * @param {{look?: string, content?: string}} [options] `content` in place of the icon
 */
export function commandButton(name, editor, { look = "quiet icon", content } = {}) {
  const command = commandNamed(name);
  const { isPressed } = command;
  return html`<button type="button" class=${look} aria-label=${t(command.label)} title=${titleOf(command)}
    aria-keyshortcuts=${ariaKeys(command) || nothing}
    aria-disabled=${command.isEnabled(editor) ? nothing : "true"}
    aria-pressed=${isPressed ? String(isPressed(editor)) : nothing} @click=${() => editor.run(command)}>
    ${content ?? html`<ui-icon name=${command.icon}></ui-icon>`}</button>`;
}

/**
 * Name a command and its key, for those who point at its button.
 * @param {Command} command
 */
export function titleOf({ label, keys: [key] }) {
  return key ? t("editor.with_key", { name: t(label), key }) : t(label);
}
