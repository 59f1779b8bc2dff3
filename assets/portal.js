// Small things that a page does by itself. Everything is listened to from the document: React may draw its parts anew.
(() => {
  "use strict";
  const KEPT = "portal.kept.";
  const kept = (field) => KEPT + location.pathname + "." + field.name;

  if (/Mac|iPhone|iPad/.test(navigator.platform)) document.documentElement.dataset.keys = "mac";

  // What was typed is there again after a post that failed. Only fields that ask for it, unless somebody is at them by
  // now; never a secret.
  const bringBack = () => {
    for (const field of document.querySelectorAll("input[data-keep]:not([data-kept])")) {
      field.dataset.kept = "";
      if (!field.value && field !== document.activeElement) field.value = sessionStorage.getItem(kept(field)) ?? "";
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

  // A page that has lost its server draws its parts anew when it comes to life again. What was typed into those that
  // go is put into those that come: in this window's memory alone, and never on another page. The version that a form
  // was opened with goes along, so that nothing is saved over what somebody else has changed in between. A submission's
  // answers are left out: they are kept with their own version (intake.js), and what was saved since is not typed again.
  const typed = new Map();
  let alivePath = "";
  const isAlive = () => document.querySelector("[data-alive]")?.dataset.alive === "true";
  const nameOf = (field) => (field.name || field.id) && `${field.id} ${field.name} ${field.type === "radio" ? field.value : ""}`;
  const FIELDS = "input, select, textarea";
  const isTyped = (field) => {
    if (field.matches("[type=checkbox], [type=radio]")) return field.checked !== field.defaultChecked;
    if (!field.matches("select")) return field.value !== field.defaultValue;
    return field.selectedIndex !== Math.max(0, [...field.options].findLastIndex((each) => each.defaultSelected));
  };
  const valueOf = (field) => (field.matches("[type=checkbox], [type=radio]") ? field.checked : field.value);
  const isKeptElsewhere = (field) => field.matches("[data-field]") && Boolean(field.closest("[data-submission]:not([data-submission^=preview-])"));
  const keepTyped = (gone) => {
    for (const field of [...gone.querySelectorAll(FIELDS)].filter((each) => nameOf(each) && isTyped(each) && !isKeptElsewhere(each))) {
      typed.set(nameOf(field), valueOf(field));
      const version = field.form?.querySelector("input[name=version]");
      if (version) typed.set(nameOf(version), version.value);
    }
  };
  const putTyped = (come) => {
    for (const field of come.querySelectorAll(FIELDS)) {
      const value = typed.get(nameOf(field));
      if (value === undefined || isTyped(field)) continue;
      typed.delete(nameOf(field));
      if (typeof value === "boolean") field.checked = value;
      else field.value = value;
      field.dispatchEvent(new Event("input", { bubbles: true }));
    }
  };

  // What a page carries for its server, such as choices that are not saved yet: a server that comes back without it is
  // given it again. It is told in `data-carried`, and given back by filling the field in.
  let carried = "", wentOff = false;
  const carry = (alive) => {
    if (location.pathname !== alivePath) carried = "";
    wentOff ||= !alive;
    const field = alive && document.querySelector("input[data-carried]");
    if (!field) return;
    if (wentOff && carried && !field.dataset.carried) {
      // Past React's own setter, or it takes the field for unchanged.
      Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(field, carried);
      field.dispatchEvent(new Event("input", { bubbles: true }));
    } else carried = field.dataset.carried;
    wentOff = false;
  };

  // What changed elsewhere is shown where nobody is at work: no pointer moves, no key is pressed, no text is marked. Where
  // that takes a while the page offers it. A page that nobody sees waits until it is seen.
  const AT_REST = 1500, PATIENCE = 5000;
  let acted = -AT_REST, waitsSince = 0, shown = "", again;
  for (const kind of ["pointerdown", "pointermove", "keydown", "wheel", "touchmove"])
    document.addEventListener(kind, () => (acted = performance.now()), { capture: true, passive: true });
  const isAtWork = () => performance.now() - acted < AT_REST || !getSelection().isCollapsed;
  const showNews = () => {
    clearTimeout(again);
    const button = document.querySelector("[data-news]");
    if (!button?.dataset.news || button.dataset.news === shown || document.hidden) return;
    if (!isAtWork()) return button.click();
    waitsSince ||= performance.now();
    if (performance.now() - waitsSince > PATIENCE) document.documentElement.dataset.offers = "";
    again = setTimeout(showNews, 250);
  };
  const nothingWaits = () => {
    clearTimeout(again);
    waitsSince = 0;
    delete document.documentElement.dataset.offers;
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest("[data-news]");
    if (!button) return;
    shown = button.dataset.news;
    nothingWaits();
  });
  document.addEventListener("visibilitychange", showNews);

  const within = (changes, which, take) => {
    for (const change of changes) for (const each of change[which]) if (each.querySelectorAll) take(each);
  };

  // A link to a row rests on it, although rows arrive after their page and may be drawn anew: at each step of the
  // history, until whoever waits acts on the page.
  let stoodAt = "", awaited = "", rested = null;
  const restOnRow = () => {
    const here = `${location.href} ${history.state?.key ?? ""}`;
    if (here !== stoodAt) [stoodAt, awaited, rested] = [here, location.hash.slice(1), null];
    const row = awaited ? document.getElementById(awaited) : null;
    if (!row || row === rested || !row.matches("[data-rests]")) return;
    rested = row;
    row.scrollIntoView({ block: "center", behavior: "instant" });
    row.focus({ preventScroll: true });
  };
  for (const kind of ["keydown", "pointerdown", "wheel", "touchmove"])
    document.addEventListener(kind, () => (awaited = ""), { capture: true, passive: true });

  new MutationObserver((changes) => {
    restOnRow();
    const alive = isAlive();
    if (location.pathname !== alivePath) {
      typed.clear();
      nothingWaits();
    } else if (!alive) within(changes, "removedNodes", keepTyped);
    carry(alive);
    if (typed.size) within(changes, "addedNodes", putTyped);
    if (alive) {
      alivePath = location.pathname;
      typed.clear();
    }
    if (changes.some((change) => change.attributeName === "data-news")) showNews();
  }).observe(document.documentElement, { subtree: true, childList: true, attributes: true, attributeFilter: ["data-alive", "data-carried", "data-news"] });
})();
