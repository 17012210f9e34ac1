// Runs before the first paint, so that nobody who chose a theme sees the other one flash.
document.documentElement.dataset.theme = localStorage.getItem("tessera-theme") ?? "system";
