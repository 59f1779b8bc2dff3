// What is sent once waits for its answer, and a refusal is brought before whoever sent it.
(() => {
  "use strict";
  const LONGEST = 10_000, PRESS = 250, DOUBLE = 1000, SETTLED = 50;
  const EVENT = /^42[^[]*\["event",/;
  const waiting = new Map();
  let pressed = null, pressing, sentAt = -DOUBLE, typedAt = -DOUBLE;

  const buttonOf = (target) => target.closest?.("main button:not([data-news], [data-upload-done])");
  const formWaits = (form) => [...waiting.keys()].some((button) => button.type === "submit" && button.form === form);
  const stop = (event) => {
    event.preventDefault();
    event.stopImmediatePropagation();
  };
  const press = (button) => {
    pressed = button;
    clearTimeout(pressing);
    pressing = setTimeout(() => (pressed = null), PRESS);
  };
  const release = (button) => {
    clearTimeout(waiting.get(button));
    waiting.delete(button);
    button.removeAttribute("aria-disabled");
    if (button.form) showProblem(button.form);
    if (button === toldOf && refusal()) show(refusal().closest(".flash"));
  };

  // A click that has sent an event is answered before it is heard again; the second of a double click, which may meet
  // what came in the button's place, is not heard at all.
  addEventListener("click", (event) => {
    const button = buttonOf(event.target);
    if (!button) return;
    if (waiting.has(button) || (event.detail > 1 && performance.now() - sentAt < DOUBLE)) stop(event);
    else press(button);
  }, true);
  addEventListener("submit", (event) => {
    const form = event.target;
    if (form.matches("[data-address]") || !form.closest("main")) return;
    if (formWaits(form)) return stop(event);
    const button = event.submitter ?? form.querySelector("button[type=submit]");
    if (button) press(button);
  }, true);

  addEventListener("input", (event) => event.isTrusted && (typedAt = performance.now()), true);

  // Whether an event was sent, and when something came back, shows at the socket alone.
  const answered = ({ data }) => {
    if (typeof data !== "string" || !EVENT.test(data)) return;
    for (const button of [...waiting.keys()]) setTimeout(() => waiting.has(button) && release(button), SETTLED);
  };
  const heard = new WeakSet();
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    if (!heard.has(this)) this.addEventListener("message", answered);
    heard.add(this);
    if (pressed && typeof data === "string" && EVENT.test(data)) {
      const button = pressed;
      pressed = null;
      sentAt = performance.now();
      button.setAttribute("aria-disabled", "true");
      waiting.set(button, setTimeout(() => release(button), LONGEST));
    }
    return send.call(this, data);
  };

  const show = (region, focused = region) => {
    const calm = matchMedia("(prefers-reduced-motion: reduce)").matches;
    region.scrollIntoView({ block: "center", behavior: calm ? "instant" : "smooth" });
    // Whoever types again already goes on typing there.
    if (typedAt <= sentAt) focused.focus({ preventScroll: true });
  };
  // The first field that is marked, or what is said of the whole form, unless somebody is at one already.
  const showProblem = (form) => {
    const first = form.querySelector("[aria-invalid=true], [role=alert]");
    if (!first || form.querySelector("[aria-invalid=true]:focus")) return;
    if (first.matches("[role=alert]")) first.tabIndex = -1;
    show(first);
  };

  const refusal = () => document.querySelector(".flash .note:is(.note-bad, .note-warning)");
  const tell = (note) => {
    toldOf = [...waiting.keys()].at(-1);
    show(note.closest(".flash"));
  };
  const isAlive = () => document.querySelector("[data-alive]")?.dataset.alive === "true";
  // The button that was refused: where it is refused once more, in the same words, they are shown once more.
  let toldOf;
  let here = "", loading = false, wentOff = false, goesAlong = false, said = "", lastFocused = null;
  document.addEventListener("focusin", (event) => event.target.id !== "main" && (lastFocused = event.target));
  const arrive = () => {
    [here, loading, wentOff] = [location.pathname, true, false];
    goesAlong = Boolean(lastFocused?.matches(".flash"));
  };
  // What was said is shown when the page has come to rest: until then its message may be the one of the page before.
  // It is shown again on another page only to who was still at it.
  const look = () => {
    if (location.pathname !== here) arrive();
    if (loading) {
      wentOff ||= !isAlive();
      loading = !wentOff || !isAlive();
      if (loading) return;
    }
    const note = refusal(), text = note?.textContent ?? "";
    if (note && (text !== said || goesAlong)) tell(note);
    if (!note && said && document.activeElement === document.body) document.getElementById("main")?.focus({ preventScroll: true });
    [said, goesAlong] = [text, false];
  };
  new MutationObserver((changes) => {
    look();
    const marked = changes.find(({ attributeName, target }) => attributeName === "aria-invalid" && target.getAttribute("aria-invalid") === "true");
    if (marked?.target.form?.closest("main")) showProblem(marked.target.form);
  }).observe(document.documentElement, {
    subtree: true, childList: true, characterData: true, attributes: true, attributeFilter: ["data-alive", "aria-invalid"],
  });
})();
