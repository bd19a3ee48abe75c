/* Set before anything is drawn: light, dark, or as the system has it. */
"use strict";
try {
  const wanted = localStorage.getItem("moxie-theme");
  if (wanted === "light" || wanted === "dark") document.documentElement.dataset.theme = wanted;
} catch {
  /* storage is off: the system decides */
}
