// The tree of producers opens and closes in the browser; files of a form go up as soon as they are chosen.
(() => {
  "use strict";

  const rowsOf = (tree) => [...tree.querySelectorAll(":scope > li")];
  const depthOf = (row) => Number(row.dataset.depth);
  const opener = (row) => row.querySelector("[aria-expanded]");
  const isOpen = (row) => opener(row)?.getAttribute("aria-expanded") === "true";

  // Whoever stands below somebody who is closed is hidden, however open they are themselves.
  const lay = (tree) => {
    let closedAt = Infinity;
    for (const row of rowsOf(tree)) {
      const depth = depthOf(row);
      if (depth <= closedAt) closedAt = Infinity;
      row.hidden = depth > closedAt;
      if (!row.hidden && opener(row) && !isOpen(row)) closedAt = depth;
    }
  };
  const turn = (row, open) => {
    opener(row)?.setAttribute("aria-expanded", String(open));
    lay(row.parentElement);
  };
  const firstOf = (row) => opener(row) ?? row.querySelector("a");

  document.addEventListener("click", (event) => {
    const button = event.target.closest?.(".tree [aria-expanded]");
    if (button) turn(button.closest("li"), button.getAttribute("aria-expanded") !== "true");
    const all = event.target.closest?.("[data-tree-all]");
    if (!all) return;
    const tree = document.querySelector(".tree");
    for (const row of rowsOf(tree)) opener(row)?.setAttribute("aria-expanded", all.dataset.treeAll);
    lay(tree);
  });

  const STEPS = {
    ArrowDown: (seen, at) => seen[at + 1],
    ArrowUp: (seen, at) => seen[at - 1],
    Home: (seen) => seen[0],
    End: (seen) => seen.at(-1),
  };
  document.addEventListener("keydown", (event) => {
    const row = event.target.closest?.(".tree > li");
    if (!row || event.altKey || event.ctrlKey || event.metaKey) return;
    const seen = rowsOf(row.parentElement).filter((each) => !each.hidden), at = seen.indexOf(row);
    let goal = STEPS[event.key]?.(seen, at);
    if (event.key === "ArrowRight") {
      if (opener(row) && !isOpen(row)) turn(row, true);
      else if (opener(row)) goal = seen[at + 1];
    } else if (event.key === "ArrowLeft") {
      if (isOpen(row)) turn(row, false);
      else goal = seen.slice(0, at).findLast((each) => depthOf(each) < depthOf(row));
    } else if (!STEPS[event.key]) return;
    event.preventDefault();
    if (goal) firstOf(goal).focus();
  });

  // Files. What the form sends is the reference that the portal answered with; the bytes are there already by then.
  const MOST = 25;
  const read = (held) => {
    try {
      const found = JSON.parse(held.value || "null");
      return Array.isArray(found) ? found : found ? [found] : [];
    } catch {
      return [];
    }
  };
  const keep = (held, found, many) => {
    const value = many ? found : found[0];
    held.value = found.length ? JSON.stringify(value) : "";
    held.dispatchEvent(new Event("input", { bubbles: true }));
  };
  const take = async (chooser, place) => {
    const held = place.querySelector("[data-media]"), told = place.querySelector("[role=status]");
    const many = place.dataset.mediaField === "many", file = chooser.files[0];
    if (!file) return;
    const most = Number(place.dataset.mediaMost || MOST);
    if (file.size > most * 1024 * 1024) {
      chooser.value = "";
      return void (told.textContent = `A file has at most ${most} MB.`);
    }
    const form = chooser.form, names = new URLSearchParams({ filename: file.name });
    const before = read(held);
    if (place.dataset.mediaOf) names.set("of", place.dataset.mediaOf);
    else if (!many && before.length) names.set("of", before[0].locator);
    told.textContent = `${file.name} is on its way.`;
    form?.setAttribute("data-uploads", "");
    try {
      const answer = await fetch(`/files?${names}`, { method: "POST", body: file });
      const found = await answer.json();
      if (!answer.ok) throw new Error(found.problem);
      keep(held, many ? [...before, found] : [found], many);
      told.textContent = `${file.name} is there${place.dataset.mediaSaid || ", and is kept when you save."}`;
    } catch (error) {
      told.textContent = error.name === "Error" && error.message ? error.message : "The file did not arrive. Try it again.";
    }
    form?.removeAttribute("data-uploads");
    chooser.value = "";
  };
  document.addEventListener("change", (event) => {
    const place = event.target.closest?.("[data-media-field]");
    if (place && event.target.matches("input[type=file]")) take(event.target, place);
  });
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("[data-media-away]");
    if (!button) return;
    const place = button.closest("[data-media-field]"), many = place.dataset.mediaField === "many";
    keep(place.querySelector("[data-media]"), [], many);
    place.querySelector("[role=status]").textContent = "What is there is taken away when you save.";
  });
  // Nothing is saved while a file is still on its way: it would be missing.
  addEventListener("submit", (event) => {
    if (!event.target.matches("[data-uploads]")) return;
    event.preventDefault();
    event.stopImmediatePropagation();
    event.target.querySelector("[data-media-field] [role=status]:not(:empty)")?.scrollIntoView({ block: "center" });
  }, true);
})();
