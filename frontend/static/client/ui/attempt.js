/**
 * Run work that may fail. Sets the element's `isBusy` meanwhile and its `error` on failure. Return whether it
 * succeeded.
 * @param {import("lit").LitElement & {isBusy: boolean, error: unknown}} element
 * @param {() => Promise<unknown>} deed
 */
export async function attempt(element, deed) {
  element.isBusy = true;
  element.error = null;
  element.requestUpdate();
  try {
    await deed();
  } catch (error) {
    element.error = error;
  }
  element.isBusy = false;
  element.requestUpdate();
  return element.error === null;
}
