// Small things that a page does by itself. Everything is listened to from the document: React may draw its parts anew.
(() => {
  "use strict";
  const KEPT = "portal.kept.";
  const kept = (field) => KEPT + location.pathname + "." + field.name;

  if (/Mac|iPhone|iPad/.test(navigator.platform)) document.documentElement.dataset.keys = "mac";

  // What was typed is there again after a post that failed. Only fields that ask for it; never a secret.
  const bringBack = () => {
    for (const field of document.querySelectorAll("input[data-keep]:not([data-kept])")) {
      field.dataset.kept = "";
      if (!field.value) field.value = sessionStorage.getItem(kept(field)) ?? "";
    }
  };
  document.addEventListener("submit", (event) => {
    for (const field of event.target.querySelectorAll("input[data-keep]")) sessionStorage.setItem(kept(field), field.value);
  });
  new MutationObserver(bringBack).observe(document.documentElement, { childList: true, subtree: true });
  document.addEventListener("DOMContentLoaded", bringBack);

  // A search leaves its empty fields out of the address.
  document.addEventListener("formdata", (event) => {
    if (!event.target.matches("form[data-address]")) return;
    for (const [name, value] of [...event.formData]) if (typeof value === "string" && !value.trim()) event.formData.delete(name);
  });

  // Filters search when they change; a text when it is left, a date when it is whole, and not for each of its digits.
  let waiting;
  document.addEventListener("change", (event) => {
    const field = event.target, form = field.closest?.("form[data-address]");
    if (!form || !field.matches("select, input[type=date], .filters input[type=text]")) return;
    clearTimeout(waiting);
    if (!field.matches("input[type=date]")) form.requestSubmit();
    else waiting = setTimeout(() => field.validity.valid && form.requestSubmit(), 600);
  });

  document.addEventListener("click", (event) => {
    const reveal = event.target.closest("[data-reveal]");
    if (reveal) {
      const field = document.getElementById(reveal.dataset.reveal);
      const shown = field.type === "password";
      field.type = shown ? "text" : "password";
      reveal.setAttribute("aria-pressed", String(shown));
    }
    // Back to the page that failed, and loaded anew: what it held may be of before the fault.
    if (event.target.closest("[data-back]")) {
      addEventListener("popstate", () => location.reload(), { once: true });
      history.back();
    }
    const copy = event.target.closest("[data-copy]");
    if (copy) copyText(copy);
  });

  // Browsers give the clipboard to pages on https and on this machine only; elsewhere the button says so.
  const copyText = async (button) => {
    const label = button.querySelector(".copy-label"), before = button.dataset.label ?? (button.dataset.label = label.textContent);
    try {
      await navigator.clipboard.writeText(button.dataset.copy);
      label.textContent = "Copied";
    } catch {
      label.textContent = "Copy it by hand";
    }
    clearTimeout(button.timer);
    button.timer = setTimeout(() => (label.textContent = before), 2000);
  };

  const RULES = {
    length: (text) => [...text].length >= 12,
    upper: (text) => /\p{Lu}/u.test(text),
    lower: (text) => /\p{Ll}/u.test(text),
    digit: (text) => /\d/.test(text),
    symbol: (text) => /[^\p{L}\p{N}\s]/u.test(text),
  };
  document.addEventListener("input", (event) => {
    const list = event.target.dataset?.rules && document.getElementById(event.target.dataset.rules);
    for (const line of list ? list.querySelectorAll("[data-rule]") : [])
      line.dataset.met = String(RULES[line.dataset.rule](event.target.value));
  });

  // Ctrl K or Command K goes to the search of the page.
  document.addEventListener("keydown", (event) => {
    if (event.key.toLowerCase() !== "k" || !(event.ctrlKey || event.metaKey) || event.altKey || event.shiftKey) return;
    const field = [...document.querySelectorAll("[data-search]")].find((each) => each.offsetParent);
    if (!field) return;
    event.preventDefault();
    field.focus();
    field.select();
  });
})();
