// From what is said or drawn of a configuration to its lines in the text. `data-place` is a path such as
// "sections.1.groups.0", "line 3 column 5", or "twice title"; it is sought in the text as it is by now.
(() => {
  "use strict";
  const ABOVE = 2;
  let awaited = null;

  // Where everything stands, as far as the text can be read; what breaks off goes to the end.
  const read = (text) => {
    let at = 0;
    const twice = new Map();
    const take = (pattern) => {
      pattern.lastIndex = at;
      const found = pattern.exec(text);
      if (!found) throw new SyntaxError("It breaks off here.");
      at = pattern.lastIndex;
      return found[0];
    };
    const skip = () => take(/\s*/y);
    const word = () => take(/"(?:[^"\\]|\\.)*"|[^\s,:{}[\]]+/y);
    const value = (node) => {
      skip();
      const closes = { "{": "}", "[": "]" }[text[at]];
      if (!closes) word();
      else {
        at += 1;
        for (skip(); text[at] !== closes; skip()) {
          if (node.parts.size) take(/,\s*/y);
          const part = { from: at, to: text.length, parts: new Map() };
          const name = closes === "}" ? JSON.parse(word()) : String(node.parts.size);
          if (node.parts.has(name)) twice.set(name, part);
          node.parts.set(name, part);
          if (closes === "}") take(/\s*:/y);
          value(part);
        }
        at += 1;
      }
      node.to = at;
    };
    const root = { from: 0, to: text.length, parts: new Map() };
    try {
      value(root);
    } catch (problem) {
      if (!(problem instanceof SyntaxError)) throw problem;
    }
    return { root, twice };
  };

  const find = (text, place) => {
    const line = /^line (\d+) column (\d+)$/.exec(place);
    if (line) {
      const lines = text.split("\n").slice(0, Number(line[1]));
      const start = lines.slice(0, -1).reduce((sum, each) => sum + each.length + 1, 0);
      return { from: start, to: start + (lines.at(-1)?.length ?? 0) };
    }
    const { root, twice } = read(text);
    if (place.startsWith("twice ")) return twice.get(place.slice(6));
    let found;
    for (const step of place.split(".")) {
      const next = (found ?? root).parts.get(step);
      if (!next) break;
      found = next;
    }
    return found;
  };

  const go = (area, place) => {
    const found = find(area.value, place), said = document.querySelector("[data-place-said]");
    const lineOf = (at) => area.value.slice(0, at).split("\n").length;
    area.focus({ preventScroll: true });
    if (found) {
      const [first, last] = [lineOf(found.from), lineOf(found.to)];
      area.setSelectionRange(found.from, found.to);
      area.scrollTop = (first - 1 - ABOVE) * parseFloat(getComputedStyle(area).lineHeight);
      area.scrollLeft = 0;
      said.textContent = first === last ? `Line ${first} is selected.` : `Lines ${first} to ${last} are selected.`;
    } else said.textContent = "This stands in the text no more.";
    area.scrollIntoView({ block: "center", behavior: "instant" });
  };

  const text = () => document.querySelector("textarea.configuration-text");
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button[data-place]");
    if (!button || !text()) return;
    awaited = null;
    // What is under review is closed to typing; the button asks for it to be opened again.
    if (text().matches(":disabled")) awaited = button.dataset.place;
    else go(text(), button.dataset.place);
  });
  document.addEventListener("input", ({ target }) => {
    if (target === text()) document.querySelector("[data-place-said]").textContent = "";
  });
  new MutationObserver(() => {
    if (awaited === null || !text() || text().matches(":disabled")) return;
    const place = awaited;
    awaited = null;
    go(text(), place);
  }).observe(document.documentElement, { subtree: true, attributes: true, attributeFilter: ["disabled"] });
})();
