// The explorer's steps and panel. It comes after the drawing and the words.
const byId = id => document.getElementById(id);

const drawing = draw(byId('graph'));
let current = 0, selected = null, timer = 0;
let pointed = null;  // the line of the program whose nodes are marked

// The nodes of each line of the program: nodes that it recorded, nodes that the rules of its sweep recorded, and
// the node that it declares. A leaf is recorded at its first use, and belongs to the line that declares it.
const madeByLine = tape.code.map((text, line) => {
  const recorded = steps.filter(step => step.line === line).flatMap(step =>
    [...(step.kind === 'record' && nodes[step.node].op !== 'leaf' ? [step.node] : []), ...(step.made || [])]);
  const declared = (text.match(/^Tensor (\S+) =/) || [])[1];
  const named = nodes.filter(node => declared && node.value.name.split(' = ').includes(declared));
  return new Set([...recorded, ...named.map(node => node.index)]);
});

function link(parent, index) {
  const node = nodes[index];
  const anchor = add(parent, 'a', '', node.value.name || 'v' + index);
  anchor.href = '#';
  anchor.onclick = event => { event.preventDefault(); select(index); };
  return anchor;
}

function links(parent, lead, indices) {
  const line = add(parent, 'div', '', lead + ' ');
  indices.forEach((index, i) => {
    if (i) line.append(', ');
    link(line, index);
    line.append(' ' + nodes[index].op);
  });
}

function field(list, name) {
  add(list, 'dt', '', name);
  return add(list, 'dd');
}

// Keys of values that are never hidden: the leaves' values, and the 1 with which a sweep begins.
const given = [...nodes.filter(node => node.op === 'leaf').map(node => valueKey(node.index)),
  ...steps.filter(step => step.kind === 'seed').map(step => adjointKey(step.node, step.sweep))];

// Shows a full value, or a button that reveals it.
function showUnlessHidden(parent, key, value) {
  if (!isHidden(key)) return show(parent, value);
  const button = add(parent, 'button', 'reveal', '?');
  button.type = 'button';
  button.title = 'reveal';
  button.onclick = () => reveal([key]);
}

// Steps until now at which a sweep completed this node's adjoint.
const visitsOf = index => steps.map((step, at) => ({...step, at}))
  .filter(step => step.kind === 'visit' && step.node === index && step.at <= current);

function showSaved(list, node, names) {
  const box = field(list, 'saved');
  if (node.saved.length === 0) {
    add(box, 'div', 'note', node.op === 'leaf' ? 'its value' : 'nothing: its rule only reads g');
    return;
  }
  for (const {input, readers} of node.saved) {
    const what = input < 0 ? 'y' : `${names[input]} (${nameOf(node.inputs[input])})`;
    const why = readers.map(i => names[i].length === 1 ? 'd' + names[i] : 'the gradient of ' + names[i]);
    add(box, 'div', '', what + ', read by ' + why.join(' and '));
  }
  const lastVisit = steps.findLastIndex(step => step.kind === 'visit' && step.node === node.index);
  if (node.released && current >= lastVisit)
    add(box, 'div', 'note', 'freed by the last sweep, after it was read');
}

// Shows an adjoint, and next to it the central difference.
function showAdjoint(list, {node, sweep, adjoint, differences, remark}) {
  const key = adjointKey(node, sweep);
  const box = field(list, sweepCount > 1 ? `g, sweep ${sweep}` : 'g');
  showUnlessHidden(box, key, adjoint);
  if (adjoint.node >= 0 && adjoint.node !== node) links(box, 'which is', [adjoint.node]);
  if (!differences || isHidden(key)) return;
  const beside = field(list, 'differences');
  show(beside, {...adjoint, values: differences, dtype: 'f64'});
  if (remark) add(beside, 'div', 'note', remark);
  beside.title = '(f(value + h) - f(value - h)) / 2h for the output f of the sweep: ' +
    'everything after the node is computed again, without rules';
}

function showPanel() {
  const index = selected ?? steps[current].node, node = nodes[index], step = steps[current];
  const panel = byId('panel'), names = letters(node);
  panel.className = 'card panel hue' + node.band.hue;
  panel.replaceChildren();
  const head = add(panel, 'div', 'head');
  add(head, 'strong', '', node.op);
  if (node.attributes) add(head, 'span', 'number', node.attributes);
  add(head, 'span', '', [...new Set(['v' + index, nodeLabel(node)])].join(' = '));
  add(head, 'span', '', node.value.dtype + (node.value.shape.length ? ' ' + shapeText(node.value) : ''));
  const rule = add(panel, 'p', 'rule');
  node.formula.split(/;\s*/).forEach((part, i) => {
    const active = step.node === index && (i === 0 ? step.kind === 'record' : step.kind === 'visit');
    add(rule, 'span', active ? 'active' : '', part);
    rule.append(' ');
  });
  const list = add(panel, 'dl');
  node.inputs.forEach((input, i) => {
    const box = field(list, names[i]);
    box.className = 'operand';
    if (input.node >= 0) link(box, input.node);
    else add(box, 'div', 'note', (input.name ? input.name + ', ' : '') + 'constant');
    if (input.node >= 0) showUnlessHidden(box, valueKey(input.node), input);
    else show(box, input);
  });
  showUnlessHidden(field(list, node.op === 'leaf' ? 'value' : 'y'), valueKey(index), node.value);
  for (const visit of visitsOf(index)) showAdjoint(list, visit);
  showSaved(list, node, names);
  const visits = visitsOf(index).filter(visit => visit.made.length);
  if (node.origin >= 0) links(field(list, 'made by'), `sweep ${node.sweep}, the rule of`, [node.origin]);
  if (visits.length) {
    const box = field(list, 'its rule made');
    for (const {sweep, made} of visits) links(box, sweepCount > 1 ? `sweep ${sweep}:` : '', made);
  }
}

function showSentence(step) {
  const [heading, text] = tell(step), box = byId('sentence');
  box.className = 'sentence hue' + (step.sweep || 0) % 4;
  box.replaceChildren();
  add(box, 'small', '', heading);
  text.split('*').forEach((part, i) => i % 2 ? add(box, 'b', '', part) : box.append(part));
}

// Adjoints in the current sweep: node -> [value, complete].
function adjoints() {
  const held = new Map();
  for (const step of steps.slice(0, current + 1)) {
    if (step.kind !== 'visit') held.clear();
    if (step.kind === 'seed') held.set(step.node, [step.adjoint, true]);
    if (step.kind === 'visit') {
      held.set(step.node, [step.adjoint, true]);
      for (const {to, total} of step.gives) held.set(to, [total, false]);
    }
  }
  return held;
}

function showGraph() {
  const step = steps[current], seen = new Set(), held = adjoints(), made = step.made || [];
  for (const past of steps.slice(0, current + 1)) [past.node, ...(past.made || [])].forEach(i => seen.add(i));
  const hue = `var(--h${(step.sweep || 0) % 4})`;
  drawing.root.style.setProperty('--now', hue);
  drawing.root.style.setProperty('--s', hue);
  const given = new Set((step.gives || []).map(({input}) => input));
  nodes.forEach((node, i) => {
    const on = node.element.classList;
    writeValue(node);
    on.toggle('of-line', pointed !== null && madeByLine[pointed].has(i));
    on.toggle('future', !seen.has(i));
    on.toggle('now', i === step.node);
    on.toggle('fresh', made.includes(i));
    on.toggle('selected', i === selected);
    const adjoint = held.get(i);
    node.pill.setAttribute('class', 'pill' + (adjoint ? ' on' : '') + (adjoint && adjoint[1] ? ' done' : ''));
    const hidden = isHidden(adjointKey(i, step.sweep));
    node.pillText.textContent = adjoint ? '∂ ' + (hidden ? '?' : shortValue(adjoint[0])) : '';
    node.edges.forEach((edge, slot) => {
      if (!edge) return;
      const flows = i === step.node && step.kind === 'visit' && given.has(slot);
      edge.classList.toggle('future', !seen.has(i));
      edge.classList.toggle('flow', flows);
      edge.classList.toggle('near', !flows && (i === (selected ?? step.node) || made.includes(i) ||
                                               node.inputs[slot].node === selected));
      const kind = flows ? 'flow' : edge.classList.contains('near') ? 'near' : '';
      edge.setAttribute(flows ? 'marker-start' : 'marker-end', `url(#tip-${kind})`);
      edge.removeAttribute(flows ? 'marker-end' : 'marker-start');
    });
  });
  showBirths(made.map(i => [nodes[step.node], nodes[i]]));
}

function showBirths(pairs) {
  const chosen = selected === null ? nodes[steps[current].node] : nodes[selected];
  if (chosen.origin >= 0) pairs.push([nodes[chosen.origin], chosen]);
  drawing.births.replaceChildren();
  for (const [from, to] of pairs) svg(drawing.births, 'path', {class: 'birth', d: birthPath(from, to)});
}

function scrollTo(node) {
  const box = byId('graph'), scale = drawing.root.getBoundingClientRect().width / drawing.width;
  const calm = matchMedia('(prefers-reduced-motion: reduce)').matches;
  box.scrollTo({left: node.x * scale - box.clientWidth / 2, top: node.y * scale - box.clientHeight / 2,
                behavior: calm || !timer && !ready ? 'auto' : 'smooth'});
}

function remember() {
  const place = `#step=${current + 1}` + (selected === null ? '' : `&node=${selected}`) +
    (veil.on ? '&hide' : '');
  if (location.hash !== place) history.replaceState(null, '', place);
}

let ready = false;
function update() {
  const step = steps[current];
  showSentence(step);
  showGraph();
  showPanel();
  [...byId('code').children].forEach((line, i) => {
    line.className = (i === step.line ? 'now hue' + (step.sweep || 0) % 4 : '') + (i === pointed ? ' pointed' : '');
    line.textContent = tape.code[i].replace(veil.on ? /\s*\/\/.*/ : '', '');  // a comment may contain a value
  });
  byId('hide').setAttribute('aria-pressed', veil.on);
  byId('slider').value = current;
  byId('slider').setAttribute('aria-valuetext', `step ${current + 1} of ${steps.length}`);
  byId('count').textContent = `${current + 1} / ${steps.length}`;
  byId('back').disabled = current === 0;
  byId('next').disabled = current === steps.length - 1;
}

function go(step) {
  current = Math.max(0, Math.min(steps.length - 1, step));
  selected = null;
  update();
  scrollTo(nodes[steps[current].node]);
  remember();
}

function select(index) {
  selected = selected === index ? null : index;
  update();
  if (selected !== null) scrollTo(nodes[index]);
  remember();
}

// A click first reveals hidden values; the panel then describes the node.
function choose(index) {
  const hidden = keysOf(index).some(isHidden);
  if (hidden) reveal(keysOf(index));
  if (!hidden || selected !== index) select(index);
}

function hide(on) {
  veil.on = on;
  veil.revealed = new Set(given);
  update();
  remember();
}

function reveal(keys) {
  keys.forEach(key => veil.revealed.add(key));
  update();
}

// Keys of a node's value and of its adjoint in the current sweep.
function keysOf(index) {
  return adjoints().has(index) ? [valueKey(index), adjointKey(index, steps[current].sweep)] : [valueKey(index)];
}

function point(line) {
  if (pointed === line) return;
  pointed = line;
  update();
}

function play(on) {
  clearInterval(timer);
  timer = on ? setInterval(() => current < steps.length - 1 ? go(current + 1) : play(false), 1500) : 0;
  byId('play').textContent = on ? 'pause' : 'play';
}

function readAddress() {
  const wanted = new URLSearchParams(location.hash.slice(1));
  go((parseInt(wanted.get('step'), 10) || 1) - 1);
  if (wanted.has('hide') !== veil.on) hide(wanted.has('hide'));
  const node = parseInt(wanted.get('node'), 10);
  if (nodes[node]) select(node);
}

function listen() {
  byId('back').onclick = () => { play(false); go(current - 1); };
  byId('next').onclick = () => { play(false); go(current + 1); };
  byId('play').onclick = () => { if (!timer && current === steps.length - 1) go(0); play(!timer); };
  byId('slider').oninput = event => { play(false); go(Number(event.target.value)); };
  byId('hide').onclick = () => hide(!veil.on);
  [...byId('code').children].forEach((line, i) => {
    const first = steps.findIndex(step => step.line === i);
    line.onmouseenter = line.onfocus = () => point(i);
    line.onmouseleave = line.onblur = () => point(null);
    line.tabIndex = 0;
    if (first < 0) return;
    line.onclick = () => { play(false); go(first); };
    line.onkeydown = event => { if (event.key === 'Enter') line.onclick(); };
  });
  addEventListener('keydown', event => {
    const moves = {ArrowLeft: current - 1, ArrowRight: current + 1, Home: 0, End: steps.length - 1};
    if (event.target === byId('slider') || event.altKey || event.ctrlKey || event.metaKey) return;
    if (event.key === 'h') hide(!veil.on);
    if (event.key === 'r') reveal(keysOf(selected ?? steps[current].node));
    if (!(event.key in moves)) return;
    event.preventDefault();
    play(false);
    go(moves[event.key]);
  });
  nodes.forEach((node, i) => {
    node.element.addEventListener('click', () => choose(i));
    node.element.addEventListener('keydown', event => {
      if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); choose(i); }
    });
  });
  addEventListener('hashchange', readAddress);
}

document.title = tape.title || document.title;
byId('title').textContent = tape.title || document.title;
byId('summary').textContent = tape.summary;
tape.code.forEach(text => add(byId('code'), 'li', '', text));
byId('code-card').hidden = tape.code.length === 0;
byId('slider').max = steps.length - 1;
if (steps.length) {
  listen();
  readAddress();
  ready = true;
}
