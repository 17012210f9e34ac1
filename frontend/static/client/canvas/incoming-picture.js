import { stayForFiles } from "../ui/drops.js";
import { isTyping } from "../ui/keys.js";

/** The picture that was pasted or dropped on a canvas, until the panel takes it. Fires `change`. */
class IncomingPicture extends EventTarget {
  /** @type {File | null} */
  #file = null;

  /**
   * Keep the picture of a paste; returns whether there is one. A paste into a dialog, such as the editor of a
   * tile, is left to that.
   * @param {ClipboardEvent} event
   */
  paste(event) {
    if (isTyping(event) || isInDialog(event)) return false;
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file) return false;
    event.preventDefault();
    this.#keep(file);
    return true;
  }

  /**
   * Keep a file that is dropped; returns whether there is one. The panel says so if it is no picture.
   * @param {DragEvent} event
   */
  drop(event) {
    const file = event.dataTransfer?.files[0];
    if (!stayForFiles(event) || !file) return false;
    this.#keep(file);
    return true;
  }

  /** Return the picture, once. */
  take() {
    const file = this.#file;
    this.#file = null;
    return file;
  }

  /** @param {File} file */
  #keep(file) {
    this.#file = file;
    this.dispatchEvent(new Event("change"));
  }
}

export const incoming = new IncomingPicture();

/** @param {Event} event */
function isInDialog(event) {
  return event.composedPath().some((node) => node instanceof HTMLDialogElement);
}
