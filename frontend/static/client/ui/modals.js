/** The modal dialogs that are open. Fires `change`. */
class Modals extends EventTarget {
  /**
   * The last one is on top.
   * @type {readonly HTMLDialogElement[]}
   */
  #open = [];

  /** The dialog on top: everything outside of it can be neither pressed nor read aloud. Null without one. */
  get top() {
    return this.#open.at(-1) ?? null;
  }

  /** @param {HTMLDialogElement} dialog */
  show(dialog) {
    dialog.showModal();
    this.#set([...this.#open, dialog]);
  }

  /** @param {HTMLDialogElement} dialog which may be closed already, or gone from the page */
  close(dialog) {
    dialog.close();
    if (this.#open.includes(dialog)) this.#set(this.#open.filter((one) => one !== dialog));
  }

  /** @param {readonly HTMLDialogElement[]} open */
  #set(open) {
    this.#open = open;
    document.documentElement.toggleAttribute("data-modal", open.length > 0); // see tokens.css
    this.dispatchEvent(new Event("change"));
  }
}

export const modals = new Modals();
