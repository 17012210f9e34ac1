/**
 * Run work that may fail. Sets the element's `isBusy` meanwhile and its `error` on failure. Return whether it
 * succeeded.
 * @param {import("lit").LitElement & {isBusy: boolean, error: unknown}} element
 * @param {() => Promise<unknown>} action
 */
export async function attempt(element, action) {
  element.isBusy = true;
  element.error = null;
  element.requestUpdate();
  try {
    await action();
  } catch (error) {
    element.error = error;
  }
  element.isBusy = false;
  element.requestUpdate();
  return element.error === null;
}
