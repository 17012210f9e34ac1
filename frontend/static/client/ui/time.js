import { dateTime, relativeTime } from "../i18n.js";
import { html } from "../lit.js";
import { Element } from "./element.js";

const REFRESH = 60_000; // milliseconds between two updates of the relative time

/** `<ui-time datetime="2026-01-02T03:04:05Z">`: a relative time, with the exact one as its title. */
export class Time extends Element {
  static properties = { datetime: {} };

  /** @type {ReturnType<typeof setInterval> | undefined} */
  #timer;

  constructor() {
    super();
    this.datetime = "";
  }

  connectedCallback() {
    super.connectedCallback();
    this.#timer = setInterval(() => this.requestUpdate(), REFRESH);
  }

  disconnectedCallback() {
    super.disconnectedCallback();
    clearInterval(this.#timer);
  }

  render() {
    return this.datetime
      ? html`<time datetime=${this.datetime}
        title=${dateTime(this.datetime)}>${relativeTime(this.datetime)}</time>`
      : "";
  }
}
customElements.define("ui-time", Time);
