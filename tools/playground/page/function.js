// Tab 1: a function, its tape, its derivatives.
const kWorthSeeing = [
  ['sin(x^2)*exp(-y)', 'x=.8, y=.3', 2], ['relu(x)', 'x=0', 1], ['(1-x)^2 + 100*(y-x^2)^2', 'x=-1.2, y=1', 2],
  ['log(1 + exp(-y*(w*x + b)))', 'y=1, w=.5, x=2, b=-1', 2], ["x'*A*x", 'A=[[2,1],[1,3]], x=[.5,-1]', 2],
  ['sum(softplus(A*x + b))', 'A=[[1,2],[3,4]], x=[.5,-1], b=[0,1]', 2], ['x^y', 'x=0, y=2', 1], ['x^5', 'x=2', 5],
  ['exp(-x^2/2)', 'x=1', 3], ['tanh(w*tanh(v*x))', 'w=1.5, v=-.7, x=.4', 2], ['abs(x)', 'x=0', 1],
  ['sqrt(x)', 'x=0', 1], ['log(x)*x', 'x=.5', 2], ['1/(1 + exp(-x))', 'x=0', 3], ['max(x, y)', 'x=1, y=1', 1],
  ['det(A)', 'A=[[2,1],[1,3]]', 2], ['trace(A*A)', 'A=[[1,2],[3,4]]', 2], ['logsumexp(x)', 'x=[1,2,3]', 2],
  ['norm(x)', 'x=[3,4]', 2], ['sin(x)/x', 'x=.001', 2],
];
const functionEngine = new Engine();
let explainedUrl = '';

async function explain(event) {
  event?.preventDefault();
  const asked = {expression: byId('expr').value, at: byId('at').value, order: Number(byId('order').value)};
  keepInAddress('function', {f: asked.expression, at: asked.at, order: asked.order});
  functionEngine.stop();  // the newest question is the one that counts
  byId('working').hidden = byId('stop-function').hidden = false;
  byId('refusal').hidden = true;
  try {
    const {html} = await functionEngine.ask({ask: 'explain', ...asked});
    URL.revokeObjectURL(explainedUrl);
    explainedUrl = URL.createObjectURL(new Blob([html], {type: 'text/html'}));
    byId('explained').src = explainedUrl;
    byId('explained').hidden = false;
  } catch (failure) {
    if (failure.message !== 'stopped') {
      byId('refusal').textContent = (failure.pointer ? failure.pointer + '\n' : '') + failure.message;
      byId('refusal').hidden = false;
      byId('explained').hidden = true;
    }
  }
  if (functionEngine.waiting.size === 0) byId('working').hidden = byId('stop-function').hidden = true;
}

function openFunction() {
  if (byId('examples').childElementCount > 0) return;
  for (const [f, at, order] of kWorthSeeing) {
    add(byId('examples'), 'button', '', f).addEventListener('click', () => {
      [byId('expr').value, byId('at').value, byId('order').value] = [f, at, order];
      explain();
    });
  }
  const values = addressValues();
  if (values.has('f')) {
    byId('expr').value = values.get('f');
    byId('at').value = values.get('at') ?? '';
    byId('order').value = values.get('order') ?? 2;
  }
  byId('expression').addEventListener('submit', explain);
  byId('stop-function').addEventListener('click', () => functionEngine.stop());
  explain();
}

// Tab 5: a rule that somebody typed.
const shownNumber = value => typeof value === 'number' ? Number(value.toPrecision(9)).toString() : value;

async function checkRule(event) {
  event?.preventDefault();
  const at = byId('rule-at').value.split(',').map(word => word.trim()).filter(word => word !== '').map(Number);
  keepInAddress('check', {f: byId('rule-f').value, rule: byId('rule').value, at: byId('rule-at').value});
  byId('rule-refusal').hidden = true;
  byId('rule-table').hidden = true;
  byId('verdict').textContent = '';
  try {
    if (at.some(Number.isNaN)) throw new Error('a point is not a number. Hint: type numbers, such as -1, 0, 2.5');
    const {variable, rows, right} = await functionEngine.ask({ask: 'check', f: byId('rule-f').value, rule: byId('rule').value, at});
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
    }
    table.hidden = false;
    const wrong = rows.filter(row => !row.right).length, wrongSecond = rows.filter(row => !row.right_second).length;
    byId('verdict').textContent = right ? 'Right at all ' + rows.length + ' points, to second order.' :
      wrong > 0 ? 'Wrong at ' + wrong + ' of ' + rows.length + ' points.' :
      'The value is right, and its gradient is wrong at ' + wrongSecond + ' of ' + rows.length + ' points.';
  } catch (failure) {
    if (failure.message === 'stopped') return;
    byId('rule-refusal').textContent = (failure.pointer ? failure.pointer + '\n' : '') + failure.message;
    byId('rule-refusal').hidden = false;
  }
}

let checkOpened = false;
function openCheck() {
  if (checkOpened) return;
  checkOpened = true;
  const values = addressValues();
  if (values.has('f')) byId('rule-f').value = values.get('f');
  if (values.has('rule')) byId('rule').value = values.get('rule');
  if (values.has('at')) byId('rule-at').value = values.get('at');
  byId('rule-form').addEventListener('submit', checkRule);
  checkRule();
}
