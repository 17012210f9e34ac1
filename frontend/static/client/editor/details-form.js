import { t } from "../i18n.js";
import { css, html } from "../lit.js";
import { placeOf } from "../model/places.js";
import { Element } from "../ui/element.js";
import "../ui/field.js";
import "../ui/icon.js";
import { base, controls, typography } from "../ui/styles.js";

/** @import { Editor } from "./editor.js" */

/** `<editor-details .editor=${editor}>`: title, description and visibility of the tile, and deleting it. */
export class DetailsForm extends Element {
  static properties = { editor: { attribute: false, hasChanged: () => true } };
  static styles = [
    base,
    typography,
    controls,
    css`
    form { display: flex; flex-direction: column; gap: var(--space-3); }
    h3 { color: var(--ink-soft); font-size: var(--text-small); }
    .delete { align-self: flex-start; padding: 0 var(--space-2); color: var(--danger); }
  `,
  ];

  constructor() {
    super();
    this.editor = /** @type {Editor} */ (/** @type {unknown} */ (null)); // given before it is drawn
  }

  render() {
    const { work } = this.editor;
    const { remainingTiles } = work.access;
    return html`<form @submit=${(/** @type {Event} */ event) => event.preventDefault()}>
      <h3>${t("editor.details")}</h3>
      ${work.mayDescribe ? this.#fields() : this.#text()}
      ${
        !work.tile && Number.isFinite(remainingTiles)
          ? html`<p class="soft">${t("editor.tiles_left", { count: remainingTiles })}</p>`
          : ""
      }
      ${
        work.mayDelete
          ? html`<button type="button" class="quiet delete" @click=${() => this.editor.ask("delete")}>
            <ui-icon name="trash"></ui-icon>${t("editor.delete")}</button>`
          : ""
      }
    </form>`;
  }

  #fields() {
    const { title, description, isPublic } = this.editor.work.edited;
    return html`<ui-field label=${t("editor.tile_title")} name="title" maxlength="100" .value=${title}
      @input=${this.#change}></ui-field>
      <ui-field label=${t("editor.tile_description")} name="description" maxlength="1000" multiline
        .value=${description} @input=${this.#change}></ui-field>
      <label class="check"><input type="checkbox" name="isPublic" .checked=${isPublic}
        @change=${this.#change}> ${t("editor.is_public")}</label>`;
  }

  #text() {
    const { work } = this.editor;
    const { title, description } = work.edited;
    return html`<p>${title || t("editor.title", placeOf(work.cell))}</p><p class="soft">${description}</p>`;
  }

  #change() {
    /** @param {string} name */
    const field = (name) => /** @type {HTMLInputElement} */ (this.renderRoot.querySelector(`[name=${name}]`));
    this.editor.describe({
      title: field("title").value,
      description: field("description").value,
      isPublic: field("isPublic").checked,
    });
  }
}
customElements.define("editor-details", DetailsForm);
