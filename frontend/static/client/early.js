// Applies the chosen theme before the first paint, so that the other one does not flash.
document.documentElement.dataset.theme = localStorage.getItem("tessera-theme") ?? "system";
