// Questions that are asked in the page before something is done: the focus goes to one as it appears and stays in it,
// Escape answers as its last button does, which leaves everything as it was, and the focus goes back to who asked.
(() => {
  "use strict";
  const FIELDS = "a[href], button, input, select, textarea";
  const asked = () => [...document.querySelectorAll("[role=alertdialog]")].find((each) => each.offsetParent);
  const stops = (question) => [...question.querySelectorAll(FIELDS)].filter((each) => each.offsetParent && !each.disabled);
  const covered = () => document.querySelector("dialog[open], :popover-open");
  const nameOf = (button) => button.getAttribute("aria-label") ?? button.textContent;

  // What was at work before the question: it may be drawn anew, and is then known by its name.
  let question = null, opener = null, last = null;
  document.addEventListener("focusin", ({ target }) => {
    if (!target.closest("[role=alertdialog]")) last = target;
  });

  const enter = () => {
    opener = last && { element: last, name: nameOf(last) };
    const all = stops(question), field = all.find((each) => !each.matches("a, button"));
    (field ?? all.at(-1))?.focus();
  };
  const leave = () => {
    // Where something else has the focus by now, such as what was said, it stays there.
    if (document.activeElement && document.activeElement !== document.body) return;
    const again = [...document.querySelectorAll("main button")].find((each) => each.offsetParent && opener?.name && nameOf(each) === opener.name);
    const back = opener?.element.isConnected && opener.element.offsetParent ? opener.element : again;
    (back ?? document.getElementById("main"))?.focus({ preventScroll: !back });
  };
  new MutationObserver(() => {
    const now = asked() ?? null;
    if (now === question) return;
    const before = question;
    question = now;
    // One that is drawn anew takes over from the one before, with its opener.
    if (now && before) stops(now).at(-1)?.focus();
    else if (now) enter();
    else leave();
  }).observe(document.documentElement, { childList: true, subtree: true, attributes: true, attributeFilter: ["class"] });

  document.addEventListener("keydown", (event) => {
    if (!question?.isConnected || event.defaultPrevented || event.isComposing || covered()) return;
    const all = stops(question), at = all.indexOf(document.activeElement);
    if (event.key === "Escape" && !question.querySelector("[aria-disabled=true]")) {
      event.preventDefault();
      all.at(-1)?.click();
    }
    if (event.key !== "Tab" || !all.length) return;
    const to = at + (event.shiftKey ? -1 : 1);
    if (at >= 0 && to >= 0 && to < all.length) return;
    event.preventDefault();
    all.at(event.shiftKey ? -1 : 0).focus();
  });
})();
