/** Base class of all elements of the client. */

import { i18n } from "../i18n.js";
import { LitElement } from "../lit.js";
import { session } from "../session.js";

/**
 * An element that renders again when the language or the session changes. Initialise `static properties` in
 * the constructor: a class field would shadow the accessor that Lit creates.
 */
export class Element extends LitElement {
  #redraw = () => this.requestUpdate();

  connectedCallback() {
    super.connectedCallback();
    i18n.addEventListener("change", this.#redraw);
    session.addEventListener("change", this.#redraw);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    i18n.removeEventListener("change", this.#redraw);
    session.removeEventListener("change", this.#redraw);
  }
}
