"use strict";
// Draws the state that trawl tells: once by state.json, then by events, or by asking again and again where no events are to be had.
(() => {
  const $ = (id) => document.getElementById(id);
  const SVG = "http://www.w3.org/2000/svg";
  let state = null;
  let heard = 0; // When the state came, by this page's clock.
  let source = null;
  let timer = 0;
  let isAsking = false;
  let eventsFrom = 0; // Not before are events asked for again.

  // ---- Words

  const count = (n) => (n === null || n === undefined ? "" : Number(n).toLocaleString("en"));
  const plural = (n, noun) => `${count(n)} ${noun}${n === 1 ? "" : "s"}`;
  function time(ms) {
    if (ms === null || ms === undefined) return "";
    if (ms < 1000) return `${Math.round(ms)} ms`;
    const s = ms / 1000;
    if (s < 60) return `${s.toFixed(s < 10 ? 2 : 1)} s`;
    const two = (n) => String(Math.floor(n)).padStart(2, "0");
    return s < 3600 ? `${Math.floor(s / 60)}:${two(s % 60)}` : `${Math.floor(s / 3600)}:${two((s / 60) % 60)}:${two(s % 60)}`;
  }
  function bytes(n) {
    let unit = 0;
    while (n >= 1024 && unit < 4) { n /= 1024; unit += 1; }
    return `${unit ? n.toFixed(1) : n} ${["B", "KiB", "MiB", "GiB", "TiB"][unit]}`;
  }
  function clock(ms) {
    if (!ms) return "";
    const date = new Date(ms);
    const two = (n) => String(n).padStart(2, "0");
    const day = `${date.getFullYear()}-${two(date.getMonth() + 1)}-${two(date.getDate())}`;
    const today = new Date().toDateString() === date.toDateString();
    return `${today ? "" : day + " "}${two(date.getHours())}:${two(date.getMinutes())}:${two(date.getSeconds())}`;
  }
  const WAITS = {
    snoozed: "asked for a pause (Retry-After)", unreachable: "cannot be reached",
    throttled: "asked less often, as it answers 429 or 503 or too slowly", taken: "leased by another run",
  };

  // ---- The page. Texts are set as texts, never as markup; what stays is not touched, so that focus and selection stay.

  function say(node, text) { if (node.textContent !== text) node.textContent = text; }
  function make(name, className) {
    const node = document.createElement(name);
    if (className) node.className = className;
    return node;
  }
  // Makes the children of a node those of the items, in their order. `begin` makes one, `draw` fills it in.
  function keyed(parent, items, key, begin, draw) {
    const old = new Map([...parent.children].map((child) => [child.dataset.key, child]));
    let place = parent.firstElementChild;
    for (const item of items) {
      const name = key(item);
      let node = old.get(name);
      if (node) old.delete(name);
      else { node = begin(); node.dataset.key = name; }
      draw(node, item);
      if (node === place) place = place.nextElementSibling;
      else parent.insertBefore(node, place);
    }
    for (const node of old.values()) node.remove();
  }
  function isHTTP(url) {
    try { return ["http:", "https:"].includes(new URL(url).protocol); } catch { return false; }
  }
  function table(id, items, key, columns) {
    const body = $(id).querySelector("tbody");
    $(id).querySelector(".scroll").hidden = items.length === 0;
    $(id).querySelector(".none").hidden = items.length !== 0;
    const begin = () => {
      const row = make("tr");
      for (const column of columns) row.append(make("td", column.kind));
      return row;
    };
    keyed(body, items, key, begin, (row, item) => {
      columns.forEach((column, index) => {
        const cell = row.children[index];
        const text = column.text(item);
        const href = column.href && text ? column.href(item) : null;
        if (!href) { if (cell.firstElementChild) cell.textContent = ""; say(cell, text); return; }
        let link = cell.firstElementChild;
        if (!link) { cell.textContent = ""; link = make("a"); link.rel = "noreferrer noopener"; cell.append(link); }
        if (link.getAttribute("href") !== href) link.setAttribute("href", href);
        say(link, text);
      });
    });
    for (const cell of body.querySelectorAll(".foreign, .name")) if (!cell.dir) cell.dir = "auto";
  }

  function beginRun() {
    const item = make("li");
    const heading = make("h3");
    heading.append(make("bdi"), " ", make("span", "run"));
    const bar = document.createElementNS(SVG, "svg");
    bar.setAttribute("class", "bar");
    bar.setAttribute("role", "img");
    for (const name of ["done", "failed", "skipped"]) {
      const part = document.createElementNS(SVG, "rect");
      part.setAttribute("class", name);
      part.setAttribute("height", "100%");
      bar.append(part);
    }
    const past = document.createElementNS(SVG, "svg");
    past.setAttribute("class", "past");
    past.setAttribute("aria-hidden", "true");
    past.setAttribute("preserveAspectRatio", "none");
    past.append(document.createElementNS(SVG, "path"));
    item.append(heading, bar, make("dl"), make("p", "kinds"), past, make("p", "past-words"));
    return item;
  }
  function drawRun(item, run) {
    say(item.querySelector("bdi"), run.job);
    say(item.querySelector(".run"), `run ${run.run}${run.state === "importing" ? ", reads its list" : ""}`);
    const bar = item.querySelector(".bar");
    const total = Math.max(run.pages, 1);
    let from = 0;
    for (const part of bar.children) {
      const share = (100 * run[`pages_${part.getAttribute("class")}`]) / total;
      part.setAttribute("x", `${from}%`);
      part.setAttribute("width", `${share}%`);
      from += share;
    }
    const settled = run.pages - run.pages_pending;
    bar.setAttribute("aria-label", `${Math.floor((100 * settled) / total)}% of the pages that are known are settled`);
    const facts = [["pages", `${count(settled)} of ${count(run.pages)}`], ["failed", count(run.pages_failed)]];
    if (run.pages_skipped) facts.push(["skipped", count(run.pages_skipped)]);
    if (run.pages_per_second !== null) facts.push(["pages a second", count(run.pages_per_second)]);
    if (run.pages_per_second_60s !== null) facts.push(["in the last minute", count(run.pages_per_second_60s)]);
    if (run.in_flight !== null) facts.push(["requests under way", count(run.in_flight)]);
    if (run.hosts_waiting) facts.push(["hosts that wait", `${count(run.hosts_waiting)} of ${count(run.hosts)}`]);
    facts.push(["received", bytes(run.size_download)], ["at work", time(run.elapsed_ms)]);
    if (run.eta_ms !== null) facts.push(["to go, at this rate", time(run.eta_ms)]);
    keyed(item.querySelector("dl"), facts, (fact) => fact[0], () => {
      const pair = make("div");
      pair.append(make("dt"), make("dd"));
      return pair;
    }, (pair, fact) => { say(pair.children[0], fact[0]); say(pair.children[1], fact[1]); });
    const kinds = Object.entries(run.error_kinds).map(([kind, pages]) => `${kind} × ${count(pages)}`);
    say(item.querySelector(".kinds"), kinds.join(", "));
    item.querySelector(".kinds").hidden = kinds.length === 0;
    drawPast(item.querySelector(".past"), item.querySelector(".past-words"), run.past);
  }
  function drawPast(picture, words, past) {
    words.hidden = past.length < 2;
    picture.hidden = past.length < 2;
    picture.style.display = past.length < 2 ? "none" : "";
    if (past.length < 2) return;
    const most = Math.max(...past, 1);
    picture.setAttribute("viewBox", `0 0 ${past.length - 1} 40`);
    words.textContent = `Pages a second over the last ${past.length * 5} seconds: ${count(Math.min(...past))} to ${count(Math.max(...past))}`;
    picture.firstElementChild.setAttribute("d", past.map((rate, x) => `${x ? "L" : "M"}${x} ${(38 - (36 * rate) / most).toFixed(1)}`).join(""));
  }

  function draw() {
    const current = state.runs.filter((run) => run.state === "active" || run.state === "importing");
    const others = state.runs.filter((run) => !current.includes(run));
    $("main").hidden = false;
    $("login").hidden = true;
    say($("version"), state.version);
    say($("sentence"), current.length ? `${plural(current.length, "run")} under way.` : "Nothing is under way.");
    document.title = current.length ? `${plural(current.length, "run")} · trawl` : "trawl";
    $("trouble").hidden = !state.trouble;
    say($("trouble"), state.trouble ? `Trouble: ${state.trouble}.` : "");
    $("no-runs").hidden = current.length > 0;
    keyed($("current"), current, (run) => String(run.id), beginRun, drawRun);
    const seen = new Map();
    table("failures", state.failures, (item) => {
      const name = `${item.at} ${item.job} ${item.url}`;
      seen.set(name, (seen.get(name) || 0) + 1);
      return `${name} ${seen.get(name)}`;
    }, [
      { kind: "time", text: (item) => clock(item.at) },
      { kind: "word bad", text: (item) => item.error_kind },
      { kind: "foreign", text: (item) => item.url, href: (item) => (isHTTP(item.url) ? item.url : null) },
      { kind: "foreign", text: (item) => item.error || (item.status ? `status ${item.status}` : "") },
      { kind: "name", text: (item) => item.job },
    ]);
    table("hosts", state.hosts, (item) => `${item.host} ${item.job}`, [
      { kind: "foreign", text: (item) => item.host },
      { kind: "name", text: (item) => item.job },
      { kind: "number", text: (item) => count(item.tries) },
      { kind: "number", text: (item) => count(item.failed) },
      { kind: "number", text: (item) => time(item.mean_ms) },
      { kind: "number", text: (item) => time(item.max_ms) },
      { kind: "", text: (item) => (item.wait ? WAITS[item.wait] + (item.until ? `, until ${clock(item.until)}` : "") : "") },
    ]);
    table("finished", others, (item) => String(item.id), [
      { kind: "name", text: (item) => item.job },
      { kind: "number", text: (item) => String(item.run) },
      { kind: "word", text: (item) => (item.state === "stopped" ? "stopped, can go on" : item.state) },
      { kind: "number", text: (item) => count(item.pages) },
      { kind: "number", text: (item) => count(item.pages_failed) },
      { kind: "time", text: (item) => clock(item.finished_at) },
      { kind: "number", text: (item) => time(item.elapsed_ms) },
      { kind: "word", text: () => "report", href: (item) => `report/${item.id}` },
    ]);
    const busy = new Set(current.map((run) => run.job));
    const left = state.job_count - state.jobs.length;
    say($("job-note"), left > 0 ? `The first ${count(state.jobs.length)} of ${count(state.job_count)} jobs, by name.` : plural(state.job_count, "job") + ".");
    table("jobs", state.jobs, (item) => item.job, [
      { kind: "name", text: (item) => item.job },
      { kind: "word", text: (item) => (item.paused ? "paused" : busy.has(item.job) ? "under way" : "at rest") },
      { kind: "time", text: (item) => clock(item.next_start_at) },
    ]);
  }
  function drawAge() {
    if (!state) return;
    const seconds = Math.floor((performance.now() - heard) / 1000);
    const isLate = seconds > 10;
    say($("age"), isLate ? "" : seconds < 2 ? "As of now." : `As of ${seconds} seconds ago.`);
    if (!isLate) return;
    $("trouble").hidden = false;
    say($("trouble"), `No word from trawl since ${clock(Date.now() - seconds * 1000)}: it has ended, or cannot be reached. What is below is from then.`);
  }

  // ---- Asking

  function take(text) {
    state = JSON.parse(text);
    heard = performance.now();
    draw();
    drawAge();
  }
  function ask() {
    if (isAsking || document.hidden) return;
    isAsking = true;
    fetch("state.json", { cache: "no-store", credentials: "same-origin" }).then((answer) => {
      if (answer.status === 401) { needToken(""); return null; }
      return answer.ok ? answer.text() : null;
    }).then((text) => {
      if (text) { take(text); listen(); }
    }).catch(() => {}).finally(() => { isAsking = false; plan(); });
  }
  // The next question, where no events come.
  function plan() {
    clearTimeout(timer);
    if (!$("login").hidden || source || document.hidden) return;
    timer = setTimeout(ask, state ? 2000 : 5000);
  }
  function listen() {
    if (source || document.hidden || performance.now() < eventsFrom || !window.EventSource) return;
    source = new EventSource("events");
    source.onmessage = (event) => take(event.data);
    source.onerror = () => {
      // A browser's connections to one host are few. Where this one gets no events, it asks; and tries again later.
      if (source && source.readyState !== EventSource.CLOSED) return;
      rest();
      eventsFrom = performance.now() + 30000;
      plan();
    };
  }
  function rest() {
    if (source) source.close();
    source = null;
    clearTimeout(timer);
  }

  // ---- Token

  function needToken(words) {
    rest();
    $("main").hidden = true;
    $("login").hidden = false;
    say($("sentence"), "This page needs a token. The command that serves it has told it, or it is in the file that was given.");
    say($("wrong"), words);
  }
  function show(token) {
    return fetch("session", { headers: { authorization: `Bearer ${token}` }, credentials: "same-origin" }).then((answer) => {
      if (!answer.ok) { needToken("That is not the token."); return; }
      $("login").hidden = true;
      ask();
    }, () => needToken("trawl cannot be reached."));
  }
  $("login").addEventListener("submit", (event) => {
    event.preventDefault();
    show($("token").value.trim());
    $("token").value = "";
  });
  document.addEventListener("visibilitychange", () => { if (document.hidden) rest(); else ask(); });
  window.addEventListener("pagehide", rest);
  window.addEventListener("pageshow", (event) => { if (event.persisted) ask(); });
  setInterval(drawAge, 1000);

  const given = /^#token=([^&]+)$/.exec(location.hash);
  if (given) {
    // Not to be left in the history, or in the address that somebody sends on.
    history.replaceState(null, "", location.pathname + location.search);
    show(decodeURIComponent(given[1]));
  } else {
    ask();
  }
})();
