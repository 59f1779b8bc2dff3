// The keys of every page, and the sheets that open over one. Single keys can be turned off in the preferences, and never
// act while somebody types, with another key held down, or under an open sheet.
(() => {
  "use strict";
  const inSight = (all) => [...document.querySelectorAll(all)].filter((each) => each.offsetParent);
  const covered = () => document.querySelector("dialog[open], :popover-open");

  const search = () => {
    const [field] = inSight("[data-search]");
    if (field) (field.focus(), field.select());
    else document.querySelector("[data-palette]")?.click();
  };
  const step = (by) => {
    const rows = inSight(".row-link"), now = rows.indexOf(document.activeElement);
    rows[Math.min(Math.max(now + by, 0), rows.length - 1)]?.focus();
  };
  const turn = (way) => inSight(`[data-step=${way}]`)[0]?.click();
  const show = (name) => {
    document.querySelector(":popover-open")?.hidePopover();
    if (!covered()) document.getElementById(name)?.showModal();
  };

  const DOES = {
    "/": search,
    j: () => step(1),
    k: () => step(-1),
    "[": () => turn("previous"),
    "]": () => turn("next"),
    "?": () => show("keys-help"),
  };

  // Some keyboards need AltGr for a bracket: it counts as part of the key.
  const held = (event) => (event.ctrlKey || event.altKey || event.metaKey) && !event.getModifierState("AltGraph");
  // A field that went with its sheet has the focus until the next drawing.
  const types = (field) => (field.isContentEditable || field.closest("input, textarea, select")) && field.checkVisibility();

  document.addEventListener("keydown", (event) => {
    if (!Object.hasOwn(DOES, event.key) || event.isComposing || event.defaultPrevented || held(event)) return;
    if (types(event.target) || covered() || !document.querySelector("[data-single-keys=true]")) return;
    event.preventDefault();
    DOES[event.key]();
  });

  document.addEventListener("click", (event) => {
    const opener = event.target.closest?.("[data-opens]");
    if (opener) {
      opener.closest("dialog")?.close();
      show(opener.dataset.opens);
    }
    // Beside the sheet is on it, for a browser.
    if (event.target.matches?.("dialog.sheet")) event.target.close();
    if (event.target.closest?.("[data-closes]")) event.target.closest("dialog").close();
  });
})();
