import { ApiError } from "../api.js";
import { Element } from "./element.js";

/**
 * An element around one form: `<form @submit=${this.submits((data) => …)}>`. While the work runs, `busy` is true;
 * a refusal is then in `error`, what it says of single fields in `faults`, and the first such field has the focus.
 */
export class FormElement extends Element {
  /** @type {import("lit").PropertyDeclarations} */
  static properties = { busy: { state: true }, error: { state: true }, faults: { state: true } };

  constructor() {
    super();
    this.busy = false;
    /** @type {unknown} */
    this.error = null;
    /** @type {Record<string, string>} */
    this.faults = {};
  }

  /**
   * @param {(data: Record<string, string>, form: HTMLFormElement) => Promise<void>} work gets the fields'
   *   values by name
   */
  submits(work) {
    return async (/** @type {SubmitEvent} */ event) => {
      event.preventDefault();
      if (this.busy) return;
      const form = /** @type {HTMLFormElement} */ (event.currentTarget);
      const data = /** @type {Record<string, string>} */ (Object.fromEntries(new FormData(form)));
      this.busy = true;
      this.error = null;
      this.faults = {};
      try {
        await work(data, form);
      } catch (error) {
        this.faults = this.faultsOf(error);
        this.error = Object.keys(this.faults).length ? null : error;
      }
      this.busy = false;
      await this.updateComplete;
      await new Promise(requestAnimationFrame); // the fields inside are drawn after this
      /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid=true]"))?.focus();
    };
  }

  /**
   * What an error says of single fields, by their names.
   * @param {unknown} error
   * @returns {Record<string, string>}
   */
  faultsOf(error) {
    if (error instanceof Faults) return error.faults;
    if (!(error instanceof ApiError)) return {};
    return Object.fromEntries(error.errors.map(({ loc, msg }) => [String(loc[1] ?? ""), msg]));
  }
}

/** Thrown by the work of a form for what it found wrong before it asked the server. */
export class Faults extends Error {
  /** @param {Record<string, string>} faults what to say of each field */
  constructor(faults) {
    super("values break a rule");
    this.faults = faults;
  }
}
