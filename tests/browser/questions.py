"""What is asked of a page that is open: is anything cut, wrapped, or written over something else?"""

from __future__ import annotations

#: Elements whose text or drawing is wider than its room.
CUT = """
const found = [];
const where = '.spc .card > thead th, .spc .card > tbody > tr > *, .ctl label, .key span';
for (const one of document.querySelectorAll(where)) {
  if (one.offsetParent && one.scrollWidth > one.clientWidth + 1) {
    found.push(one.className + ': ' + one.textContent.trim().slice(0, 60));
  }
}
return found;
"""
#: Figures that stand on two lines.
WRAPPED = """
const found = [];
for (const one of document.querySelectorAll('tr.m td.num:not(.q), tr.m td.chg, tr.m td.wt')) {
  const range = document.createRange();
  range.selectNodeContents(one);
  const tops = Array.from(range.getClientRects()).filter(r => r.width > 0).map(r => r.top);
  if (one.offsetParent && tops.length && Math.max(...tops) - Math.min(...tops) > 9) {
    found.push(one.textContent);
  }
}
return found;
"""
#: Neighbours whose texts share ground: cells of a row, and labels of a chart.
OVERLAPPING = """
const found = [];
for (const tr of document.querySelectorAll('.spc .card > thead > tr, .spc .card > tbody > tr')) {
  const boxes = Array.from(tr.cells).map(td => {
    const range = document.createRange();
    range.selectNodeContents(td);
    return range.getBoundingClientRect();
  });
  for (let k = 1; k < boxes.length; k++) {
    if (boxes[k].width && boxes[k - 1].width && boxes[k - 1].right > boxes[k].left + 0.5) {
      found.push(tr.textContent.trim().slice(0, 80) + ' @' + k);
    }
  }
}
for (const chart of document.querySelectorAll('svg.cc')) {
  const frame = chart.getBoundingClientRect();
  if (!frame.width) continue;
  const texts = Array.from(chart.querySelectorAll('text'))
    .map(one => [one.textContent, one.getBoundingClientRect()]);
  texts.forEach(([said, a], i) => {
    if (a.left < frame.left - 1 || a.right > frame.right + 1) found.push('outside: ' + said);
    texts.slice(i + 1).forEach(([other, b]) => {
      const across = a.left < b.right - 1 && b.left < a.right - 1;
      const down = a.top < b.bottom - 3 && b.top < a.bottom - 3;
      if (across && down) found.push(said + ' over ' + other);
    });
  });
}
return found;
"""
#: Texts and drawings of open rows that stand outside the window; a chart may scroll within its frame.
OFF_SCREEN = """
const found = [];
for (const one of document.querySelectorAll('.dt figure, .dt h3, .dt .ro, .dt li, .dt .cm, .dt th, .dt td')) {
  const range = document.createRange();
  range.selectNodeContents(one);
  const boxes = one.matches('figure') ? [one.getBoundingClientRect()] : Array.from(range.getClientRects());
  if (boxes.some(r => r.width && (r.left < -0.5 || r.right > innerWidth + 0.5))) {
    found.push(one.className + ': ' + one.textContent.slice(0, 60));
  }
}
return found;
"""
#: Names of no more than so many letters that stand on more than two lines.
TALL_NAMES = """
const found = [];
for (const one of document.querySelectorAll('tr.m .name :is(summary, bdi)')) {
  const range = document.createRange();
  range.selectNodeContents(one);
  const tops = new Set(Array.from(range.getClientRects()).map(r => Math.round(r.top)));
  if (one.textContent.length <= arguments[0] && tops.size > 2) found.push(one.textContent);
}
return found;
"""
#: The names of the rows that are laid out, from the top.
NAMES_SHOWN = """
return Array.from(document.querySelectorAll('tr.m')).filter(tr => tr.offsetParent)
  .map(tr => tr.querySelector('summary').textContent)
"""
ALL_NAMES = "return Array.from(document.querySelectorAll('tr.m summary')).map(one => one.textContent)"
#: The months of an opened row, with their figures.
MONTHS = """
return Array.from(arguments[0].querySelectorAll('.mt tbody tr'))
  .map(tr => [tr.cells[0].textContent.trim(), tr.cells[1].textContent.trim()])
"""
#: Set a control as a hand would, and come back when the page has said that it is done.
CHOOSE = """
const done = arguments[2], one = document.getElementById(arguments[0]);
const watch = new MutationObserver(() => { watch.disconnect(); setTimeout(done, 30); });
watch.observe(document.getElementById('said'), {childList: true, characterData: true, subtree: true});
one.value = arguments[1];
one.dispatchEvent(new Event('input', {bubbles: true}));
"""
#: Where the cursor of the first chart stands, and what is read there.
CURSOR = """
const left = document.querySelector('.cur').getBoundingClientRect().left;
return [left, document.querySelector('.ro').textContent];
"""
#: Charts of open rows that do not answer to mouse and keys yet.
DEAF = "return document.querySelectorAll('tr.m:has(details[open]) + tr svg.cc:not([tabindex])').length"
FOCUSED = "const a = document.activeElement; return a.id || a.className || a.tagName"
TOLD = "const s = getComputedStyle(document.activeElement, '::after'); return [s.display, s.content]"
#: What no name may bring into a page.
STRANGE = (
    "img, iframe, a, object, embed, base, marquee, plaintext, textarea, "
    "[onerror], [onclick], [onload], [onfocus], [onmouseover]"
)
