/**
 * Do something that may fail: meanwhile the element's `isBusy`, afterwards its `error`. Says whether it was
 * done.
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
