import { has, t } from "../i18n.js";
import { html, nothing } from "../lit.js";
import "../ui/icon.js";
import { commandNamed } from "./commands.js";
import { ariaKeys, keymap } from "./keymap.js";

/** @import { Command } from "./commands.js" */
/** @import { Editor } from "./editor.js" */

/**
 * Return a button that runs a command. It keeps the focus, and with it the keys, when its last use disables
 * it.
 * @param {string} name of the command
 * @param {Editor} editor
 * @param {{look?: string, content?: unknown}} [options] `content` in place of the icon
 */
export function commandButton(name, editor, { look = "quiet icon", content } = {}) {
  const command = commandNamed(name);
  const { isPressed } = command;
  return html`<button type="button" class=${look} aria-label=${t(command.label)} title=${titleOf(command)}
    aria-keyshortcuts=${ariaKeys(keymap.keysOf(command)) || nothing}
    aria-disabled=${command.isEnabled(editor) ? nothing : "true"}
    aria-pressed=${isPressed ? String(isPressed(editor)) : nothing} @click=${() => editor.run(command)}>
    ${content ?? html`<ui-icon name=${command.icon}></ui-icon>`}</button>`;
}

/**
 * Name a command and its key, for those who point at its button.
 * @param {Command} command
 */
export function titleOf(command) {
  const name = t(command.label);
  const [key] = keymap.keysOf(command);
  return key ? t("editor.with_key", { name, key: keyText(key) }) : name;
}

/**
 * Write a key of the table as it is written on keyboards of the reader's language.
 * @param {string} key
 */
export function keyText(key) {
  return key.replace(/[A-Z][a-z]\w*/g, (name) =>
    has(`editor.key_${name}`) ? t(`editor.key_${name}`) : name,
  );
}
