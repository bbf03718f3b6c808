"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const rows = Array.from(document.querySelectorAll(".secret"), (element, index) => {
    const d = element.dataset;
    return { element, index, severity: d.severity, status: d.status, rule: d.rule, state: d.state, places: d.places.split(" "), text: null, drawn: false };
  });
  const index = new Map(rows.map((row, i) => [row.element, i]));
  const form = byId("filter");

  // What is known of all secrets: numbers that count in strings. Parsed when first asked for.
  let store = null;
  function data() {
    if (!store) store = JSON.parse(byId("places").textContent);
    return store;
  }
  const fields = [["came in", 2], ["life", 3], ["origin", 4], ["facts", 5], ["in", 6], ["layer", 7]];
  const placeName = 0, visibility = 1, where = 8, snippet = 9;

  function make(name, className, text) {
    const e = document.createElement(name);
    if (className) e.className = className;
    if (text) e.textContent = text;
    return e;
  }

  function drawPlace(p) {
    const strings = data().strings;
    const item = make("li", "place");
    const head = make("p");
    head.append(make("code", "", p[where]), " ", make("span", "tag", strings[p[placeName]]));
    const list = make("dl");
    for (const [label, at] of fields) {
      if (!p[at]) continue;
      const value = make("dd", "", strings[p[at]]);
      if (label === "life") value.className = strings[p[visibility]] === "visible" ? "life-visible" : "life-hidden";
      list.append(make("dt", "", label), value);
    }
    item.append(head, list);
    if (p[snippet]) item.append(make("pre", "", p[snippet]));
    return item;
  }

  const firstPlaces = 20, morePlaces = 200;

  // draw fills the body of a row, once, with what to do, what is known, and the first places.
  function draw(row) {
    if (row.drawn) return;
    row.drawn = true;
    const { secrets, strings } = data();
    const all = secrets[row.index];
    const todo = make("p", "todo");
    todo.append(make("b", "", "To do"), " " + strings[all.about[0]]);
    const known = make("dl");
    for (let i = 1; i < all.about.length; i += 2) known.append(make("dt", "", strings[all.about[i]]), make("dd", "", strings[all.about[i + 1]]));
    const list = make("ol", "places");
    let shown = 0;
    const add = (n) => {
      const from = shown;
      for (; shown < Math.min(all.places.length, from + n); shown++) list.append(drawPlace(all.places[shown]));
      return list.children[from];
    };
    add(firstPlaces);
    const body = row.element.querySelector(".body");
    body.replaceChildren(todo, known, make("p", "total note", all.total === 1 ? "1 place" : all.total + " places"), list);
    if (shown < all.places.length) {
      const button = make("button");
      button.type = "button";
      const label = () => { button.textContent = "Show " + Math.min(morePlaces, all.places.length - shown) + " more of " + (all.places.length - shown); };
      button.addEventListener("click", () => {
        const first = add(morePlaces);
        first.tabIndex = -1;
        first.focus();
        if (shown < all.places.length) label(); else button.remove();
      });
      label();
      body.append(button);
    }
    if (all.total > all.places.length) body.append(make("p", "note", "The JSON report has " + (all.total - all.places.length) + " more."));
  }
  byId("list").addEventListener("toggle", (e) => {
    const row = rows[index.get(e.target)];
    if (row && row.element.open) draw(row);
  }, true);

  // textOf returns all that is told of a row, in lower case.
  function textOf(row) {
    if (row.text === null) {
      const { secrets, strings } = data();
      const parts = [row.element.id, row.element.querySelector("summary").textContent, ...secrets[row.index].about.map((at) => strings[at])];
      const seen = new Set();
      for (const p of secrets[row.index].places) {
        for (let at = 0; at < where; at++) {
          if (p[at] && !seen.has(p[at])) {
            seen.add(p[at]);
            parts.push(strings[p[at]]);
          }
        }
        parts.push(p[where], p[snippet] || "");
      }
      row.text = parts.join("\n").toLowerCase();
    }
    return row.text;
  }

  function apply() {
    const severities = new Set(Array.from(form.querySelectorAll("[name=severity]:checked"), (e) => e.value));
    const status = byId("status").value, rule = byId("rule").value, place = byId("place").value, state = byId("state").value;
    const words = byId("text").value.toLowerCase().split(/\s+/).filter(Boolean);
    let shown = 0;
    for (const row of rows) {
      const passes = severities.has(row.severity) && (!status || row.status === status) && (!rule || row.rule === rule) &&
        (!state || row.state === state) && (!place || row.places.includes(place)) && words.every((w) => textOf(row).includes(w));
      if (row.element.hidden === passes) row.element.hidden = !passes;
      if (passes) shown++;
    }
    byId("count").textContent = shown === rows.length ? "all " + shown + " shown" : shown + " of " + rows.length + " shown";
    byId("none").hidden = shown > 0;
  }

  // follow opens the secret that the address names, and shows it whatever the filter says.
  function follow() {
    const row = rows.find((r) => "#" + r.element.id === location.hash);
    if (!row) return;
    row.element.hidden = false;
    row.element.open = true;
    row.element.scrollIntoView({ block: "start" });
    row.element.querySelector("summary").focus({ preventScroll: true });
  }

  const openAtOnce = 500;

  // openShown opens the rows that pass the filter, as far as a page can bear, and returns those that were closed.
  function openShown() {
    const closed = rows.filter((r) => !r.element.hidden && !r.element.open).slice(0, openAtOnce);
    for (const row of closed) {
      draw(row);
      row.element.open = true;
    }
    return closed;
  }

  if (form) {
    form.hidden = false;
    let timer = 0;
    const soon = () => {
      clearTimeout(timer);
      timer = setTimeout(apply, 100);
    };
    form.addEventListener("submit", (e) => e.preventDefault());
    form.addEventListener("change", apply);
    byId("text").addEventListener("input", soon);
    form.addEventListener("reset", () => setTimeout(apply));
    byId("expand").addEventListener("click", openShown);
    document.addEventListener("keydown", (e) => {
      if (e.key !== "/" || e.ctrlKey || e.metaKey || e.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(e.target.tagName)) return;
      e.preventDefault();
      byId("text").focus();
    });
    addEventListener("hashchange", follow);
    follow();
    let forPrint = [];
    const images = [];
    addEventListener("beforeprint", () => {
      forPrint = openShown();
      for (const e of document.querySelectorAll(".image:not([open])")) {
        e.open = true;
        images.push(e);
      }
    });
    addEventListener("afterprint", () => {
      for (const row of forPrint) row.element.open = false;
      for (const e of images.splice(0)) e.open = false;
      forPrint = [];
    });
  }
})();
