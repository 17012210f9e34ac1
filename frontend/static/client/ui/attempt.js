/**
 * Do something that may fail: meanwhile the element's `isBusy`, afterwards its `error`. Says whether it was
 * done.
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
