/** What every element of the client begins with. */

import { i18n } from "../i18n.js";
import { LitElement } from "../lit.js";
import { session } from "../session.js";

/**
 * An element that is drawn again when the language or the session changes. What `static properties` declares gets its
 * first value in the constructor: a class field would hide the accessor that Lit makes.
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
