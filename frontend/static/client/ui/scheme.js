/**
 * Call back when the page changes between light and dark.
 * @param {() => void} changed
 * @param {AbortSignal} signal ends it
 */
export function onSchemeChange(changed, signal) {
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", changed, { signal });
  const theme = new MutationObserver(changed);
  theme.observe(document.documentElement, { attributeFilter: ["data-theme"] });
  signal.addEventListener("abort", () => theme.disconnect());
}
