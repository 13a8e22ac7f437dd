// Improves two things and nothing else: the eye of a password field, and the strength hint while typing.
// Every page works without it; no data leave the page.
"use strict";
for (const button of document.querySelectorAll("button[data-shows]")) {
  const field = document.getElementById(button.dataset.shows);
  button.hidden = false;
  button.addEventListener("click", () => {
    const show = field.type === "password";
    field.type = show ? "text" : "password";
    button.setAttribute("aria-pressed", String(show));
  });
}
for (const hint of document.querySelectorAll("[data-hint-for]")) {
  const field = document.getElementById(hint.dataset.hintFor);
  const text = hint.querySelector("span");
  const rule = text.textContent;
  field.addEventListener("input", () => {
    const length = [...field.value].length;
    const { min, good, strong } = hint.dataset;
    let kinds = 0;
    for (const kind of [/\p{Ll}/u, /\p{Lu}/u, /\p{N}/u, /[^\p{L}\p{N}]/u]) kinds += kind.test(field.value) ? 1 : 0;
    let say = rule, look = "hint";
    if (length > 0 && length < Number(min)) say = hint.dataset.short;
    else if (length >= Number(min)) {
      const isGood = length >= Number(strong) || (length >= Number(good) && kinds >= 2);
      say = isGood ? hint.dataset.good_text : hint.dataset.fair;
      look = "good";
    }
    hint.className = look;
    hint.querySelector("svg").toggleAttribute("hidden", look !== "good");
    text.textContent = say.replace("{length}", String(length));
  });
}
