/** Files that are dragged onto a page: unless that is prevented, a browser leaves the page to show them. */

/**
 * Stay on the page, unless the files are over a field that takes them itself.
 * @param {DragEvent} event `dragover` or `drop`
 * @returns {boolean} whether files are dragged that no field takes
 */
export function stayForFiles(event) {
  const isTaken = event
    .composedPath()
    .some((node) => node instanceof HTMLInputElement && node.type === "file");
  if (isTaken || !event.dataTransfer?.types.includes("Files")) return false;
  event.preventDefault();
  return true;
}
