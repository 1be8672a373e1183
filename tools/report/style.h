#pragma once

namespace gradzoo {

/// The report page's style sheet: lecture notes, on a desk or a phone, by day, by night and on paper.
inline constexpr const char* kReportStyle = R"css(
:root {
  --paper: #fcfbf8; --card: #ffffff; --ink: #22262e; --soft: #656b78; --rule: #e3e1da; --accent: #1d5d8c;
  --s0: #0072b2; --s1: #d55e00; --s2: #009e73; --s3: #cc79a7; --s4: #c98a00; --s5: #56b4e9; --s6: #6b6b6b;
  --level: #8a4b4b;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "Book Antiqua", Georgia, "DejaVu Serif", serif;
  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", "DejaVu Sans", sans-serif;
  --mono: ui-monospace, "SF Mono", Menlo, Consolas, "DejaVu Sans Mono", monospace;
  color-scheme: light dark;
}
@media (prefers-color-scheme: dark) {
  :root {
    --paper: #16181d; --card: #1d2026; --ink: #e4e2dc; --soft: #9aa0ac; --rule: #31353e; --accent: #86bde6;
    --s0: #4fa9e0; --s1: #ff8b45; --s2: #35c79a; --s3: #e79fc6; --s4: #efb73a; --s5: #a3d8f8; --s6: #a8a8a8;
    --level: #d99a9a;
  }
  img.invert-at-night { filter: invert(0.92) hue-rotate(180deg); }
}
* { box-sizing: border-box; }
html { -webkit-text-size-adjust: 100%; scroll-behavior: smooth; }
body {
  margin: 0; background: var(--paper); color: var(--ink); font: 1.0625rem/1.6 var(--serif);
  overflow-wrap: break-word;
}
main { max-width: 66rem; margin: 0 auto; padding: 3.5rem 1.5rem 4rem; }
h1, h2, h3 { font-weight: 600; line-height: 1.25; text-wrap: balance; }
h1 {
  margin: 0 0 .5rem; font-size: clamp(1.7rem, 5vw, 2.5rem); letter-spacing: -.01em;
  overflow-wrap: anywhere;
}
h2 { margin: 0 0 1.25rem; padding-top: 1.1rem; border-top: 1px solid var(--rule); font-size: 1.45rem; }
h3 { margin: 0 0 .4rem; font-size: 1.08rem; }
h3 small { color: var(--soft); font: 400 .8rem var(--sans); }
section { margin-top: 3rem; }
p { margin: 0; }
.summary { max-width: 46rem; color: var(--soft); font-size: 1.15rem; }
nav { margin-top: 1.25rem; font: .9rem var(--sans); display: flex; flex-wrap: wrap; gap: .3rem 1.3rem; }
a { color: var(--accent); text-decoration: none; }
a:hover { text-decoration: underline; }
figure { margin: 0; }
figcaption { margin-top: .6rem; max-width: 46rem; color: var(--soft); font-size: .95rem; line-height: 1.5; }
img { display: block; max-width: 100%; height: auto; border-radius: 6px; }

.figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 15rem), 1fr)); gap: 1rem; }
.figures > div {
  padding: 1.1rem 1.25rem; background: var(--card); border: 1px solid var(--rule); border-radius: 8px;
}
.figures dt { color: var(--soft); font: .85rem var(--sans); }
.figures dd { margin: 0; }
.figures .value {
  margin: .15rem 0 .35rem; font: 600 1.75rem/1.2 var(--serif);
  font-variant-numeric: lining-nums tabular-nums;
}
.figures .value small { display: block; color: var(--soft); font: 400 .88rem/1.5 var(--sans); }
.figures .meaning { color: var(--soft); font-size: .92rem; line-height: 1.45; }

.curves, .pictures {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr));
  gap: 2.5rem 2rem;
}
.curves > :first-child { grid-column: 1 / -1; --plot-height: clamp(13rem, 38vw, 23rem); }
.curve { min-width: 0; }
.legend {
  display: flex; flex-wrap: wrap; gap: .2rem 1.2rem; margin: 0 0 .6rem; padding: 0; list-style: none;
  font: .85rem var(--sans);
}
.legend i, .tip i {
  display: inline-block; width: 1.1em; height: 3px; margin-right: .5em; vertical-align: .25em;
  background: var(--tint); border-radius: 2px;
}
.legend i.dashes { height: 0; background: none; border-top: 2px dashed var(--level); border-radius: 0; }
.chart {
  display: grid; grid-template: var(--plot-height, 13rem) 1.7em auto / var(--gutter) minmax(0, 1fr);
  padding-right: 1.2rem;
  color: var(--soft); font: .8rem var(--sans); font-variant-numeric: tabular-nums; }
.y-labels, .x-labels, .plot { position: relative; }
.y-labels span { position: absolute; right: .7em; transform: translateY(-50%); }
.x-labels { grid-column: 2; border-top: 1px solid var(--soft); }
.x-labels span { position: absolute; top: .3em; transform: translateX(-50%); }
.x-name { grid-column: 2; text-align: center; }
.plot { touch-action: pan-y; }
.plot svg { position: absolute; inset: 0; width: 100%; height: 100%; }
.plot path { fill: none; vector-effect: non-scaling-stroke; stroke-linejoin: round; stroke-linecap: round; }
.plot .gridline { stroke: var(--rule); stroke-width: 1; }
.plot .level { stroke: var(--level); stroke-width: 1.5; stroke-dasharray: 6 5; stroke-linecap: butt; }
.plot .line { stroke: var(--tint); stroke-width: 2.2; }
.plot .line.dense { stroke-width: 1.4; }
.plot .marks { stroke: var(--tint); stroke-width: 7; }
.plot .band { fill: var(--tint); opacity: .16; }
.s0 { --tint: var(--s0); } .s1 { --tint: var(--s1); } .s2 { --tint: var(--s2); } .s3 { --tint: var(--s3); }
.s4 { --tint: var(--s4); } .s5 { --tint: var(--s5); } .s6 { --tint: var(--s6); }
.note { position: absolute; top: .2em; right: .4em; }
.guide {
  position: absolute; top: 0; bottom: 0; width: 0; border-left: 1px solid var(--soft);
  pointer-events: none;
}
.dot {
  position: absolute; width: 9px; height: 9px; margin: -4.5px; border: 2px solid var(--paper);
  border-radius: 50%; background: var(--tint); pointer-events: none;
}
.tip {
  position: absolute; top: .5rem; z-index: 1; padding: .45rem .7rem; background: var(--card);
  color: var(--ink); border: 1px solid var(--rule);
  border-radius: 6px; box-shadow: 0 2px 10px rgb(0 0 0 / .12); line-height: 1.5; white-space: nowrap;
  pointer-events: none;
}
.tip div { display: flex; align-items: baseline; }
.tip b { margin-left: auto; padding-left: 1.2em; font-weight: 600; }

.strip + .strip { margin-top: 2.5rem; }
.frames { display: grid; grid-template-columns: repeat(auto-fill, minmax(11rem, 1fr)); gap: 1rem; }
.frames figcaption { margin-top: .25rem; font: .8rem var(--sans); }
.strip.live .frames { display: block; }
.strip.live .frames figure { display: none; }
.strip.live .frames figure.shown { display: block; }
.strip.live .frames figcaption { display: none; }
.strip.live .frames img { width: min(100%, 40rem); }
.controls {
  display: flex; align-items: center; gap: .8rem; max-width: 40rem; margin-bottom: .7rem;
  font: .9rem var(--sans);
}
.controls input { flex: 1; min-width: 0; accent-color: var(--accent); }
.controls output { min-width: 6.5em; text-align: right; font-variant-numeric: tabular-nums; }
button {
  padding: .35rem .9rem; background: var(--card); color: var(--accent); border: 1px solid var(--rule);
  border-radius: 6px; font: .85rem var(--sans); cursor: pointer;
}
button:hover { border-color: var(--accent); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }

.scroll { overflow-x: auto; }
.pictures .wide { grid-column: 1 / -1; min-width: 0; }
.strip.wide .frames { grid-template-columns: 1fr; overflow-x: auto; }
.strip.wide.live .frames img { width: 100%; }
.wide img { min-width: 44rem; }
table { width: 100%; border-collapse: collapse; font: .9rem/1.5 var(--sans); }
th, td {
  padding: .5rem 1.2rem .5rem 0; border-bottom: 1px solid var(--rule); text-align: left;
  vertical-align: top;
}
th { color: var(--soft); font-weight: 500; }
td:first-child, td:nth-child(2), td:last-child { white-space: nowrap; }
.settings td:nth-child(3) { min-width: 15rem; }
code, pre { font: .875em/1.5 var(--mono); }
.facts {
  display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 13rem), 1fr));
  gap: .9rem 2rem; margin: 0;
}
.facts dt { color: var(--soft); font: .85rem var(--sans); }
.facts dd { margin: 0; overflow-wrap: anywhere; }
.glossary { max-width: 46rem; margin: 0; }
.reading { max-width: 46rem; margin: 0 0 1.5rem; }
.glossary dt { font-weight: 600; }
.glossary dd { margin: 0 0 1rem; }
.command { position: relative; margin-top: 1.5rem; }
.command pre {
  margin: .4rem 0 0; padding: 1rem 1.1rem; background: var(--card); border: 1px solid var(--rule);
  border-radius: 8px; white-space: pre-wrap; overflow-wrap: anywhere;
}
.command button { position: absolute; top: -.4rem; right: 0; }

@media (max-width: 40rem) {
  body { font-size: 1rem; }
  main { padding: 1.75rem 1rem 3rem; }
  section { margin-top: 2.25rem; }
  .chart { padding-right: .9rem; }
  .settings thead { display: none; }
  .settings tr {
    display: grid; grid-template-columns: auto 1fr;
    padding: .6rem 0; border-bottom: 1px solid var(--rule);
  }
  .settings td { padding: 0 1rem 0 0; border: 0; overflow-wrap: anywhere; }
  .settings td:nth-child(2) { white-space: normal; text-align: right; padding: 0; }
  .settings td:nth-child(3), .settings td:last-child { grid-column: 1 / -1; color: var(--soft); }
  .settings td:last-child::before { content: "from: "; }
}
@media print {
  :root { --paper: #fff; --card: #fff; --ink: #000; --soft: #444; --rule: #ccc; }
  body { font-size: 10.5pt; }
  main { max-width: none; padding: 0; }
  nav, button, .controls { display: none !important; }
  h2, h3 { break-after: avoid; }
  figure, .figures > div, tr { break-inside: avoid; }
  .strip.live .frames { display: grid; }
  .strip.live .frames figure, .strip.live .frames figcaption { display: block; }
  img.invert-at-night { filter: none; }
}
)css";

}  // namespace gradzoo
