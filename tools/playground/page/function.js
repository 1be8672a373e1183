// Tab 1: a function, its tape, its derivatives.
const kWorthSeeing = {
  'One number': [['x^5', 'x=2', 5], ['exp(-x^2/2)', 'x=1', 3], ['1/(1 + exp(-x))', 'x=0', 3], ['log(x)*x', 'x=.5', 2], ['sin(x)/x', 'x=.001', 2]],
  'Several numbers': [['sin(x^2)*exp(-y)', 'x=.8, y=.3', 2], ['(1-x)^2 + 100*(y-x^2)^2', 'x=-1.2, y=1', 2], ['x^y', 'x=0, y=2', 1]],
  'Kinks': [['abs(x)', 'x=0', 1], ['relu(x)', 'x=0', 1], ['max(x, 0)^2', 'x=0', 2], ['max(x, y)', 'x=1, y=1', 1], ['sqrt(x)', 'x=0', 1]],
  'Models': [['log(1 + exp(-y*(w*x + b)))', 'y=1, w=.5, x=2, b=-1', 2], ['tanh(w*tanh(v*x))', 'w=1.5, v=-.7, x=.4', 2], ['sum(softplus(A*x + b))', 'A=[[1,2],[3,4]], x=[.5,-1], b=[0,1]', 2]],
  'Vectors and matrices': [["x'*A*x", 'A=[[2,1],[1,3]], x=[.5,-1]', 2], ['logsumexp(x)', 'x=[1,2,3]', 2], ['norm(x)', 'x=[3,4]', 2], ['det(A)', 'A=[[2,1],[1,3]]', 2], ['trace(A*A)', 'A=[[1,2],[3,4]]', 2]],
};
const functionEngine = new Engine(), ruleEngine = new Engine();

// A derivative as a number, a column, a matrix, or matrices one below the other.
function showDerivative({name, shape, values, remark}) {
  const line = add(byId('derivatives'), 'div', 'derivative');
  const [rows, columns] = shape.length === 0 ? [1, 1] : [shape[shape.length - 2] ?? 1, shape[shape.length - 1]];
  if (values.length === 1) {
    add(line, 'code', '', name + ' = ' + shownNumber(values[0]));
  } else {
    add(line, 'code', '', name + ' =');
    for (let part = 0; part < values.length; part += rows * columns) {
      const table = add(line, 'table');
      for (let row = 0; row < rows; ++row) {
        const cells = table.insertRow();
        for (let i = 0; i < columns; ++i) add(cells, 'td', '', shownNumber(values[part + row * columns + i], 6));
      }
    }
  }
  if (remark) add(line, 'small', 'remark', remark);
}

async function explain(event) {
  event?.preventDefault();
  const asked = {expression: byId('expr').value, at: byId('at').value, order: Number(byId('order').value)};
  keepInAddress('function', {f: asked.expression, at: asked.at, order: asked.order});
  const mine = explain.turn = {};
  functionEngine.stop();  // the newest question is the one that counts
  byId('working').hidden = byId('stop-function').hidden = false;
  byId('refusal').hidden = true;
  try {
    const {html, derivatives} = await functionEngine.ask({ask: 'explain', ...asked});
    if (mine !== explain.turn) return;
    byId('derivatives').replaceChildren();
    derivatives.forEach(showDerivative);
    showInFrame('explained', html);
  } catch (failure) {
    if (failure.message !== 'stopped') {
      refuse('refusal', failure);
      byId('derivatives').replaceChildren();
      byId('explained').hidden = true;
    }
  }
  if (mine === explain.turn) byId('working').hidden = byId('stop-function').hidden = true;
}

function refuse(id, failure) {
  byId(id).textContent = (failure.pointer ? failure.pointer + '\n' : '') + inPage(failure.message);
  byId(id).hidden = false;
}

const functionTab = {
  open() {
    byId('notation').addEventListener('toggle', async () => {
      if (byId('function-list').textContent === '') byId('function-list').textContent = (await askApart({ask: 'functions'})).functions.join(', ') + '.';
    });
    for (const [topic, examples] of Object.entries(kWorthSeeing)) {
      const line = add(byId('examples'), 'p', '', topic + ': ');
      for (const [f, at, order] of examples) {
        const button = add(line, 'button', '', f);
        button.type = 'button';
        button.addEventListener('click', () => this.show(new Map([['f', f], ['at', at], ['order', order]])));
      }
    }
    byId('expression').addEventListener('submit', explain);
    byId('stop-function').addEventListener('click', () => functionEngine.stop());
  },
  show(values) {
    if (values.has('f')) {
      byId('expr').value = values.get('f');
      byId('at').value = values.get('at') ?? '';
      byId('order').value = values.get('order') ?? 2;
    }
    return explain();
  },
};

// Tab 5: a rule that somebody typed.
async function checkRule(event) {
  event?.preventDefault();
  const at = byId('rule-at').value.split(',').map(word => word.trim()).filter(word => word !== '').map(Number);
  keepInAddress('check', {f: byId('rule-f').value, rule: byId('rule').value, at: byId('rule-at').value});
  byId('rule-refusal').hidden = true;
  byId('rule-table').hidden = true;
  byId('verdict').textContent = '';
  const mine = checkRule.turn = {};
  ruleEngine.stop();
  try {
    if (!at.every(Number.isFinite)) throw new Error('a point is not a number. Hint: type numbers, such as -1, 0, 2.5');
    const {variable, rows, right} = await ruleEngine.ask({ask: 'check', f: byId('rule-f').value, rule: byId('rule').value, at});
    if (mine !== checkRule.turn) return;
    const table = byId('rule-table');
    table.tHead.replaceChildren();
    table.tBodies[0].replaceChildren();
    const head = table.tHead.insertRow();
    for (const title of [variable, 'f', 'your f\'', 'the engine\'s', 'by differences', 'of your f\'', 'the engine\'s f\'\''])
      add(head, 'th', '', title);
    for (const row of rows) {
      const line = table.tBodies[0].insertRow();
      for (const value of [row.x, row.f]) add(line, 'td', '', shownNumber(value));
      add(line, 'td', row.right ? '' : 'wrong', shownNumber(row.rule));
      for (const value of [row.gradient, row.difference]) add(line, 'td', '', shownNumber(value));
      add(line, 'td', row.right_second ? '' : 'wrong', shownNumber(row.rule_gradient));
      add(line, 'td', '', shownNumber(row.second));
      if (row.remark) add(table.tBodies[0].insertRow().insertCell(), 'small', 'remark', row.remark).parentElement.colSpan = 7;
    }
    table.hidden = false;
    const wrong = rows.filter(row => !row.right).length, wrongSecond = rows.filter(row => !row.right_second).length;
    byId('verdict').textContent = right ? 'Right at all ' + rows.length + ' points, to second order.' :
      wrong > 0 ? 'Wrong at ' + wrong + ' of ' + rows.length + ' points.' :
      'The value is right, and its gradient is wrong at ' + wrongSecond + ' of ' + rows.length + ' points.';
  } catch (failure) {
    if (failure.message === 'stopped') return;
    refuse('rule-refusal', failure);
  }
}

const checkTab = {
  open() { byId('rule-form').addEventListener('submit', checkRule); },
  show(values) {
    for (const [key, id] of [['f', 'rule-f'], ['rule', 'rule'], ['at', 'rule-at']]) if (values.has(key)) byId(id).value = values.get(key);
    return checkRule();
  },
};
