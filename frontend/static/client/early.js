// Applies the chosen theme before the first paint, so that the other one does not flash.
try {
  document.documentElement.dataset.theme = localStorage.getItem("tessera-theme") ?? "system";
} catch {
  document.documentElement.dataset.theme = "system"; // this browser keeps nothing
}

// The youngest of what the client cannot do without; docs/architecture.md names the browsers.
if (!("popover" in HTMLElement.prototype && CSS.supports("color", "light-dark(#000, #fff)"))) {
  document.documentElement.dataset.browser = "outdated";
}
