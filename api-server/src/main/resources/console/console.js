// Enhancements of pages. Every page works without scripts.
"use strict";

const MASK = "••••••••";
const CONNECTION_LOST = "Cannot connect to the server. Your input is kept; try again when the connection is back.";

// Calls begin for all matching elements, also for those that htmx adds later.
function each(selector, begin) {
  htmx.onLoad((root) => {
    if (root.matches(selector)) begin(root);
    root.querySelectorAll(selector).forEach(begin);
  });
}

// Revealed credentials are hidden again after some seconds, or when their button is pressed again.
function rename(button, from, to) {
  for (const name of ["aria-label", "title"]) button.setAttribute(name, button.getAttribute(name).replace(from, to));
}

function hide(form) {
  const output = form.querySelector("output");
  clearTimeout(Number(output.dataset.timer));
  output.textContent = MASK;
  rename(form.querySelector("button"), /^Hide/, "Reveal");
}

each("[data-hide]", (value) => {
  const form = value.closest("form");
  if (!form) return;
  rename(form.querySelector("button"), /^Reveal/, "Hide");
  form.querySelector("output").dataset.timer = setTimeout(() => hide(form), Number(value.dataset.hide) * 1000);
});

document.addEventListener("htmx:confirm", (event) => {
  if (!event.target.querySelector("output [data-hide]")) return;
  event.preventDefault();
  hide(event.target);
});

// Shows errors until the next request.
function showErrors(...texts) {
  const paragraphs = texts.map((text) => {
    const paragraph = document.createElement("p");
    paragraph.className = "alert";
    paragraph.textContent = text;
    return paragraph;
  });
  document.getElementById("trouble").replaceChildren(...paragraphs);
}

// When the session has ended, a form keeps its input: the user signs in in another tab, and returns.
window.addEventListener("focus", () => {
  if (document.querySelector("#trouble [data-ended]")) {
    htmx.ajax("GET", "/sign-in/renewed", { target: "#trouble", swap: "innerHTML", select: ".alert" });
  }
});

each("[data-csrf]", (alert) => {
  for (const field of document.querySelectorAll("input[name=csrf]")) field.value = alert.dataset.csrf;
});

document.addEventListener("htmx:beforeRequest", () => showErrors());
document.addEventListener("htmx:sendError", () => showErrors(CONNECTION_LOST));
document.addEventListener("htmx:beforeSwap", (event) => {
  // If the server is down, a load balancer's error page must not replace the form.
  const response = event.detail.xhr;
  if (response.getResponseHeader("HX-Retarget") || /<main id="main"|data-hide|data-checked/.test(response.responseText)) return;
  event.detail.shouldSwap = false;
  showErrors(CONNECTION_LOST);
});

// After a form was replaced, moves the focus to the top, unless an error message has it.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.getElementById("main").focus();
});

// Browsers provide the clipboard only to scripts in a secure context, so copy buttons are hidden otherwise.
each("[data-copy]", (button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.nextElementSibling.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
});

// Fills in a preset without a request, so that a typed key is kept.
each("[data-preset]", (button) => {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    for (const name of ["endpoint", "protocol", "auth_method"]) button.form.elements[name].value = button.dataset[name];
    document.getElementById("preset-hint").textContent = button.dataset.hint;
  });
});

// Rows of headers. The page contains spare empty rows; this script adds and removes rows instead.
each("[data-rows]", (rows) => {
  const more = rows.parentElement.querySelector("[data-add]");
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
  const numberAll = () => {
    [...rows.children].forEach((row, i) => number(row, i + 1));
    more.hidden = rows.children.length >= Number(rows.dataset.rows);
  };
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
    for (const field of row.querySelectorAll("input")) field.value = "";
    row.querySelector(".hints").replaceChildren();
    rows.append(row);
    begin(row);
    numberAll();
    return row;
  };
  for (const row of [...rows.children].slice(1)) {
    if (row.querySelector("[name=header_name]").value === "" && !row.querySelector(".error")) row.remove();
  }
  [...rows.children].forEach(begin);
  numberAll();
  more.addEventListener("click", () => add().querySelector("input").focus());
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
});

// Shows a model's response while it streams: lines of JSON with text, then one with the outcome.
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
  const output = document.getElementById("response");
  const outcome = document.getElementById("outcome");
  output.textContent = "";
  output.hidden = false;
  outcome.textContent = "";
  const response = await fetch(form.action, {
    method: "POST",
    headers: { "HX-Request": "true" },
    body: new URLSearchParams(new FormData(form)),
  });
  if (response.headers.has("HX-Redirect")) {
    location.assign(response.headers.get("HX-Redirect"));
  } else if (response.headers.has("HX-Retarget")) {
    outcome.innerHTML = await response.text();
  } else {
    for await (const line of lines(response.body)) {
      if (line.html) outcome.innerHTML = line.html;
      else output.append(line.text);
    }
    if (outcome.textContent === "") throw new Error("The stream has no outcome.");
  }
}

each("[data-test]", (form) => {
  if (!document.getElementById("response")) return;
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // The disabled attribute would remove the focus.
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    showErrors();
    try {
      await test(form);
    } catch {
      showErrors(CONNECTION_LOST);
    }
    document.getElementById("response").hidden = document.getElementById("response").textContent === "";
    button.removeAttribute("aria-disabled");
  });
});

// Escape and clicks outside close an open menu.
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
