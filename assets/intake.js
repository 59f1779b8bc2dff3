// An intake form saves itself, group by group: soon after typing stops, and at once when a field is left. What could not
// be sent is kept in this window until it could be, over a lost connection and a page that is loaded anew. The page
// draws its inputs with what is saved and then leaves them alone; what is typed is read from them here.
(() => {
  "use strict";
  const { rowsOf, fieldsOf, valuesOf, clothe, fill } = window.intakeInputs;
  const PAUSE = 800, PATIENCE = 8000, UNDO = 8000, STORE = "portal.answers.", MOST_BEFORE = 5, MOST_LEFT = 60_000, PREVIEW = "preview-";
  const entries = new Map();
  let flight = null, count = 0, heard = "", wasAlive = false, lastSection = "", savedAt = "", said = "", over = "", silent = false;
  const run = [...crypto.getRandomValues(new Uint8Array(6))].map((each) => each.toString(16).padStart(2, "0")).join("");

  const wizard = () => document.querySelector("[data-submission]");
  const isAlive = () => document.querySelector("[data-alive]")?.dataset.alive === "true";
  const isLost = () => document.querySelector("[data-lost]")?.dataset.lost === "true";
  const outbox = () => document.querySelector("input[data-outbox]");
  const groupOf = (node) => node.closest?.("[data-answers]");
  const groupAt = (entry) =>
    wizard()?.dataset.submission === entry.of ? document.querySelector(`[data-answers="${CSS.escape(entry.path)}"]`) : null;

  // What waits outlasts a page that is loaded anew: in this tab alone, and only until it is saved.
  const nameOf = (entry) => `${STORE}${entry.of} ${entry.path}`;
  const keep = (entry) => {
    // A preview keeps nothing.
    if (entry.of.startsWith(PREVIEW)) return;
    const { of, path, version, rows, changed, fresh, out, redraw } = entry;
    const before = beforeOf(entry);
    // Whose it is stays known while the page is not drawn, as after a lost connection.
    const by = (entry.by = wizard()?.dataset.by ?? entry.by);
    try {
      sessionStorage.setItem(nameOf(entry), JSON.stringify({ of, path, by, version, rows, changed: [...changed], before, fresh, out, redraw }));
    } catch {
      // A full or forbidden store: it is still in this page's memory.
    }
  };
  // What is on its way may be saved by the time that what was typed since is sent by another way, or by this page anew.
  const beforeOf = (entry) => (flight?.entry === entry ? withSent(entry, flight.rows) : entry.before);
  const withSent = (entry, rows) => [...entry.before, rows.map((row) => row.values)].slice(-MOST_BEFORE);
  const entryOf = (of, path) => {
    const name = `${of} ${path}`;
    if (!entries.has(name))
      entries.set(name, { of, path, version: 0, rows: null, changed: new Set(), before: [], fresh: [], out: [], redraw: false });
    return entries.get(name);
  };
  const recall = () => {
    const whose = wizard().dataset.by;
    // In a preview nobody's answers are asked for.
    if (!whose) return;
    // What somebody typed whose session ended in this tab is nobody else's to see or to send.
    for (const entry of entries.values()) if (entry.rows && entry.by !== whose) letGo(entry);
    for (const name of Object.keys(sessionStorage).filter((each) => each.startsWith(STORE))) {
      try {
        const { of, path, by, changed, ...rest } = JSON.parse(sessionStorage.getItem(name));
        if (by !== whose) throw new Error("somebody else's");
        const entry = entryOf(of, path);
        if (!entry.rows) Object.assign(entry, { out: [] }, rest, { by, changed: new Set(changed) });
      } catch {
        sessionStorage.removeItem(name);
      }
    }
  };

  const collect = (group, entry) => {
    const rows = rowsOf(group);
    const there = rows.filter((row) => row.dataset.going !== "gone").map((row) => ({ key: row.dataset.row, values: valuesOf(row) }));
    entry.fresh = entry.fresh.filter((key) => !rows.some((row) => row.dataset.row === key));
    const gone = rows.flatMap((row, at) => (row.dataset.going === "gone" ? at + 1 : []));
    // What was taken out and is drawn without it stays so until it is answered; where it is drawn, it is there again.
    if (gone.length || rows.length > (entry.rows?.length ?? 0)) entry.out = gone;
    // What waits and is not drawn yet, as after a page was loaded anew, waits on.
    const isDrawn = ({ key }) => rows.some((row) => row.dataset.row === key);
    const ahead = (entry.rows ?? []).filter((each) => !isDrawn(each) && !entry.fresh.includes(each.key));
    return [...there, ...ahead, ...entry.fresh.map((key) => ({ key, values: {} }))];
  };

  // What the page says of it. Seen at once; read out only when it changes in kind, or with the next minute.
  const show = (words, { again = false, aloud = words } = {}) => {
    const seen = document.querySelector("[data-save-words]"), spoken = document.querySelector("[data-save-said]");
    if (!seen || !spoken) return;
    if (seen.textContent !== words) seen.textContent = words;
    if (aloud !== null && said !== aloud) spoken.textContent = said = aloud;
    const button = document.querySelector("[data-save-again]");
    if (button.hidden === again) button.hidden = !again;
  };
  const tell = () => {
    // Between two answers one can only choose where they are.
    const waiting = [...entries.values()].filter((entry) => entry.rows && !(entry.isChoice && entry.of !== wizard()?.dataset.submission));
    const blocked = waiting.find((entry) => entry.trouble);
    if (blocked) show(`Not saved: ${blocked.trouble}`, { again: !blocked.isChoice });
    else if (waiting.length && navigator.onLine === false) show("Not saved: there is no connection. It is kept here, and sent when it is back.", { again: true });
    else if (waiting.length && isLost()) show("Not saved: the connection is lost. It is kept here, and sent when it is back.", { again: true });
    else if (waiting.length && silent) show("Not saved: the portal does not answer. What you typed is kept here.", { again: true });
    else if (waiting.length) show("Saving…", { aloud: null });
    else show(savedAt ? `Saved ${savedAt}` : "");
  };

  // Sending: one group at a time, each until it is answered.
  const touch = (group, { soon = false, changed = [] } = {}) => {
    const of = wizard()?.dataset.submission;
    if (!of) return;
    const entry = entryOf(of, group.dataset.answers);
    if (!entry.rows) entry.version = Math.max(entry.version, Number(group.dataset.version) || 0);
    entry.rows = collect(group, entry);
    for (const each of changed) entry.changed.add(each);
    if (!entry.isChoice) entry.trouble = "";
    keep(entry);
    clearTimeout(entry.timer);
    entry.timer = setTimeout(() => send(entry), soon ? 0 : PAUSE);
    tell();
  };
  const send = (entry) => {
    clearTimeout(entry.timer);
    entry.timer = 0;
    if (!entry.rows || entry.trouble || flight || !isAlive() || isLost() || !outbox()) return tell();
    const sent = letter(entry), { number, rows, redraw, changed, out } = sent;
    flight = { entry, number, rows, redraw, changed, out, at: performance.now() };
    flight.timer = setTimeout(() => unanswered(flight), PATIENCE);
    // Past React's own setter, or it takes the field for unchanged.
    Object.getOwnPropertyDescriptor(HTMLInputElement.prototype, "value").set.call(outbox(), JSON.stringify(sent));
    outbox().dispatchEvent(new Event("input", { bubbles: true }));
    tell();
  };
  const letter = (entry) => {
    const { of, path, by, version, rows, fresh, out, redraw } = entry, group = groupAt(entry);
    const proposed = group ? fieldsOf(group).filter(isProposed).map((field) => field.id) : [], number = `${run}.${++count}`;
    return { of, path, by, number, version, rows, before: beforeOf(entry), changed: [...entry.changed], proposed, fresh, out, redraw };
  };
  // The answer to what is on its way draws nothing of what was done since.
  const drawAnew = (entry) => {
    entry.redraw = true;
    if (flight?.entry === entry) flight.redraw = false;
  };
  const sendAll = () => {
    for (const entry of inOrder()) if (!flight) send(entry);
  };
  // What names rows by their number is sent after those that were taken out, of which it is told then.
  const inOrder = () => [...entries.values()].filter((each) => each.rows).sort((one, other) => other.out.length - one.out.length);
  // A page that goes takes its connection with it: what waits is sent in a request that outlasts it, and may be saved
  // twice, which is nothing. Rows that were taken out go last: what names others there is renumbered with them.
  const leaving = () => inOrder().reverse().filter((entry) => !entry.trouble && !entry.of.startsWith(PREVIEW));
  const leave = () => {
    const going = leaving().filter((entry) => entry.left !== entry.rows);
    if (!going.length) return;
    const body = going.map((entry) => JSON.stringify(letter(entry))).join("\n");
    fetch("/answers", { method: "POST", keepalive: true, body }).catch(() => {});
    for (const entry of going) {
      entry.left = entry.rows;
      entry.before = withSent({ before: beforeOf(entry) }, entry.rows);
      keep(entry);
    }
  };
  const isTooMuch = () => new Blob(leaving().map((entry) => JSON.stringify(letter(entry)))).size > MOST_LEFT;
  // It may have been saved all the same: the next one says what it was.
  const giveUp = () => {
    if (!flight) return;
    clearTimeout(flight.timer);
    const { entry, rows } = flight;
    flight = null;
    entry.before = withSent(entry, rows);
    if (entry.rows) keep(entry);
  };
  const unanswered = (late) => {
    if (flight !== late) return;
    // Said until it answers, whatever is sent once more meanwhile.
    silent = true;
    tell();
    giveUp();
    if (isAlive()) sendAll();
  };
  const answered = () => {
    const acked = wizard()?.dataset.acked;
    if (!acked || acked === heard) return;
    heard = acked;
    if (!flight) return;
    const { entry, number, rows, redraw, changed, out } = flight, answer = JSON.parse(acked)[entry.path];
    if (answer?.number !== number) return;
    clearTimeout(flight.timer);
    [flight, silent] = [null, false];
    if (answer.outcome === "saved") {
      Object.assign(entry, { version: answer.version, before: [], trouble: "", isChoice: false });
      for (const each of changed) entry.changed.delete(each);
      // They are drawn with this answer, or as any other row where their section is opened again.
      entry.fresh = entry.fresh.filter((key) => !rows.some((row) => row.key === key));
      entry.out = entry.out.filter((each) => !out.includes(each)).map((each) => each - out.filter((one) => one < each).length);
      if (redraw) entry.redraw = false;
      savedAt = answer.at;
      if (JSON.stringify(rows) === JSON.stringify(entry.rows) && !entry.redraw) {
        entry.rows = null;
        sessionStorage.removeItem(nameOf(entry));
      } else keep(entry);
      renumber(entry.of, answer.out, answer.naming);
      if (groupAt(entry)) propose(answer.fills);
      drawn(entry);
    } else Object.assign(entry, { trouble: answer.told, isChoice: answer.outcome !== "failed", theirs: answer.version });
    tell();
    sendAll();
  };
  // Rows were taken out of the group: what names others of them by their number goes on naming those, sent or not.
  const renumber = (of, out = [], naming = {}) => {
    const now = (value) => {
      const before = out.filter((each) => each < Number(value)).length;
      return out.includes(Number(value)) ? "" : before ? String(value - before) : value;
    };
    for (const [path, { names, version, rows }] of Object.entries(naming)) {
      const entry = entryOf(of, path), group = groupAt(entry);
      if (entry.rows) {
        const renamed = (values) => {
          const changed = { ...values };
          for (const name of names) if (values[name] && !(changed[name] = now(values[name]))) delete changed[name];
          return changed;
        };
        entry.rows = entry.rows.map(({ key, values }) => ({ key, values: renamed(values) }));
        entry.before = entry.before.map((each) => each.map(renamed));
        if (entry.version === version.before) entry.version = version.now;
        keep(entry);
      }
      for (const [at, row] of group ? rowsOf(group).entries() : [])
        fill(row, entry.rows?.[at]?.values ?? rows[at] ?? {}, fieldsOf(row).filter((field) => names.includes(field.dataset.field)));
    }
  };
  // What a VIN or a ZIP code told: only where nothing stands, or still what was told before.
  const isProposed = (field) => field.value !== "" && field.value === field.dataset.proposed;
  const propose = (fills) => {
    for (const [id, value] of Object.entries(fills ?? {})) {
      const field = document.getElementById(id);
      if (!field || (field.value && !isProposed(field))) continue;
      field.value = field.dataset.proposed = value;
      // Whoever is about to type there types over it.
      if (field === document.activeElement) field.select?.();
      field.dispatchEvent(new Event("input", { bubbles: true }));
      touch(groupOf(field), { soon: true });
    }
  };
  // A row that was added has come: it gets the focus.
  const drawn = (entry) => {
    const row = entry.focus && document.querySelector(`[data-answers="${CSS.escape(entry.path)}"] [data-row="${CSS.escape(entry.focus)}"]`);
    if (!row) return;
    entry.focus = "";
    fieldsOf(row)[0]?.focus();
  };

  // What people do.
  document.addEventListener("input", (event) => {
    const group = event.target.matches?.("[data-field]") && groupOf(event.target);
    if (group) touch(group, { changed: [event.target.id || event.target.name], soon: event.target.matches("select, [type=radio], [type=checkbox]") });
  });
  document.addEventListener("focusout", (event) => {
    const group = event.target.matches?.("[data-field]") && groupOf(event.target), of = wizard()?.dataset.submission;
    if (!group || !of) return;
    event.target.closest(".intake-field")?.setAttribute("data-left", "");
    const entry = entryOf(of, group.dataset.answers);
    if (entry.rows) send(entry);
  });
  document.addEventListener("focusin", (event) => {
    const field = event.target.matches?.("[data-field]") && event.target.closest(".intake-field");
    if (field && field.querySelector(".intake-said")) field.setAttribute("data-left", "");
  });
  // A row that is removed is sent as it was for as long as it can be had back: what names it elsewhere is lost with it.
  const remove = (row) => {
    const of = wizard()?.dataset.submission;
    row.dataset.going = "undo";
    row.querySelector("[data-row-undo]").focus();
    row.leaving = setTimeout(() => {
      row.leaving = null;
      // What is drawn by then, there or for another draft, is not this one's.
      if (!row.isConnected || wizard()?.dataset.submission !== of) return;
      const going = rowsOf(groupOf(row)).filter((each) => each.dataset.going === "undo");
      // With one of them all would be drawn anew: they go with the last.
      if (!going.some((each) => each.leaving)) takeOut(going);
    }, UNDO);
  };
  const takeOut = (rows) => {
    for (const row of rows.filter((each) => each.dataset.going === "undo")) {
      const group = groupOf(row), hadFocus = row.contains(document.activeElement);
      row.dataset.going = "gone";
      drawAnew(entryOf(wizard().dataset.submission, group.dataset.answers));
      touch(group, { soon: true });
      if (hadFocus) (group.querySelector("[data-row-add]") ?? group).focus();
    }
  };
  const takeOutAll = (of = document) => takeOut([...of.querySelectorAll("[data-going]")]);
  const bringBack = (row) => {
    const wasSent = row.dataset.going === "gone", of = wizard()?.dataset.submission;
    row.leaving = clearTimeout(row.leaving);
    delete row.dataset.going;
    if (wasSent) {
      entryOf(of, groupOf(row).dataset.answers).out = [];
      touch(groupOf(row), { soon: true });
    }
    row.querySelector("[data-row-remove]").focus();
  };
  const add = (group) => {
    takeOutAll(group);
    const entry = entryOf(wizard().dataset.submission, group.dataset.answers), key = `n${run}${++count}`;
    drawAnew(entry);
    Object.assign(entry, { focus: key, fresh: [...entry.fresh, key] });
    touch(group, { soon: true });
  };
  const letGo = (entry) => {
    Object.assign(entry, { rows: null, version: 0, before: [], fresh: [], out: [], redraw: false, trouble: "", isChoice: false });
    entry.changed.clear();
    sessionStorage.removeItem(nameOf(entry));
  };
  const choose = (group, whose) => {
    const entry = entryOf(wizard().dataset.submission, group.dataset.answers);
    if (whose === "mine") {
      Object.assign(entry, { trouble: "", isChoice: false, version: entry.theirs ?? entry.version });
      return touch(group, { soon: true });
    }
    letGo(entry);
    tell();
  };
  // What came too late to be saved was told, and read.
  const forget = () => {
    for (const entry of entries.values()) if (entry.of === wizard()?.dataset.submission) letGo(entry);
  };
  document.addEventListener("click", (event) => {
    const at = (selector) => event.target.closest?.(selector);
    if (at("[data-row-remove]")) remove(at("[data-row]"));
    else if (at("[data-row-undo]")) bringBack(at("[data-row]"));
    else if (at("[data-row-add]")) add(groupOf(event.target));
    else if (at("[data-forget]")) forget();
    else if (at("[data-choose]")) choose(groupOf(event.target), at("[data-choose]").dataset.choose);
    else if (at("[data-save-again]")) {
      for (const entry of entries.values()) if (!entry.isChoice) entry.trouble = "";
      giveUp();
      sendAll();
    }
  });
  // Before another section opens, and before the page goes, what waits is on its way.
  const goOn = () => {
    takeOutAll();
    sendAll();
  };
  document.addEventListener("click", (event) => event.target.closest?.("a[href]") && goOn(), true);
  addEventListener("popstate", goOn, true);
  document.addEventListener("visibilitychange", () => {
    if (!document.hidden) return;
    leave();
    sendAll();
  });
  addEventListener("pagehide", () => {
    takeOutAll();
    leave();
  });
  addEventListener("online", sendAll);
  addEventListener("offline", tell);

  // The inputs of a group have come, or come anew: what waits is put into them again, and sent.
  const arrive = (inputs, alive) => {
    const group = groupOf(inputs), page = wizard();
    const entry = entryOf(page.dataset.submission, group.dataset.answers);
    // What this window keeps is looked up only once the page is alive.
    if (!alive && !entry.rows) return;
    inputs.dataset.seen = "";
    if (!entry.rows || entry.by !== page.dataset.by) return;
    // The page that told of both forgot it with the section: sent again, both are told anew.
    if (entry.isChoice) Object.assign(entry, { trouble: "", isChoice: false });
    const rows = rowsOf(group);
    const isWhole = rows.length === entry.rows.length;
    if (isWhole) entry.fresh = [];
    else drawAnew(entry);
    // A row that is drawn already keeps its inputs when others come or go: they are filled here or not at all.
    const stay = rows.length > entry.rows.length ? rows.filter((row, at) => !entry.out.includes(at + 1)) : rows;
    entry.rows = entry.rows.map((each, at) => {
      // Its key may be that of another row by now.
      if (!stay[at]) return entry.fresh.includes(each.key) ? each : { key: `n${run}${++count}`, values: each.values };
      fill(stay[at], each.values);
      return { key: stay[at].dataset.row, values: each.values };
    });
    keep(entry);
  };
  const goTo = () => {
    const heading = document.querySelector("[data-section]");
    // Only when the section that the address names has come: until then the one before is drawn.
    if (!heading || !location.pathname.endsWith(`/${heading.dataset.section}`)) return;
    const place = `${location.pathname}${location.hash}`;
    if (place === lastSection) return;
    const field = location.hash && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    const isFirst = !lastSection;
    lastSection = place;
    if (field) {
      const input = field.matches("fieldset") ? (field.querySelector("input") ?? field) : field;
      input.focus({ preventScroll: true });
      field.scrollIntoView({ block: "center" });
    } else if (!isFirst) heading.focus({ preventScroll: true });
  };
  const look = () => {
    const alive = isAlive(), page = wizard();
    if (!/^\/submissions\/[^/]+\/edit\//.test(location.pathname)) lastSection = "";
    if (!page && alive) heard = "";
    const isBack = alive && !wasAlive && page;
    if (isBack) recall();
    // Before any answer is heard: inputs may be drawn with what was saved before what they then answer.
    if (page) for (const inputs of document.querySelectorAll("[data-answers] > .intake-rows:not([data-seen])")) arrive(inputs, alive);
    // The answer to what was sent before another section was opened comes while that one is on its way.
    if (page) answered();
    if (isBack) giveUp();
    if (alive && page && "over" in page.dataset && over !== page.dataset.submission) {
      // Handed in, here or elsewhere: what waits for somebody to choose is sent, to be told of as too late.
      over = page.dataset.submission;
      for (const entry of entries.values()) if (entry.of === over) Object.assign(entry, { trouble: "", isChoice: false });
    }
    if (alive && page) {
      clothe();
      for (const entry of entries.values()) drawn(entry);
      if (!wasAlive) for (const entry of entries.values()) if (!entry.isChoice) entry.trouble = "";
      goTo();
      if (!flight) sendWaiting();
      tell();
    }
    wasAlive = alive && Boolean(page);
  };
  // What was left over from before, and what could not be sent while a section was on its way.
  const sendWaiting = () => {
    for (const entry of inOrder()) if (!entry.timer && !flight) send(entry);
  };
  for (const kind of ["online", "offline"]) addEventListener(kind, tell);
  // A tab that is closed takes along what it holds: asked first where that cannot be sent just now.
  addEventListener("beforeunload", (event) => {
    const stuck = silent || isLost() || navigator.onLine === false || isTooMuch();
    if ([...entries.values()].some((entry) => entry.rows && (stuck || entry.trouble))) event.preventDefault();
  });
  new MutationObserver(look).observe(document.documentElement, {
    subtree: true, childList: true, attributes: true, attributeFilter: ["data-alive", "data-lost", "data-acked"],
  });
  // The page may have been drawn before this came.
  look();
})();
