#pragma once

namespace gradzoo {

/// The explorer's frame; the script fills it.
inline constexpr const char* kExplainBody = R"html(<main>
<h1 id="title"></h1>
<p class="summary" id="summary"></p>
<noscript><p>A script draws this page. As text: <code>gradzoo explain EXAMPLE</code>.</p></noscript>
<div class="desk">
<div class="main">
<div class="card">
<div class="bar" role="group" aria-label="Steps">
<button type="button" id="back" aria-label="Step back">&#8592; back</button>
<button type="button" id="next" aria-label="Step forward">next &#8594;</button>
<button type="button" id="play">play</button>
<input type="range" id="slider" min="0" aria-label="Step">
<output id="count" for="slider"></output>
</div>
<p class="sentence" id="sentence" aria-live="polite"></p>
<div class="graph" id="graph" tabindex="-1"></div>
</div>
<p class="how">How to read this. Every box is a node of the tape: an operation, its name and its value.
Solid arrows run from operands to results. A sweep walks the tape backwards: it puts an adjoint (&#8706;,
dashed while terms are still being added, filled once it is complete) on a node, and the node's rule sends
one term along each dashed arrow to its operands. Rules are written in the same operations, so under
<b>create_graph</b> they leave nodes of their own: the next lane, which runs the other way, tied to its
maker by dots. Differentiating those again gives the second derivative. Pick a node to see its rule, what it
saved and what it made; the arrow keys step.</p>
</div>
<div class="side">
<div class="card code-card" id="code-card"><h2>The program</h2><ol class="code" id="code"></ol></div>
<div class="card panel" id="panel"></div>
</div>
</div>
</main>
)html";

}  // namespace gradzoo
