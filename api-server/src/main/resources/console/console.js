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

// Copying needs a script, and a connection that browsers call secure, so its buttons appear with them.
for (const button of document.querySelectorAll("[data-copy]")) {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.nextElementSibling.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
}

// Rows of headers: without a script there are some to spare, with one they are added and removed.
for (const rows of document.querySelectorAll("[data-rows]")) {
  const reserved = rows.dataset.reserved.split(" ");
  const blank = rows.lastElementChild.cloneNode(true);
  const number = (row, n) => {
    row.querySelector("[name=header_name]").id = `header_${n}`;
    row.querySelector("[name=header_name]").setAttribute("aria-describedby", `header_${n}-hints`);
    row.querySelector(".hints").id = `header_${n}-hints`;
    for (const field of row.querySelectorAll("[aria-label]")) {
      field.setAttribute("aria-label", field.getAttribute("aria-label").replace(/\d+$/, n));
    }
  };
  const numberAll = () => [...rows.children].forEach((row, i) => number(row, i + 1));
  const begin = (row) => {
    const button = row.querySelector("[data-remove]");
    button.hidden = false;
    button.addEventListener("click", () => {
      const next = row.nextElementSibling ?? row.previousElementSibling;
      row.remove();
      if (rows.children.length === 0) add();
      numberAll();
      (next ?? rows.firstElementChild).querySelector("input").focus();
    });
  };
  const add = () => {
    const row = blank.cloneNode(true);
    rows.append(row);
    begin(row);
    numberAll();
    return row;
  };
  for (const row of [...rows.children].slice(1)) {
    if (row.querySelector("[name=header_name]").value === "" && !row.querySelector(".error")) row.remove();
  }
  [...rows.children].forEach(begin);
  const button = rows.parentElement.querySelector("[data-add]");
  button.hidden = false;
  button.addEventListener("click", () => add().querySelector("input").focus());
  rows.addEventListener("input", (event) => {
    if (event.target.name !== "header_name") return;
    const name = event.target.value.trim();
    const hint = event.target.closest("li").querySelector(".hints");
    hint.replaceChildren();
    event.target.removeAttribute("aria-invalid");
    if (!reserved.includes(name.toLowerCase())) return;
    const error = document.createElement("p");
    error.className = "error";
    error.setAttribute("role", "alert");
    error.textContent = `Remove this header; ${name} is managed by the proxy.`;
    hint.append(error);
    event.target.setAttribute("aria-invalid", "true");
  });
}

// A model's answer is shown as it streams: lines of JSON, of text first, then of what became of it.
async function* lines(body) {
  const reader = body.pipeThrough(new TextDecoderStream()).getReader();
  let rest = "";
  for (let piece = await reader.read(); !piece.done; piece = await reader.read()) {
    const parts = (rest + piece.value).split("\n");
    rest = parts.pop();
    for (const part of parts) yield JSON.parse(part);
  }
}

async function test(form) {
  const answer = document.getElementById("answer");
  const outcome = document.getElementById("outcome");
  answer.textContent = "";
  answer.hidden = false;
  outcome.textContent = "";
  const response = await fetch(form.action, {
    method: "POST",
    headers: { "HX-Request": "true" },
    body: new URLSearchParams(new FormData(form)),
  });
  if (response.headers.has("HX-Redirect")) {
    location.assign(response.headers.get("HX-Redirect"));
  } else if (!response.ok) {
    outcome.innerHTML = await response.text();
  } else {
    for await (const line of lines(response.body)) {
      if (line.html) outcome.innerHTML = line.html;
      else answer.append(line.text);
    }
  }
  answer.hidden = answer.textContent === "";
}

document.querySelector("[data-test]")?.addEventListener("submit", async (event) => {
  if (!document.getElementById("answer")) return;
  event.preventDefault();
  const button = event.target.querySelector("button");
  button.disabled = true;
  const lost = document.getElementById("lost");
  try {
    await test(event.target);
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
  button.disabled = false;
});

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
