// The explorer's drawing: the layout of the nodes, and the SVG. A band is a lane of nodes: the nodes that the program
// recorded between two sweeps, or that a sweep recorded at the nodes of another band. The program's bands run to the
// right; a rule's nodes are below the node of the rule and run against its band's direction.
'use strict';
const tape = JSON.parse(document.getElementById('tape').textContent);
const nodes = tape.nodes, steps = tape.steps;
const COLUMN = 112, ROW = 78, WIDTH = 90, HEIGHT = 40, MARGIN = 18, CAPTION = 26;

function bandsOf() {
  let sweeps = 0;
  for (const step of steps) {
    if (step.kind === 'seed') sweeps = step.sweep;
    if (step.kind === 'record') nodes[step.node].phase = sweeps;
  }
  const bands = new Map();
  nodes.forEach((node, i) => {
    const from = node.origin < 0 ? null : nodes[node.origin].band;
    const key = from ? node.sweep + ' at ' + from.key : 'program ' + node.phase;
    if (!bands.has(key)) {
      const through = from && node.sweep > 1 ? ', through ' + from.name : '';
      const after = node.phase ? ', after sweep ' + node.phase : '';
      const name = from ? 'sweep ' + node.sweep + through : 'forward' + after;
      const direction = from ? -from.direction : 1;
      bands.set(key, {key, name, direction, nodes: [], rows: [], hue: node.sweep % 4});
    }
    node.index = i;
    node.band = bands.get(key);
    node.band.nodes.push(node);
  });
  return [...bands.values()];
}

const operands = node => node.inputs.filter(input => input.node >= 0).map(input => nodes[input.node]);

// Number of columns that the nodes of one rule need in a chain; each is as wide as the nodes of its rules.
function chain(group) {
  let depth = 0;
  for (const node of group) {
    const inside = operands(node).filter(input => group.includes(input));
    node.depth = Math.max(0, ...inside.map(input => input.depth + input.span));
    depth = Math.max(depth, node.depth + node.span);
  }
  return depth;
}

function setColumns() {
  nodes.forEach(node => { node.groups = new Map(); });
  for (const node of nodes) {
    if (node.origin < 0) continue;
    const groups = nodes[node.origin].groups;
    groups.set(node.sweep, [...(groups.get(node.sweep) || []), node]);
  }
  for (const node of [...nodes].reverse()) node.span = Math.max(1, ...[...node.groups.values()].map(chain));
  for (const node of nodes) {
    if (node.origin >= 0) continue;
    node.low = Math.max(0, ...operands(node).map(input =>
      input.band === node.band ? input.low + input.span : input.low || 0));
    node.groups.forEach(group => place(node, group));
  }
  for (const leaf of nodes.filter(node => node.origin < 0 && node.op === 'leaf')) {  // next to its first use
    const users = leaf.band.nodes.filter(node => operands(node).includes(leaf));
    if (users.length) leaf.low = Math.min(...users.map(user => user.low)) - leaf.span;
  }
}

function place(origin, group) {
  for (const node of group) {
    node.low = node.band.direction > 0 ? origin.low + node.depth
                                       : origin.low + origin.span - node.depth - node.span;
    node.groups.forEach(made => place(node, made));
  }
}

function setRows(band) {
  const overlaps = (a, b) => a.low < b.low + b.span && b.low < a.low + a.span;
  const free = (row, node) => !(band.rows[row] || []).some(other => overlaps(node, other));
  for (const node of band.nodes) {
    const beside = operands(node).filter(input => input.band === band).map(input => input.row);
    const rows = [...beside, ...band.rows.keys(), band.rows.length];
    node.row = rows.find(row => row !== undefined && free(row, node));
    (band.rows[node.row] = band.rows[node.row] || []).push(node);
  }
}

function layOut() {
  const bands = bandsOf();
  setColumns();
  let y = MARGIN;
  for (const band of bands) {
    setRows(band);
    band.y = y;
    band.height = CAPTION + band.rows.length * ROW;
    for (const node of band.nodes) {
      node.x = MARGIN + (node.low + node.span / 2) * COLUMN;
      node.y = y + CAPTION + node.row * ROW + HEIGHT / 2 + 4;
    }
    y += band.height + 14;
  }
  const columns = Math.max(2, ...nodes.map(node => node.low + node.span));
  return {bands, width: 2 * MARGIN + columns * COLUMN, height: y - 14 + MARGIN};
}

function svg(parent, tag, attributes, text) {
  const element = document.createElementNS('http://www.w3.org/2000/svg', tag);
  for (const name in attributes) element.setAttribute(name, attributes[name]);
  if (text !== undefined) element.textContent = text;
  if (parent) parent.append(element);
  return element;
}

function edgePath(from, to, slot) {
  const recorded = [...to.inputs.keys()].filter(i => to.inputs[i].node >= 0);
  const offset = (recorded.indexOf(slot) - (recorded.length - 1) / 2) * 12;
  if (from.band !== to.band) {
    const down = Math.sign(to.y - from.y) || 1;
    const y1 = from.y + down * (HEIGHT / 2 + 4), x2 = to.x + offset, y2 = to.y - down * (HEIGHT / 2 + 4);
    const bend = Math.min(60, Math.abs(y2 - y1) / 2) * down;
    const between = other => Math.abs(other.x - from.x) < 8 && (other.y - from.y) * (other.y - to.y) < 0;
    const aside = Math.abs(to.x - from.x) < 8 && nodes.some(between) ? WIDTH * .9 : 0;
    return `M${from.x} ${y1} C${from.x - aside} ${y1 + bend} ${x2 - aside} ${y2 - bend} ${x2} ${y2}`;
  }
  const d = Math.sign(to.x - from.x) || 1;
  const x1 = from.x + d * (WIDTH / 2 + 4), x2 = to.x - d * (WIDTH / 2 + 4), y2 = to.y + offset;
  const between = other => other !== from && other !== to && other.row === from.row &&
    (other.x - from.x) * (other.x - to.x) < 0;
  if (from.row === to.row && from.band.nodes.some(between)) {
    const top = from.y - HEIGHT / 2 - 4, peak = top - 22;
    const end = to.x + offset - d * 10;
    return `M${from.x} ${top} C${from.x + d * 40} ${peak} ${to.x - d * 40} ${peak} ${end} ${top}`;
  }
  if (Math.abs(x2 - x1) < COLUMN / 3 && from.row === to.row) return `M${x1} ${y2} L${x2} ${y2}`;
  const bend = Math.abs(x2 - x1) / 2;
  return `M${x1} ${from.y} C${x1 + d * bend} ${from.y} ${x2 - d * bend} ${y2} ${x2} ${y2}`;
}

// A dotted line from a node to a node that its rule recorded.
function birthPath(from, to) {
  const down = Math.sign(to.y - from.y) || 1, y1 = from.y + down * HEIGHT / 2, y2 = to.y - down * HEIGHT / 2;
  return `M${from.x} ${y1} L${to.x} ${y2}`;
}

function drawEdges(parent) {
  for (const node of nodes) {
    node.edges = node.inputs.map((input, slot) => {
      if (input.node < 0) return null;
      const from = nodes[input.node];
      const kind = from.band === node.band ? 'edge' : 'edge far';
      return svg(parent, 'path', {class: kind, d: edgePath(from, node, slot), 'marker-end': 'url(#tip-)'});
    });
  }
}

const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + '…' : text;

function drawNode(parent, node) {
  const group = svg(parent, 'g', {
    class: 'node hue' + node.band.hue, transform: `translate(${node.x} ${node.y})`, tabindex: 0, role: 'button'});
  svg(group, 'rect', {class: 'box', x: -WIDTH / 2, y: -HEIGHT / 2, width: WIDTH, height: HEIGHT, rx: 7});
  svg(group, 'text', {class: 'op', y: -5}, opText(node));
  node.valueText = svg(group, 'text', {class: 'value', y: 12});
  node.pill = svg(group, 'g', {class: 'pill'});
  svg(node.pill, 'rect', {x: -36, y: HEIGHT / 2 + 3, width: 72, height: 17, rx: 8.5});
  node.pillText = svg(node.pill, 'text', {y: HEIGHT / 2 + 15.5});
  node.element = group;
}

// Writes a node's value, which may be hidden, into its box.
function writeValue(node) {
  const label = nodeLabel(node), one = node.value.values && node.value.values.length === 1;
  const hidden = isHidden(valueKey(node.index));
  const value = one ? '= ' + (hidden ? '?' : short(node.value.values[0], 3)) : shapeText(node.value);
  const text = `${label} ${value}`;
  node.valueText.textContent = cut(text.length > 12 ? text.replaceAll(' ', '') : text, 13);
  const spoken = hidden ? 'hidden' : shortValue(node.value);
  node.element.setAttribute('aria-label', `v${node.index}, ${node.op}, ${label} ${spoken}`);
}

function draw(box) {
  const {bands, width, height} = layOut();
  const root = svg(box, 'svg', {
    viewBox: `0 0 ${width} ${height}`, role: 'group', 'aria-label': 'The tape as a graph'});
  root.style.cssText = `min-width:${Math.round(width * .85)}px;max-width:${width}px`;
  const tips = svg(root, 'defs');
  for (const kind of ['', 'near', 'flow']) {
    const size = kind ? 9 : 7;
    const tip = svg(tips, 'marker', {
      id: 'tip-' + kind, viewBox: '0 0 8 8', refX: 5, refY: 4, markerWidth: size, markerHeight: size,
      orient: 'auto-start-reverse', markerUnits: 'userSpaceOnUse'});
    svg(tip, 'path', {class: 'tip ' + kind, d: 'M0 0 L8 4 L0 8 z'});
  }
  for (const band of bands) {
    svg(root, 'rect', {
      class: 'lane hue' + band.hue, x: 6, y: band.y, width: width - 12, height: band.height, rx: 9});
    svg(root, 'text', {class: 'caption hue' + band.hue, x: MARGIN, y: band.y + 16},
        (band.direction < 0 ? '← ' : '') + band.name + (band.direction > 0 ? ' →' : ''));
  }
  drawEdges(svg(root, 'g'));
  const births = svg(root, 'g');
  const boxes = svg(root, 'g');
  nodes.forEach(node => drawNode(boxes, node));
  return {root, births, width};
}
