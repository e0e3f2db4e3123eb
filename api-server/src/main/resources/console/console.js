// What pages do beyond links and forms; each of them works without it.
"use strict";

const MASK = "••••••••";
const SECONDS_SHOWN = 30;

// Revealed credentials hide again by themselves, and when their button is pressed once more.
function hide(output) {
  clearTimeout(Number(output.dataset.timer));
  output.textContent = MASK;
  const button = output.closest("form")?.querySelector("[data-reveal]");
  button?.setAttribute("aria-label", button.dataset.label);
  button?.setAttribute("aria-pressed", "false");
}

document.addEventListener("htmx:afterSwap", (event) => {
  const output = event.target.closest?.("output");
  if (!output?.querySelector("[data-hide]")) return;
  const button = output.closest("form").querySelector("[data-reveal]");
  button.dataset.label ??= button.getAttribute("aria-label");
  button.setAttribute("aria-label", button.dataset.label.replace(/^Reveal/, "Hide"));
  button.setAttribute("aria-pressed", "true");
  output.dataset.timer = setTimeout(() => hide(output), SECONDS_SHOWN * 1000);
});

document.addEventListener("htmx:confirm", (event) => {
  const output = event.target.querySelector?.("output");
  if (output?.querySelector("[data-hide]")) {
    event.preventDefault();
    hide(output);
  }
});

// A lost connection says so.
document.addEventListener("htmx:sendError", () => { document.getElementById("lost").hidden = false; });
document.addEventListener("htmx:afterOnLoad", () => { document.getElementById("lost").hidden = true; });

// Copying needs a script, so its buttons appear with it.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = false;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.nextElementSibling.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

// What went wrong is read first.
document.querySelector("[data-focus]")?.focus();

// An open menu closes by Escape and by a click beside it.
document.addEventListener("keydown", (event) => {
  if (event.key !== "Escape") return;
  const menu = document.querySelector("details.menu[open]");
  menu?.removeAttribute("open");
  menu?.querySelector("summary").focus();
});
document.addEventListener("click", (event) => {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (!menu.contains(event.target)) menu.removeAttribute("open");
  }
});
