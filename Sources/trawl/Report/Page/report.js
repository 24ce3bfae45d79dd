"use strict";
(() => {
  // Rows on a page of a table: as many as the file has as plain HTML, so that nothing jumps.
  const pageRows = 50;
  const counted = new Intl.NumberFormat("en-US");

  // Undoes what PackedTable did.
  const texts = (column) => {
    const { rests, shared } = column;
    const found = new Array(rests.length);
    let previous = "";
    for (let i = 0; i < rests.length; i++) {
      const rest = rests[i];
      if (rest === null) { found[i] = null; continue; }
      previous = shared[i] === 0 ? rest : previous.slice(0, shared[i]) + rest;
      found[i] = previous;
    }
    if (!column.places) return found;
    const { places } = column;
    const spread = new Array(places.length);
    for (let i = 0; i < places.length; i++) spread[i] = places[i] < 0 ? null : found[places[i]];
    return spread;
  };

  const element = (name, properties, ...children) => {
    const made = document.createElement(name);
    for (const [key, value] of Object.entries(properties || {})) {
      if (key in made && key !== "role") made[key] = value; else made.setAttribute(key, value);
    }
    made.append(...children);
    return made;
  };

  const numberText = (value, kind) => {
    if (value === null) return "";
    if (kind === "status") return String(value);
    if (kind === "instant") return new Date(value).toISOString().slice(0, 19).replace("T", " ");
    return counted.format(value);
  };

  // A URL may be followed where it is whole and one of HTTP.
  const isLink = (text) => {
    if (!/^https?:\/\/[\x21-\x7e]+$/.test(text) || text.includes("\\u{")) return false;
    try { return new URL(text).href.startsWith("http"); } catch { return false; }
  };

  const cell = (value, kind) => {
    if (value === null) return element("td");
    if (typeof value === "number") return element("td", { className: kind, textContent: numberText(value, kind) });
    if (kind === "url") {
      const made = element("td", { className: "url" });
      if (isLink(value)) made.append(element("a", { href: value, rel: "noreferrer noopener", textContent: value }));
      else made.textContent = value;
      return made;
    }
    const made = element("td", { className: kind === "word" ? "word" : "", textContent: value });
    if (kind === "text") made.setAttribute("dir", "auto");
    return made;
  };

  class Table {
    constructor(section) {
      this.section = section;
      this.id = section.id;
      this.body = section.querySelector("tbody");
      this.heads = [...section.querySelectorAll("thead th")];
      this.kinds = this.heads.map((head) => head.dataset.kind);
      this.headings = this.heads.map((head) => head.textContent);
      this.inFile = Number(section.dataset.rows);
      this.total = Number(section.dataset.total);
      this.state = { filter: "", sort: -1, down: false, page: 0 };
      this.columns = null;
      this.order = null;
      this.build();
    }

    build() {
      const name = this.section.querySelector("h3").firstChild.textContent.trim();
      this.input = element("input", { type: "search", autocomplete: "off", spellcheck: false });
      this.status = element("p", { role: "status" });
      const save = element("button", { type: "button", textContent: "Save as CSV" });
      const label = element("label", {}, `Filter ${counted.format(this.inFile)} rows `, this.input);
      this.input.setAttribute("aria-label", `Filter ${counted.format(this.inFile)} rows of: ${name}`);
      save.setAttribute("aria-label", `Save these rows as CSV: ${name}`);
      this.section.querySelector(".scroll").before(element("div", { className: "tools" }, label, save, this.status));
      let wait = 0;
      this.input.addEventListener("input", () => {
        clearTimeout(wait);
        wait = setTimeout(() => this.change({ filter: this.input.value, page: 0 }), 100);
      });
      save.addEventListener("click", () => this.save());
      this.heads.forEach((head, index) => {
        const button = element("button", { type: "button", textContent: head.textContent });
        button.addEventListener("click", () => this.sort(index));
        head.replaceChildren(button);
      });
      this.previous = element("button", { type: "button", textContent: "Previous" });
      this.next = element("button", { type: "button", textContent: "Next" });
      this.previous.setAttribute("aria-label", `Previous rows of: ${name}`);
      this.next.setAttribute("aria-label", `Next rows of: ${name}`);
      this.place = element("p");
      this.previous.addEventListener("click", () => this.change({ page: this.state.page - 1 }));
      this.next.addEventListener("click", () => this.change({ page: this.state.page + 1 }));
      this.pager = element("div", { className: "pager" }, this.previous, this.place, this.next);
      this.section.querySelector(".scroll").after(this.pager);
      const rest = this.section.querySelector(".rest");
      // On paper it still has to say so.
      if (rest && this.inFile >= this.total) rest.classList.add("on-paper");
      this.showPlace(this.inFile);
    }

    // The rows, from the data or, where there are few, from the page itself.
    load() {
      if (this.columns) return;
      const block = document.getElementById(`data-${this.id}`);
      if (block) {
        const data = JSON.parse(block.textContent);
        this.columns = data.columns.map((column) => column.numbers || texts(column));
        this.inFile = data.rows;
      } else {
        const rows = [...this.body.rows];
        this.inFile = rows.length;
        this.columns = this.kinds.map((kind, index) => rows.map((row) => {
          const text = row.cells[index].textContent;
          if (text === "") return null;
          if (kind === "number" || kind === "status") return Number(text.replaceAll(",", ""));
          return kind === "instant" ? Date.parse(text.replace(" ", "T") + "Z") : text;
        }));
      }
    }

    sort(index) {
      const isNumber = ["number", "status", "instant"].includes(this.kinds[index]);
      const down = this.state.sort === index ? !this.state.down : isNumber && this.kinds[index] !== "status";
      this.change({ sort: index, down, page: 0 });
    }

    // What passes the filter, in order.
    arrange() {
      const count = this.inFile;
      const words = this.state.filter.toLowerCase().split(/\s+/).filter(Boolean);
      let kept = new Uint32Array(count);
      let length = 0;
      if (words.length === 0) {
        for (; length < count; length++) kept[length] = length;
      } else {
        this.lower ||= this.columns.map((column, index) =>
          ["number", "instant"].includes(this.kinds[index]) ? null
            : column.map((value) => value === null ? "" : String(value).toLowerCase()));
        const searched = this.lower.filter(Boolean);
        for (let row = 0; row < count; row++) {
          if (words.every((word) => searched.some((column) => column[row].includes(word)))) kept[length++] = row;
        }
        kept = kept.subarray(0, length);
      }
      const { sort, down } = this.state;
      if (sort >= 0) {
        const values = this.columns[sort];
        const sign = down ? -1 : 1;
        // Nothing comes last, whichever way.
        kept.sort((a, b) => {
          const [x, y] = [values[a], values[b]];
          if (x === y) return a - b;
          if (x === null) return 1;
          if (y === null) return -1;
          return x < y ? -sign : sign;
        });
      }
      this.order = kept;
    }

    change(changes, isSilent) {
      this.load();
      const isOther = this.order === null || "filter" in changes || "sort" in changes;
      Object.assign(this.state, changes);
      if (isOther) this.arrange();
      const pages = Math.max(1, Math.ceil(this.order.length / pageRows));
      this.state.page = Math.min(Math.max(0, this.state.page), pages - 1);
      this.draw();
      if (!isSilent) this.remember();
    }

    draw() {
      const start = this.state.page * pageRows;
      const rows = [];
      for (const row of this.order.subarray(start, start + pageRows)) {
        rows.push(element("tr", {}, ...this.columns.map((column, index) => cell(column[row], this.kinds[index]))));
      }
      this.body.replaceChildren(...rows);
      this.heads.forEach((head, index) => {
        if (index === this.state.sort) head.setAttribute("aria-sort", this.state.down ? "descending" : "ascending");
        else head.removeAttribute("aria-sort");
        head.firstChild.textContent = this.headings[index] + (index !== this.state.sort ? "" : this.state.down ? " ▼" : " ▲");
      });
      this.showPlace(this.order.length);
      this.status.textContent = this.state.filter
        ? `${counted.format(this.order.length)} of ${counted.format(this.inFile)} rows` : "";
    }

    showPlace(count) {
      const pages = Math.max(1, Math.ceil(count / pageRows));
      this.place.textContent = `Page ${counted.format(this.state.page + 1)} of ${counted.format(pages)}`;
      this.previous.disabled = this.state.page === 0;
      this.next.disabled = this.state.page >= pages - 1;
      this.pager.hidden = this.inFile <= pageRows;
    }

    // The view is in the address, so that it can be sent to somebody.
    remember() {
      const { filter, sort, down, page } = this.state;
      const view = new URLSearchParams();
      if (filter) view.set("filter", filter);
      if (sort >= 0) view.set("sort", (down ? "-" : "") + sort);
      if (page) view.set("page", page + 1);
      try { history.replaceState(null, "", `#${this.id}?${view}`); } catch { /* A frame without an address. */ }
    }

    recall(view) {
      const sort = view.get("sort") || "";
      const index = /^-?\d+$/.test(sort) ? Math.abs(Number(sort)) : -1;
      this.input.value = view.get("filter") || "";
      this.change({
        filter: this.input.value, sort: index < this.kinds.length ? index : -1, down: sort.startsWith("-"),
        page: (Number(view.get("page")) || 1) - 1,
      }, true);
    }

    // For spreadsheets: a text that one would take for a formula gets an apostrophe.
    save() {
      if (!this.order) this.change({}, true);
      const field = (value) => {
        if (value === null) return "";
        if (typeof value === "number") return String(value);
        const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
        return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
      };
      const lines = [this.headings.map(field).join(",")];
      for (const row of this.order) lines.push(this.columns.map((column) => field(column[row])).join(","));
      const file = URL.createObjectURL(new Blob(["\ufeff", lines.join("\r\n"), "\r\n"], { type: "text/csv" }));
      element("a", { href: file, download: `${this.id}.csv` }).click();
      setTimeout(() => URL.revokeObjectURL(file), 10000);
    }
  }

  // What is seen at a glance needs no filter.
  const tables = new Map();
  for (const section of document.querySelectorAll(".table")) {
    if (Number(section.dataset.rows) > 5) tables.set(section.id, new Table(section));
  }

  const recall = () => {
    const [id, view] = location.hash.slice(1).split("?");
    const table = tables.get(id);
    if (!table || view === undefined) return;
    table.recall(new URLSearchParams(view));
    table.section.scrollIntoView();
  };
  addEventListener("hashchange", recall);
  recall();

  // On paper there is nothing to open.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = [...document.querySelectorAll("details:not([open])")];
    for (const details of closed) details.open = true;
  });
  addEventListener("afterprint", () => { for (const details of closed) details.open = false; });
})();
