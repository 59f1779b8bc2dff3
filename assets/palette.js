// The palette: a page, an action or a record by a few letters. React draws all there is to choose; here it is opened,
// narrowed and walked through without asking the server. Only records come from there, with the text that they answer.
(() => {
  "use strict";
  // What is kept in the browser are addresses of pages of the portal, never of records: the computer may be shared.
  const KEPT = "portal.recent", SHOWN = 3, SHORTEST = 2, PAUSE = 150, PATIENCE = 5000;
  let dialog, field, list, status, pause, patience, late, eager, moved, active;

  const plain = (text) => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();
  const all = (what) => [...dialog.querySelectorAll(what)];
  const choices = () => all("[role=option]:not([hidden])");
  const typed = () => field.value.trim();
  const lost = () => dialog.dataset.lost === "true" || !navigator.onLine;
  const waits = () => typed().length >= SHORTEST && dialog.dataset.asked !== field.value;

  const recent = () => {
    try {
      return JSON.parse(localStorage.getItem(KEPT)) ?? [];
    } catch {
      return [];
    }
  };
  const remember = (path) => {
    const page = document.querySelector(`#palette [data-page][href="${CSS.escape(path)}"]`);
    if (!page) return;
    try {
      localStorage.setItem(KEPT, JSON.stringify([path, ...recent().filter((each) => each !== path)].slice(0, SHOWN + 1)));
    } catch {
      // A browser that keeps nothing has no recent pages.
    }
  };

  const drawRecent = () => {
    const pages = recent().filter((path) => path !== location.pathname).map((path) => all("[data-page]").find((each) => each.pathname === path));
    const copies = pages.filter(Boolean).slice(0, SHOWN).map((page) => {
      const copy = page.cloneNode(true);
      copy.id = `recent-${page.id}`;
      copy.removeAttribute("data-page");
      copy.dataset.of = page.id;
      return copy;
    });
    dialog.querySelector("[data-recent]").replaceChildren(...copies);
  };

  const choose = (option) => {
    active?.setAttribute("aria-selected", "false");
    active = option;
    active?.setAttribute("aria-selected", "true");
    if (active) field.setAttribute("aria-activedescendant", active.id);
    else field.removeAttribute("aria-activedescendant");
  };

  // An answer to an earlier text is not shown, but for its rows that hold the newer one too.
  const narrow = () => {
    const words = plain(typed()).split(/\s+/).filter(Boolean), shown = new Set(all("[data-of]").map((each) => each.dataset.of));
    const fits = (option) => words.every((word) => plain(option.textContent).includes(word));
    for (const option of all("[data-fixed]")) option.hidden = words.length ? !fits(option) : shown.has(option.id);
    for (const option of all("[data-of]")) option.hidden = words.length > 0;
    for (const option of all("[data-found]")) option.hidden = typed().length < SHORTEST || lost() || (waits() && !fits(option));
    for (const group of all("[role=group]")) group.hidden = !group.querySelector("[role=option]:not([hidden])");
    const left = choices();
    list.hidden = !left.length;
    field.setAttribute("aria-expanded", String(left.length > 0));
    // Until somebody moves, the first is chosen, also when a better one comes above it.
    if (!moved || !left.includes(active)) choose(left[0]);
    if (!moved) list.scrollTop = 0;
    if (eager && !waits()) (eager = false), active?.click();
    tell(left.length);
  };

  const tell = (count) => {
    const found = count === 1 ? "1 result" : `${count} results`;
    const { trouble } = dialog.dataset;
    let said = found + ".";
    if (!typed()) said = status.dataset.idle;
    else if (lost()) said = `The portal cannot be reached right now. Only pages and actions are searched: ${found}.`;
    else if (waits()) said = late ? "The portal takes long to answer. Pages and actions are found meanwhile." : "Searching…";
    else if (typed().length >= SHORTEST && trouble) said = trouble;
    else if (!count) said = typed().length < SHORTEST ? "One more letter, and records are searched too." : `Nothing matches “${typed()}”.`;
    if (status.textContent !== said) status.textContent = said;
  };

  const ask = () => {
    clearTimeout(pause);
    clearTimeout(patience);
    late = false;
    if (!waits()) return;
    pause = setTimeout(() => dialog.querySelector("[data-ask]").click(), PAUSE);
    patience = setTimeout(() => ((late = true), narrow()), PATIENCE);
  };

  const watch = new MutationObserver((changes) => {
    if (changes.some((change) => change.attributeName === "data-lost") && !lost()) ask();
    narrow();
  });

  const open = () => {
    const found = document.getElementById("palette");
    document.querySelector(":popover-open")?.hidePopover();
    if (!found || document.querySelector("dialog[open]")) return;
    watch.disconnect();
    dialog = found;
    [field, list, status] = ["[role=combobox]", "[role=listbox]", "[role=status]"].map((each) => dialog.querySelector(each));
    field.value = "";
    eager = late = moved = false;
    remember(location.pathname);
    drawRecent();
    dialog.showModal();
    field.focus();
    narrow();
    watch.observe(dialog, { attributeFilter: ["data-asked", "data-lost", "data-trouble"], childList: true, subtree: true });
  };

  const KEYS = {
    ArrowDown: () => move(1),
    ArrowUp: () => move(-1),
    Enter: () => (active ? active.click() : (eager = waits())),
  };
  const move = (by) => {
    const left = choices();
    moved = true;
    choose(left[(left.indexOf(active) + by + left.length) % left.length]);
    active?.scrollIntoView({ block: "nearest" });
  };

  document.addEventListener("keydown", (event) => {
    const chord = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey;
    if (chord && event.key.toLowerCase() === "k" && document.getElementById("palette")) {
      event.preventDefault();
      open();
    } else if (event.target.matches?.("#palette [role=combobox]") && !event.isComposing && Object.hasOwn(KEYS, event.key)) {
      event.preventDefault();
      KEYS[event.key]();
    }
  });
  document.addEventListener("input", (event) => {
    if (!event.target.matches("#palette [role=combobox]")) return;
    eager = moved = false;
    narrow();
    ask();
  });
  document.addEventListener("mousemove", (event) => {
    const option = event.target.closest?.("#palette [role=option]");
    if (option && option !== active) (moved = true), choose(option);
  });
  document.addEventListener("click", (event) => {
    if (event.target.closest?.("[data-palette]")) return open();
    const link = event.target.closest?.("a[href]"), option = event.target.closest?.("#palette [role=option]");
    if (link) remember(link.pathname);
    if (!option || event.ctrlKey || event.metaKey || event.shiftKey) return;
    dialog.close();
    // A recent page is drawn here, so that only its model knows how to go there without loading anew.
    if (option.dataset.of) (event.preventDefault(), document.getElementById(option.dataset.of).click());
  });
})();
