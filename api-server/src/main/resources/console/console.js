// What pages do beyond links and forms; each of them works without it.
"use strict";

const MASK = "••••••••";
const LOST = "The server cannot be reached. What you typed is still here; try again once the connection is back.";

// Calls it for all that a page has of something, and that htmx brings into it later.
function each(selector, begin) {
  htmx.onLoad((root) => {
    if (root.matches(selector)) begin(root);
    root.querySelectorAll(selector).forEach(begin);
  });
}

// Revealed credentials hide again by themselves, and when their button is pressed once more.
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

// A lost connection says so, until something is tried again.
function say(...texts) {
  const said = texts.map((text) => {
    const paragraph = document.createElement("p");
    paragraph.className = "alert";
    paragraph.textContent = text;
    return paragraph;
  });
  document.getElementById("trouble").replaceChildren(...said);
}

document.addEventListener("htmx:beforeRequest", () => say());
document.addEventListener("htmx:sendError", () => say(LOST));
document.addEventListener("htmx:beforeSwap", (event) => {
  // What a proxy answers for a server that is gone is no page of ours, and would take the form's place.
  const answer = event.detail.xhr;
  if (answer.getResponseHeader("HX-Retarget") || /<main id="main"|data-hide/.test(answer.responseText)) return;
  event.detail.shouldSwap = false;
  say(LOST);
});

// Where a form was that is gone, reading goes on at the top, unless something went wrong, which is read first.
document.addEventListener("htmx:afterSettle", () => {
  if (document.activeElement === document.body) document.getElementById("main").focus();
});

// Copying needs a script, and a connection that browsers call secure, so its buttons appear with them.
each("[data-copy]", (button) => {
  button.hidden = !navigator.clipboard;
  button.addEventListener("click", async () => {
    await navigator.clipboard.writeText(button.nextElementSibling.textContent);
    button.textContent = "Copied";
    setTimeout(() => { button.textContent = "Copy"; }, 2000);
  });
});

// What is known of a preset is filled in here, so that the key that was typed stays too.
each("[data-preset]", (button) => {
  button.addEventListener("click", (event) => {
    event.preventDefault();
    for (const name of ["endpoint", "protocol", "auth_method"]) button.form.elements[name].value = button.dataset[name];
    document.getElementById("preset-hint").textContent = button.dataset.hint;
  });
});

// Rows of headers: without a script there are some to spare, with one they are added and removed.
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
  } else if (response.headers.has("HX-Retarget")) {
    outcome.innerHTML = await response.text();
  } else {
    for await (const line of lines(response.body)) {
      if (line.html) outcome.innerHTML = line.html;
      else answer.append(line.text);
    }
    if (outcome.textContent === "") throw new Error("The answer has no end.");
  }
}

each("[data-test]", (form) => {
  if (!document.getElementById("answer")) return;
  const button = form.querySelector("button");
  form.addEventListener("submit", async (event) => {
    event.preventDefault();
    // Not disabled in the browser's way, which would take the focus from it.
    if (button.hasAttribute("aria-disabled")) return;
    button.setAttribute("aria-disabled", "true");
    say();
    try {
      await test(form);
    } catch {
      say(LOST);
    }
    document.getElementById("answer").hidden = document.getElementById("answer").textContent === "";
    button.removeAttribute("aria-disabled");
  });
});

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
