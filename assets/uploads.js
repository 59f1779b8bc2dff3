// Files of a submission go up as soon as they are there: two at a time, each with its bar, again after a lost
// connection. What is taken away goes after eight seconds in which it can be had back.
(() => {
  "use strict";
  const MOST = 25 * 1024 * 1024, AT_ONCE = 2, UNDO = 8000, PAUSES = [2000, 5000, 10000];
  const LOST = "The connection was lost. Try again when you are back.";
  const waiting = [], running = new Set(), going = new Map();

  const newKey = () => [...crypto.getRandomValues(new Uint8Array(16))].map((each) => each.toString(16).padStart(2, "0")).join("");
  const made = (tag, className, text) => {
    const found = document.createElement(tag);
    found.className = className;
    if (text) found.textContent = text;
    return found;
  };
  const say = (place, words) => (place.querySelector("[data-upload-said]").textContent = words);

  // One file on its way: its row is the script's own, in a list that the page draws empty.
  class Upload {
    constructor(place, file) {
      Object.assign(this, { place, file, key: newKey(), tries: 0 });
      this.row = made("li", "upload-row");
      this.name = made("span", "upload-name breakable", file.name);
      this.bar = made("progress", "upload-bar");
      this.bar.max = 100;
      this.bar.value = 0;
      this.bar.setAttribute("aria-label", `${file.name} is going up`);
      this.told = made("span", "meta upload-told", "Waiting");
      this.again = this.button("Try again", () => this.queue());
      this.away = this.button("Stop", () => this.stop());
      this.again.hidden = true;
      this.row.append(this.name, this.bar, this.told, this.again, this.away);
      place.querySelector("[data-upload-rows]").append(this.row);
    }
    button(words, act) {
      const found = made("button", "button button-quiet button-small", words);
      found.type = "button";
      const name = made("span", "visually-hidden", ` ${this.file.name}`);
      found.append(name);
      found.addEventListener("click", act);
      return found;
    }
    queue() {
      clearTimeout(this.pause);
      this.pause = null;
      this.row.classList.remove("upload-failed");
      this.again.hidden = true;
      this.bar.hidden = false;
      this.told.textContent = "Waiting";
      this.away.firstChild.textContent = "Stop";
      if (!waiting.includes(this)) waiting.push(this);
      next();
    }
    start() {
      running.add(this);
      const names = { of: this.place.dataset.uploadTo, kind: this.place.dataset.uploadKind };
      if (this.place.dataset.uploadItem) names.item = this.place.dataset.uploadItem;
      const asked = new URLSearchParams({ ...names, filename: this.file.name, upload_key: this.key });
      const request = (this.request = new XMLHttpRequest());
      request.open("POST", `/files?${asked}`);
      request.upload.addEventListener("progress", ({ loaded, total }) => this.show(loaded, total));
      request.addEventListener("load", () => this.answered(request));
      request.addEventListener("error", () => this.lost());
      request.addEventListener("loadend", () => {
        running.delete(this);
        next();
      });
      this.show(0, this.file.size);
      request.send(this.file);
    }
    show(loaded, total) {
      const part = total ? Math.floor((100 * loaded) / total) : 0;
      this.bar.value = part;
      this.told.textContent = part < 100 ? `${part} %` : "Being looked at";
    }
    answered({ status, responseText, responseURL }) {
      let found = {};
      try {
        found = JSON.parse(responseText);
      } catch {
        // What is no answer of ours says nothing; a page to sign in is one.
        if (/\/sign-in(\?|$)/.test(responseURL)) return this.failed("You are signed out. Sign in again in another tab, then try again.", true);
      }
      if (status === 201) return this.there(found);
      if (status >= 500 || !found.problem) return this.lost(found.problem);
      this.failed(found.problem, status === 429);
    }
    there(found) {
      this.locator = found.locator;
      this.bar.hidden = true;
      this.told.textContent = found.scan === "waiting" ? "Is there, and is being checked" : "Is there";
      this.away.firstChild.textContent = "Dismiss";
      this.same = found.again;
      if (this.same) this.told.textContent = `The same file is there already, as ${found.filename}. It was not kept twice.`;
      say(this.place, this.same ? this.told.textContent : `${found.filename} is there.`);
      this.place.querySelector("[data-upload-done]")?.click();
      settle();
    }
    // Where a field asks for the file, it is chosen there as soon as the page offers it, once.
    choose() {
      const field = document.getElementById(this.place.dataset.uploadField);
      if (this.chosen || !field || ![...field.options].some((each) => each.value === this.locator)) return;
      this.chosen = true;
      field.value = this.locator;
    }
    lost(sentence) {
      if (this.tries < PAUSES.length) {
        this.told.textContent = "Connection lost. Trying again";
        this.pause = setTimeout(() => this.queue(), PAUSES[this.tries++]);
      } else this.failed(sentence || LOST, true);
    }
    failed(sentence, canTry) {
      this.tries = 0;
      this.row.classList.add("upload-failed");
      this.bar.hidden = true;
      this.told.textContent = sentence;
      this.again.hidden = !canTry;
      this.away.firstChild.textContent = "Dismiss";
      say(this.place, `${this.file.name}: ${sentence}`);
    }
    stop() {
      clearTimeout(this.pause);
      rows.delete(this);
      if (waiting.includes(this)) waiting.splice(waiting.indexOf(this), 1);
      this.request?.abort();
      this.row.remove();
    }
  }

  const next = () => {
    while (running.size < AT_ONCE && waiting.length) waiting.shift().start();
  };
  const take = (place, files) => {
    for (const file of files) {
      const upload = new Upload(place, file);
      rows.add(upload);
      if (file.size > MOST) upload.failed("A file has at most 25 MB.", false);
      else if (!file.size) upload.failed("The file is empty.", false);
      else upload.queue();
    }
  };

  // A row goes when the page itself shows what became of it; one that says why nothing new is there stays.
  const rows = new Set();
  const settle = () => {
    for (const each of [...rows].filter((one) => one.locator)) {
      each.choose();
      if (!each.same && document.querySelector(`[data-document="${each.locator}"]`)) {
        each.row.remove();
        rows.delete(each);
      }
    }
  };
  new MutationObserver(() => rows.size && settle()).observe(document, { childList: true, subtree: true });

  document.addEventListener("change", (event) => {
    const chooser = event.target.closest?.("[data-upload-choose]");
    if (!chooser) return;
    take(chooser.closest("[data-upload-to]"), [...chooser.files]);
    chooser.value = "";
  });
  const over = (event) => {
    const found = event.target.closest?.("[data-upload-drop]");
    for (const each of document.querySelectorAll(".upload-over")) if (each !== found) each.classList.remove("upload-over");
    return event.dataTransfer?.types.includes("Files") ? found : null;
  };
  // A file that misses the place would be opened by the browser, in place of the page.
  document.addEventListener("dragover", (event) => {
    const found = over(event);
    if (!document.querySelector("[data-upload-to]")) return;
    event.preventDefault();
    if (found) found.classList.add("upload-over");
    else event.dataTransfer.dropEffect = "none";
  });
  document.addEventListener("dragleave", (event) => {
    if (!event.relatedTarget) over({ target: document });
  });
  document.addEventListener("drop", (event) => {
    const found = over(event);
    if (!document.querySelector("[data-upload-to]")) return;
    event.preventDefault();
    found?.classList.remove("upload-over");
    if (found) take(found.closest("[data-upload-to]"), [...event.dataTransfer.files]);
  });
  addEventListener("online", () => {
    for (const each of rows) if (each.pause) each.queue();
  });
  addEventListener("beforeunload", (event) => {
    if (running.size || waiting.length) event.preventDefault();
  });

  // Taking away: asked of the portal when the time for an undo is over, or the page is left.
  const away = async (locator) => {
    const { place, item, timer } = going.get(locator);
    clearTimeout(timer);
    going.delete(locator);
    const of = new URLSearchParams({ of: place.dataset.uploadTo });
    let sentence = "The file was not removed: the connection was lost. Try it again.";
    try {
      const answer = await fetch(`/files/${locator}?${of}`, { method: "DELETE", keepalive: true });
      if (answer.ok || answer.status === 404) {
        item.hidden = true;
        return say(place, "The file was removed.");
      }
      sentence = (await answer.json()).problem || sentence;
    } catch {
      // The sentence above holds.
    }
    delete item.dataset.going;
    say(place, sentence);
    const told = made("p", "hint hint-bad", sentence);
    place.querySelector("[data-upload-rows]").append(told);
    setTimeout(() => told.remove(), UNDO);
  };
  document.addEventListener("click", (event) => {
    const remove = event.target.closest?.("[data-upload-remove]"), undo = event.target.closest?.("[data-upload-undo]");
    const item = (remove || undo)?.closest("[data-document]");
    if (!item) return;
    const locator = item.dataset.document, place = item.closest("[data-upload-to]");
    if (remove && !going.has(locator)) {
      going.set(locator, { place, item, timer: setTimeout(() => away(locator), UNDO) });
      item.dataset.going = "";
      item.querySelector("[data-upload-undo]").focus();
      say(place, "The file is removed in eight seconds.");
    } else if (undo && going.has(locator)) {
      clearTimeout(going.get(locator).timer);
      going.delete(locator);
      delete item.dataset.going;
      item.querySelector("[data-upload-remove]").focus();
      say(place, "The file stays.");
    }
  });
  addEventListener("pagehide", () => [...going.keys()].forEach(away));
})();
