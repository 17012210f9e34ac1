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
    if (isTyping(event) || isElsewhere(event)) return false;
    const file = [...(event.clipboardData?.files ?? [])].find(({ type }) => type.startsWith("image/"));
    if (!file) return false;
    event.preventDefault();
    this.#keep(file);
    return true;
  }

  /**
   * Allow files to be dropped on the page, instead of leaving it for them.
   * @param {DragEvent} event
   */
  allowDrop(event) {
    if (event.dataTransfer?.types.includes("Files") && !isElsewhere(event)) event.preventDefault();
  }

  /**
   * Keep a file that is dropped; returns whether there is one. The panel says so if it is no picture.
   * @param {DragEvent} event
   */
  drop(event) {
    const file = event.dataTransfer?.files[0];
    if (!file || isElsewhere(event)) return false;
    event.preventDefault();
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

/**
 * Return whether an event belongs to a dialog or to a field that takes files itself.
 * @param {Event} event
 */
function isElsewhere(event) {
  return event
    .composedPath()
    .some(
      (node) =>
        node instanceof HTMLDialogElement || (node instanceof HTMLInputElement && node.type === "file"),
    );
}
