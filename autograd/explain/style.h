#pragma once

namespace gradzoo {

/// The explorer's style sheet: by day and by night, on a desk and on a phone. A band's hue is --h.
inline constexpr const char* kExplainStyle = R"css(
:root {
  --paper: #fcfbf8; --card: #ffffff; --ink: #22262e; --soft: #656b78; --rule: #e3e1da; --accent: #1d5d8c;
  --h0: #1d6fa5; --h1: #c2570c; --h2: #0b7a5b; --h3: #9b4d85;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181d; --card: #1d2026; --ink: #e4e2dc; --soft: #9aa0ac; --rule: #353a44; --accent: #86bde6;
    --h0: #6db6e8; --h1: #ff9a5c; --h2: #4ccba2; --h3: #e39fce;
  }
}
.hue0 { --h: var(--h0); } .hue1 { --h: var(--h1); } .hue2 { --h: var(--h2); } .hue3 { --h: var(--h3); }
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; }
body {
  margin: 0; background: var(--paper); color: var(--ink); font: 1rem/1.5 var(--serif);
  overflow-wrap: break-word;
}
main { max-width: 84rem; margin: 0 auto; padding: 1.6rem 1.5rem 3rem; }
h1 { margin: 0 0 .2rem; font-size: clamp(1.45rem, 4vw, 1.95rem); line-height: 1.25; letter-spacing: -.01em;
  text-wrap: balance; }
h2 { margin: 0 0 .5rem; color: var(--soft); font: 600 .8rem var(--sans); }
p { margin: 0; }
.summary { max-width: 52rem; color: var(--soft); font-size: 1.06rem; }
.desk { display: grid; grid-template-columns: minmax(0, 1fr) 23.5rem; gap: 1.1rem; margin-top: 1.1rem; }
.desk > * { min-width: 0; }
.card { background: var(--card); border: 1px solid var(--rule); border-radius: 10px; }
.side > .card { padding: .85rem 1rem; margin-bottom: 1.1rem; }

.code { margin: 0; padding: 0; list-style: none; counter-reset: line; font: .82rem/1.7 var(--mono); }
.code li {
  counter-increment: line; margin: 0 -1rem; padding: 0 1rem 0 2.9rem; text-indent: -1.9rem;
  border-left: 3px solid transparent; white-space: pre-wrap; overflow-wrap: anywhere;
}
.code li::before {
  content: counter(line); display: inline-block; width: 1.9rem; text-indent: 0; color: var(--soft);
}
.code li.now { background: color-mix(in srgb, var(--h) 13%, transparent); border-left-color: var(--h); }

.bar { display: flex; flex-wrap: wrap; align-items: center; gap: .5rem .6rem; padding: .7rem .9rem; }
.bar input { flex: 1 1 9rem; min-width: 0; accent-color: var(--accent); }
button {
  padding: .42rem .8rem; border: 1px solid var(--rule); border-radius: 7px; background: var(--card);
  color: var(--ink); font: .9rem/1.2 var(--sans); cursor: pointer;
}
button:hover:not(:disabled) { border-color: var(--accent); color: var(--accent); }
button:disabled { opacity: .4; cursor: default; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
.bar output { min-width: 4.2rem; color: var(--soft); text-align: right; font: .85rem var(--sans);
  font-variant-numeric: tabular-nums; }
.sentence {
  min-height: 4.9rem; padding: .65rem .95rem .75rem; border-top: 1px solid var(--rule);
  border-left: 4px solid var(--h); font-size: 1.03rem;
}
.sentence small { display: block; color: var(--h); font: 600 .78rem var(--sans); }
.sentence b, .panel b { font: 600 .93em var(--mono); }
.graph { position: relative; overflow: auto; max-height: 74vh; border-top: 1px solid var(--rule); }
.graph svg { display: block; width: 100%; height: auto; margin: 0 auto; }
.how { margin-top: 1.1rem; max-width: 54rem; color: var(--soft); font-size: .95rem; }

.caption { fill: var(--h); font: 600 12px var(--sans); }
.lane { fill: color-mix(in srgb, var(--h) 5%, transparent); }
.node { cursor: pointer; outline: none; transition: opacity .2s; }
.node .box { fill: var(--card); stroke: color-mix(in srgb, var(--h) 55%, var(--rule)); stroke-width: 1.3; }
.node .op { fill: var(--h); font: 600 11px var(--sans); text-anchor: middle; }
.node .value { fill: var(--ink); font: 11.3px var(--mono); text-anchor: middle; }
.node.future { opacity: .2; }
.node.fresh .box { fill: color-mix(in srgb, var(--h) 18%, var(--card)); stroke: var(--h); stroke-width: 2; }
.node.now .box { stroke: var(--now); stroke-width: 3; }
.node.selected .box { stroke-dasharray: 5 3; stroke: var(--accent); stroke-width: 3; }
.node:focus-visible .box { stroke: var(--accent); stroke-width: 3.5; }
.pill { visibility: hidden; }
.pill.on { visibility: visible; }
.pill rect { fill: var(--card); stroke: var(--s); stroke-width: 1.2; stroke-dasharray: 3 2; }
.pill text { fill: var(--s); font: 600 11px var(--mono); text-anchor: middle; }
.pill.done rect { fill: var(--s); stroke-dasharray: none; }
.pill.done text { fill: var(--card); }
.edge { fill: none; stroke: var(--soft); stroke-width: 1.2; opacity: .5; }
.edge.future { opacity: .1; }
.edge.far { opacity: .24; }
.edge.far.future { opacity: .05; }
.edge.near { opacity: 1; stroke: var(--ink); stroke-width: 1.6; }
.edge.flow {
  opacity: 1; stroke: var(--now); stroke-width: 2.6; stroke-dasharray: 7 5;
  animation: flow .7s linear infinite;
}
.birth { fill: none; stroke: var(--now, var(--soft)); stroke-width: 1.6; stroke-dasharray: 1 5;
  stroke-linecap: round; }
.tip { fill: var(--soft); }
.tip.near { fill: var(--ink); }
.tip.flow { fill: var(--now); }
@keyframes flow { to { stroke-dashoffset: 12; } }

.panel .head {
  display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .6rem; margin-bottom: .3rem;
}
.panel .head strong { color: var(--h); font: 600 1.12rem var(--sans); }
.panel .head span { color: var(--soft); font: .82rem var(--mono); }
.rule { margin: 0 0 .55rem; font: .84rem/1.6 var(--mono); }
.rule span { display: inline-block; padding: 0 .35em; border-radius: 4px; }
.rule .active { background: color-mix(in srgb, var(--h) 18%, transparent); }
dl { display: grid; grid-template-columns: max-content minmax(0, 1fr); gap: .3rem .8rem; margin: 0; }
dt { color: var(--soft); font: .82rem/1.65 var(--sans); }
dd { margin: 0; font-size: .94rem; }
dd > * + * { margin-top: .15rem; }
.number { font: .86rem var(--mono); font-variant-numeric: tabular-nums; }
.matrix {
  width: max-content; max-width: 100%; overflow-x: auto; border: solid var(--rule); border-width: 0 2px;
  border-radius: 4px;
}
.matrix td { padding: .02rem .45rem; text-align: right; font: .8rem var(--mono); white-space: nowrap; }
.operand { display: flex; flex-wrap: wrap; align-items: baseline; gap: .1rem .6rem; }
.note { color: var(--soft); font-size: .88rem; line-height: 1.4; }
a { color: var(--accent); font: .86em var(--mono); }

@media (max-width: 62rem) {
  main { padding: 1.1rem .9rem 2rem; }
  .desk { grid-template-columns: minmax(0, 1fr); }
  .main, .side { display: contents; }
  .side > .card, .how { margin: 0; }
  .code-card { order: -1; }
  .panel { order: 1; }
  .how { order: 2; }
  .graph { max-height: 56vh; }
  .graph svg { width: auto; max-width: none; }
}
@media (prefers-reduced-motion: reduce) {
  .edge.flow { animation: none; }
  .node { transition: none; }
}
)css";

}  // namespace gradzoo
