// The explorer's words: values as text and tables, and what happens at a step, as a sentence.
function add(parent, tag, className, ...content) {
  const element = document.createElement(tag);
  if (className) element.className = className;
  element.append(...content);
  if (parent) parent.append(element);
  return element;
}

// For lectures: predict, then reveal. A node's value and its adjoint in a sweep can be hidden.
const veil = {on: false, revealed: new Set()};
const valueKey = index => 'value of ' + index;
const adjointKey = (index, sweep) => `adjoint of ${index} in sweep ${sweep}`;
const isHidden = key => veil.on && !veil.revealed.has(key);

const short = (v, digits = 4) => typeof v === 'string' ? v : String(Number(v.toPrecision(digits)));
const shapeText = value => '(' + value.shape.join(',') + ')';
const nodeLabel = node => node.value.name || 'v' + node.index;
const nameOf = tensor => tensor.name || (tensor.node >= 0 ? nodeLabel(nodes[tensor.node]) : 'constant');

const list = values => '[' + values.map(v => short(v)).join(', ') + ']';

// A value in a few characters.
function shortValue(value) {
  return value.values && value.values.length === 1 ? short(value.values[0]) : shapeText(value);
}

// A value in a sentence.
function phrase(value) {
  if (value.values && value.values.length <= 6)
    return value.shape.length ? list(value.values) : short(value.values[0]);
  return value.range ? `${shapeText(value)} in ${list(value.range)}` : 'a tensor ' + shapeText(value);
}

const phraseUnlessHidden = (key, value) => isHidden(key) ? '?' : phrase(value);

// The text of a node's operation in its box.
function opText(node) {
  const whole = node.attributes ? `${node.op} ${node.attributes}` : node.op;
  return whole.length <= 14 ? whole : cut(node.op, 13);
}

// A full value: a number, a table whose rows are along the last axis, or the range of a large value.
function show(parent, value) {
  if (!value.values) return add(parent, 'div', 'number', phrase(value));
  if (value.shape.length === 0) {
    const element = add(parent, 'div', 'number', short(value.values[0]));
    element.title = value.values[0] + ' ' + value.dtype;
    return element;
  }
  const columns = value.shape[value.shape.length - 1] || 1;
  const table = add(add(parent, 'div', 'matrix'), 'table');
  for (let begin = 0; begin < value.values.length; begin += columns) {
    const row = add(table, 'tr');
    for (const v of value.values.slice(begin, begin + columns)) add(row, 'td', '', short(v)).title = v;
  }
  return table;
}

// The letters of the operands in a formula: "dx = ...", "da = ...;  db = ...".
function letters(node) {
  const found = [...node.formula.matchAll(/;\s*d([a-z])(?![a-z])/gi)].map(match => match[1]);
  return node.inputs.map((input, i) => found.length === node.inputs.length ? found[i] : 'input ' + i);
}

const sweepCount = Math.max(0, ...steps.map(step => step.sweep || 0));
const recordingSweeps = new Set(steps.filter(step => step.made && step.made.length).map(step => step.sweep));
const roots = new Map(steps.filter(step => step.kind === 'seed').map(step => [step.sweep, nodes[step.node]]));

// Below, *stars* mark names and numbers.
function tellRecord(node, name) {
  const value = `${name} = *${phraseUnlessHidden(valueKey(node.index), node.value)}*`;
  if (node.op === 'leaf') return `${value} is recorded as a leaf, which requires a gradient.`;
  const operand = input => input.node < 0 && !input.name ? phrase(input) : nameOf(input);
  const saved = ({input}) => input < 0 ? nodeLabel(node) : nameOf(node.inputs[input]);
  const kept = [...new Set(node.saved.map(saved))].join(', ');
  const attributes = node.attributes ? [node.attributes] : [];
  return `*${node.op}(${[...node.inputs.map(operand), ...attributes].join(', ')})* gives ${value}. ` +
    (kept ? `The node saves *${kept}*: its rule will read it.` : 'Its rule needs no saved value.');
}

function tellGift({to, gradient, total}, sweep) {
  if (isHidden(adjointKey(to, sweep))) return `a term, *?*, to *${nodeLabel(nodes[to])}*`;
  const first = total.values && JSON.stringify(total.values) === JSON.stringify(gradient.values);
  const sum = first ? '' : `, whose adjoint is now *${phrase(total)}*`;
  return `*${phrase(gradient)}* to *${nodeLabel(nodes[to])}*${sum}`;
}

function tellTrail(step) {
  const made = step.made.map(i => nodeLabel(nodes[i])).join(', ');
  if (made) return `The rule recorded *${made}* on the tape.`;
  return recordingSweeps.has(step.sweep) ? 'The rule only used constants, so it recorded nothing.'
                                         : 'Without create_graph it recorded nothing.';
}

function tellVisit(step, name) {
  const value = `*${phraseUnlessHidden(adjointKey(step.node, step.sweep), step.adjoint)}*`;
  if (step.gives.length === 0) {
    const quotient = `∂${nodeLabel(roots.get(step.sweep))}/∂${nodeLabel(nodes[step.node])}`;
    return `All terms of ${name} are added: *${quotient}* = ${value}.`;
  }
  const gifts = step.gives.map(gift => tellGift(gift, step.sweep)).join(', and ');
  return `The adjoint of ${name} is complete: ${value}. Its rule sends ${gifts}. ` + tellTrail(step);
}

// Describes a step with a heading and a text.
function tell(step) {
  const node = nodes[step.node], name = `*${nodeLabel(node)}*`;
  if (step.kind === 'record') return ['Forward', tellRecord(node, name)];
  if (step.kind === 'visit') return [`Sweep ${step.sweep}`, tellVisit(step, name)];
  return [`Sweep ${step.sweep} begins`, `The sweep walks back from ${name}. A node's adjoint, the g of its rule, is ` +
    `∂${nodeLabel(node)}/∂(this node); for ${name} itself it is *${phraseUnlessHidden(adjointKey(step.node, step.sweep), step.adjoint)}*.`];
}
