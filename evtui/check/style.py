"""How the page of a history looks: colours for light and dark, and which order is shown."""

from typing import Final

ORDERS_MAX: Final = 12
"""So many orders can be switched between."""

STYLE: Final = """
:root { color-scheme: light dark; --paper: #fff; --ink: #1b1f24; --soft: #667; --row: #f3f5f8;
  --bar: #dbe7f5; --edge: #5b7ba6; --bad: #b3261e; --badbar: #fbe3e0; --line: #0b6e4f;
  --grid: #d9dde3; }
@media (prefers-color-scheme: dark) { :root { --paper: #14171b; --ink: #e6e9ee; --soft: #9aa4b2;
  --row: #1b2026; --bar: #25384f; --edge: #7ea3d3; --bad: #ff8a80; --badbar: #4a2320;
  --line: #5fd6a8; --grid: #2c333c; } }
body { margin: 0; background: var(--paper); color: var(--ink);
  font: 15px/1.5 system-ui, sans-serif; }
main { max-width: 1500px; margin: 0 auto; padding: 1rem 1.5rem 3rem; }
h1 { margin: 0 0 .3rem; font-size: 1.5rem; } h1.not-linearizable { color: var(--bad); }
h2 { font-size: 1.1rem; margin: 1rem 0 .3rem; }
p { margin: .3rem 0; max-width: 75em; } .legend { color: var(--soft); margin-top: .6rem; }
label { margin: 0 1.2rem 0 .3rem; }
input:focus-visible, .scroll:focus-visible, a:focus-visible rect {
  outline: 3px solid var(--line); outline-offset: 1px; }
.picture { display: flex; border: 1px solid var(--grid); border-radius: 6px; margin: .6rem 0; }
.picture svg { display: block; flex: none; } .clients { border-right: 1px solid var(--grid); }
.scroll { overflow-x: auto; flex: 1; }
svg text { fill: var(--ink); font: 12px ui-monospace, monospace; }
svg .time { fill: var(--soft); font-size: 11px; } .row { fill: var(--row); }
.tick { stroke: var(--grid); stroke-dasharray: 2 3; }
.bar rect { fill: var(--bar); stroke: var(--edge); }
.bar.open rect { stroke-dasharray: 5 3; fill-opacity: .5; }
.bar.blamed rect { fill: var(--badbar); stroke: var(--bad); stroke-width: 2; }
.bar.last rect { stroke-width: 4; } .hatch { fill: var(--bad); opacity: .35; }
.order polyline { fill: none; stroke: var(--line); stroke-width: 2; opacity: .85; }
.order .no { stroke: var(--bad); stroke-width: 2; stroke-dasharray: 4 3; }
.order text.no { fill: var(--bad); stroke: none; font-weight: bold; }
.order circle { fill: var(--line); stroke: var(--paper); } g.order { pointer-events: none; }
table { border-collapse: collapse; margin-top: 1rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .15rem .8rem .15rem 0; border-bottom: 1px solid var(--grid); }
td { font: 13px ui-monospace, monospace; } tr.blamed td { color: var(--bad); }
tr:target td { background: var(--badbar); }
.order { display: none; }
""" + "".join(
    f"#o{n}:checked ~ .picture .o{n} {{ display: inline; }}\n"
    f"#o{n}:checked ~ table .o{n} {{ display: table-cell; }}\n"
    for n in range(ORDERS_MAX)
)

SCRIPT: Final = """
const scroll = document.querySelector(".scroll");
const last = document.querySelector(".bar.last rect");
if (scroll && last) scroll.scrollLeft = last.x.baseVal.value - scroll.clientWidth / 2;
let chosen = document.querySelector("input:checked");
for (const input of document.querySelectorAll("input[name=order]"))
  input.addEventListener("change", () => { chosen = input; });
for (const bar of document.querySelectorAll("a[data-order]")) {
  const show = () => { document.getElementById(bar.dataset.order).checked = true; };
  const back = () => { if (chosen) chosen.checked = true; };
  bar.addEventListener("mouseenter", show); bar.addEventListener("focus", show);
  bar.addEventListener("mouseleave", back); bar.addEventListener("blur", back);
}
"""
"""The picture begins where it matters; who points at a bar sees the longest order that has it.

Without it everything works, too: the orders are chosen above the picture.
"""
