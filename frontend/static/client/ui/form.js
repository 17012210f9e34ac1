import { ApiError } from "../api.js";
import { Element } from "./element.js";
import { faultText } from "./error.js";

/**
 * Base class of elements with one form: `<form @submit=${this.submits((data) => …)}>`. `busy` is true while
 * the work runs. Its faults are then in `faults` by field, and the first faulty field gets the focus; an
 * error of which no field tells is in `error`.
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
      /** @type {unknown} */
      let failure = null;
      try {
        await work(data, form);
      } catch (error) {
        failure = error;
        this.faults = this.faultsOf(error);
      }
      this.busy = false;
      await this.updateComplete;
      await new Promise(requestAnimationFrame); // the fields inside render after this element
      const field = /** @type {HTMLElement | null} */ (form.querySelector("[aria-invalid=true]"));
      if (field) field.focus();
      else this.error = failure;
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
    return Object.fromEntries(error.errors.map((fault) => [String(fault.loc[1] ?? ""), faultText(fault)]));
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
