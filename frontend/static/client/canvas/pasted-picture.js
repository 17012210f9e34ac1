import { isTyping } from "../ui/keys.js";

/** The picture that was pasted on the page of a canvas, until the panel takes it. Fires `change`. */
class PastedPicture extends EventTarget {
  /** @type {File | null} */
  #file = null;

  /**
   * Keep the picture of a paste; returns whether there is one. A paste into a dialog, such as the editor of a
   * tile, is left to that.
   * @param {ClipboardEvent} event
   */
  keep(event) {
    if (isTyping(event) || event.composedPath().some((node) => node instanceof HTMLDialogElement))
      return false;
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file) return false;
    event.preventDefault();
    this.#file = file;
    this.dispatchEvent(new Event("change"));
    return true;
  }

  /** Return the picture, once. */
  take() {
    const file = this.#file;
    this.#file = null;
    return file;
  }
}

export const pasted = new PastedPicture();
