import { ApiError } from "../api.js";
import { Element } from "./element.js";

/**
 * Base class of elements with one form: `<form @submit=${this.submits((data) => …)}>`. `busy` is true while
 * the work runs. An error is then in `error`, its faults by field in `faults`, and the first faulty field
 * gets the focus.
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
   * @param {(data: Record<string, string>, form: HTMLFormElement) => Promise<void>} work receives the values
   *   by field name
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
      await new Promise(requestAnimationFrame); // the fields inside render after this element
      /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid=true]"))?.focus();
    };
  }

  /**
   * Return the faults of an error by field name.
   * @param {unknown} error
   * @returns {Record<string, string>}
   */
  faultsOf(error) {
    if (error instanceof Faults) return error.faults;
    if (!(error instanceof ApiError)) return {};
    return Object.fromEntries(error.errors.map(({ loc, msg }) => [String(loc[1] ?? ""), msg]));
  }
}

/** Thrown by the work of a form for faults found before the request. */
export class Faults extends Error {
  /** @param {Record<string, string>} faults messages by field name */
  constructor(faults) {
    super("values break a rule");
    this.faults = faults;
  }
}
