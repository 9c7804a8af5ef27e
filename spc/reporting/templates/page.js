(function () {
"use strict";
var root = document.getElementById("spc"), form = document.getElementById("controls");
var table = root.querySelector("table.card"), bodies = Array.from(table.querySelectorAll("tbody.grp"));
var holder = document.getElementById("packed"), packed = null;
var rows = Array.from(table.querySelectorAll("tr.m")).map(function (tr, i) {
  var name = tr.querySelector("summary").textContent;
  return {tr: tr, next: holder ? null : tr.nextElementSibling, at: i, name: name, key: name.toLowerCase(), home: tr.parentNode,
          group: tr.dataset.g, weight: number(tr.dataset.w), change: number(tr.dataset.c), judged: tr.dataset.j};
});
var of = new Map(rows.map(function (row) { return [row.tr, row]; }));
function number(text) { return text === "" ? NaN : parseFloat(text); }
function field(id) { var found = document.getElementById(id); return found ? found.value : ""; }

// rows open

function fill(row) {
  if (!row.next) {
    packed = packed || JSON.parse(holder.textContent);
    row.next = document.createElement("tr");
    row.next.className = "d";
    row.next.appendChild(document.createElement("td")).colSpan = parseInt(table.dataset.span, 10);
    row.next.cells[0].innerHTML = packed[row.at];
    row.tr.after(row.next);
  }
  var cell = row.next.cells[0];
  var chart = cell.querySelector("svg.cc");
  if (chart && !chart.dataset.live) { chart.dataset.live = "1"; scrub(chart, cell); }
}
table.addEventListener("toggle", function (event) {
  var tr = event.target.closest("tr.m");
  if (tr && event.target.open && event.target.parentNode.parentNode === tr) { fill(of.get(tr)); }
}, true);

// a chart tells its months

function scrub(chart, cell) {
  var read = cell.querySelector(".ro"), space = chart.namespaceURI;
  var places = chart.querySelector(".pt").getAttribute("d").split("M").slice(1).map(function (pair) {
    return pair.split("h")[0].split(" ").map(Number);
  });
  var months = Array.from(cell.querySelectorAll(".mt tbody tr")).map(function (tr) {
    return Array.from(tr.cells).map(function (one) { return one.textContent.trim(); });
  });
  var x0 = parseFloat(chart.dataset.x), dx = parseFloat(chart.dataset.dx), at = -1;
  var high = {};
  places.forEach(function (place) { high[Math.round((place[0] - x0) / dx)] = place; });
  var line = document.createElementNS(space, "path"), dot = document.createElementNS(space, "circle");
  line.setAttribute("class", "cur"); dot.setAttribute("class", "cud"); dot.setAttribute("r", "6.5");
  chart.appendChild(line); chart.appendChild(dot);
  chart.setAttribute("tabindex", "0");
  chart.setAttribute("aria-roledescription", "chart");
  chart.setAttribute("aria-label", chart.getAttribute("aria-label") + ", a month at a time with the arrow keys");
  chart.setAttribute("role", "slider");
  chart.setAttribute("aria-valuemin", "1"); chart.setAttribute("aria-valuemax", String(months.length));
  function show(k) {
    at = Math.max(0, Math.min(months.length - 1, k));
    var text = months[at][0] + ": " + months[at][1] + (months[at][2] ? ", " + months[at][2] : "");
    line.setAttribute("d", "M" + (x0 + at * dx) + " 30V268");
    dot.style.display = high[at] ? "" : "none";
    if (high[at]) { dot.setAttribute("cx", high[at][0]); dot.setAttribute("cy", high[at][1]); }
    line.style.display = "";
    read.textContent = text;
    chart.setAttribute("aria-valuenow", String(at + 1)); chart.setAttribute("aria-valuetext", text);
  }
  function hide() { line.style.display = dot.style.display = "none"; read.textContent = ""; }
  chart.addEventListener("mousemove", function (event) {
    var box = chart.getBoundingClientRect();
    show(Math.round(((event.clientX - box.left) * 860 / box.width - x0) / dx));
  });
  chart.addEventListener("mouseleave", hide);
  chart.addEventListener("focus", function () { show(at < 0 ? months.length - 1 : at); });
  chart.addEventListener("blur", hide);
  chart.addEventListener("keydown", function (event) {
    var go = {ArrowLeft: at - 1, ArrowDown: at - 1, ArrowRight: at + 1, ArrowUp: at + 1, Home: 0,
              End: months.length - 1, PageUp: at + 12, PageDown: at - 12}[event.key];
    if (go === undefined) { return; }
    event.preventDefault();
    show(go);
    line.scrollIntoView({block: "nearest", inline: "nearest"});
  });
  hide();
  at = months.length - 1;
  chart.setAttribute("aria-valuenow", String(months.length));
  chart.setAttribute("aria-valuetext", months[at].slice(0, 2).join(": "));
}

// sort and filter

var ways = {
  weight: function (a, b) { return down(a.weight, b.weight); },
  name: function (a, b) { return a.name.localeCompare(b.name, "en"); },
  change: function (a, b) { return down(a.change, b.change); },
  fall: function (a, b) { return down(-a.change, -b.change); }
};
function down(a, b) { return isNaN(a) ? (isNaN(b) ? 0 : 1) : isNaN(b) ? -1 : b - a; }
var flat = document.createElement("tbody"), sorted = "";
flat.className = "flat";

// a long page lays its rows out as the reader comes to them

var more = document.getElementById("more"), by = more ? parseInt(more.dataset.by, 10) : 0, room = by;
function lay(order) {
  if (!more) { return; }
  var shown = 0;
  order.forEach(function (row) {
    if (!row.tr.hidden) { shown += 1; }
    row.tr.classList.toggle("later", shown > room);
  });
  more.hidden = shown <= room;
}
function layMore() { room += by; lay(order); }
if (more) {
  more.firstChild.addEventListener("click", layMore);
  new IntersectionObserver(function (seen) { if (seen[0].isIntersecting) { layMore(); } },
                           {rootMargin: "600px"}).observe(more);
}

var order = rows;
function arrange(way) {
  if (way === sorted) { return; }
  sorted = way;
  if (way) {
    nameGroups();
    var parcel = document.createDocumentFragment();
    order = rows.slice().sort(function (a, b) { return ways[way](a, b) || a.at - b.at; });
    order.forEach(function (row) {
      parcel.appendChild(row.tr);
      if (row.next) { parcel.appendChild(row.next); }
    });
    flat.appendChild(parcel);
    table.appendChild(flat);
  } else {
    order = rows;
    rows.forEach(function (row) {
      row.home.appendChild(row.tr);
      if (row.next) { row.home.appendChild(row.next); }
    });
    flat.remove();
  }
  table.querySelectorAll("thead th[data-sort]").forEach(function (th) {
    var on = th.dataset.sort === (way === "fall" ? "change" : way);
    if (on) { th.setAttribute("aria-sort", way === "name" || way === "fall" ? "ascending" : "descending"); }
    else { th.removeAttribute("aria-sort"); }
  });
}

function nameGroups() {
  if (bodies.length < 2 || table.querySelector("small.gn")) { return; }
  rows.forEach(function (row) {
    var heading = row.home.querySelector("tr.g bdi"), small = document.createElement("small");
    small.className = "gn";
    small.textContent = heading ? heading.textContent : "";
    row.tr.cells[0].appendChild(small);
  });
}

function apply() {
  room = by;
  var text = field("f-text").trim().toLowerCase(), group = field("f-group"), least = number(field("f-weight"));
  var judged = field("f-judged"), way = field("f-sort"), shown = 0, alive = {};
  arrange(way);
  rows.forEach(function (row) {
    var on = (!text || row.key.indexOf(text) >= 0) && (group === "" || row.group === group) &&
             (isNaN(least) || row.weight >= least) && (!judged || row.judged === judged);
    if (row.tr.hidden === on) { row.tr.hidden = !on; }
    if (row.next) { row.next.hidden = !on; }
    shown += on;
    if (on) { alive[row.group] = true; }
  });
  bodies.forEach(function (body, i) { body.hidden = way !== "" || !alive[i]; });
  lay(order);
  var list = document.getElementById("f-sort");
  document.getElementById("said").textContent = shown.toLocaleString("en-GB") + " of " +
    rows.length.toLocaleString("en-GB") + " rows, " +
    (way ? "sorted by " : "in ") + list.options[list.selectedIndex].textContent + ".";
}
var waiting = 0;
form.addEventListener("input", function () { clearTimeout(waiting); waiting = setTimeout(apply, 80); });
form.addEventListener("reset", function () { clearTimeout(waiting); waiting = setTimeout(apply, 0); });
form.addEventListener("submit", function (event) { event.preventDefault(); apply(); });
table.querySelectorAll("thead th[data-sort]").forEach(function (th) {
  var button = document.createElement("button");
  button.type = "button";
  button.setAttribute("aria-label", "Sort by " + th.textContent);
  th.appendChild(button);
  th.addEventListener("click", function () {
    var way = th.dataset.sort, list = document.getElementById("f-sort");
    list.value = sorted === way ? (way === "change" ? "fall" : "") : sorted === "fall" && way === "change" ? "" : way;
    apply();
  });
});

// tooltips go away with Escape

document.addEventListener("keydown", function (event) {
  if (event.key !== "Escape") { return; }
  table.querySelectorAll("td.wt:hover, td.wt:focus-within").forEach(function (cell) {
    cell.classList.add("hush");
    ["mouseleave", "focusout"].forEach(function (name) {
      cell.addEventListener(name, function () { cell.classList.remove("hush"); }, {once: true});
    });
  });
});

form.hidden = false;
apply();
Array.from(table.querySelectorAll("tr.m details[open]")).forEach(function (one) { fill(of.get(one.closest("tr.m"))); });
})();
