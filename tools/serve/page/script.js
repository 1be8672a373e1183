
// The live page: it asks for the runs every two seconds, and draws anew what has changed.
const kPause = 2000, kMostColours = 8;
const byId = id => document.getElementById(id);
let runs = [], chosen = null;

async function ask(path) {
  let response;
  try {
    response = await fetch(path);
  } catch (failure) {
    throw new Error('gradzoo serve does not answer. Hint: check that it still runs');
  }
  const json = await response.json();
  if (!response.ok) throw new Error(json.error);
  return json;
}

function tell(failure) {
  byId('trouble').textContent = failure ? failure.message : '';
  byId('trouble').hidden = !failure;
}

const link = (path, values) => path + '?' + new URLSearchParams(values);
const fileLink = (run, file, step) => link('/picture', {run: run.name, file, step});
// Of the address: no element has a tab's own name, or the browser would scroll past the tabs to it.
const page = () => Object.hasOwn(kDraw, location.hash.slice(1)) ? location.hash.slice(1) : 'runs';
const shown = () => runs.filter(run => chosen.has(run.name) && !run.problem);
const place = name => shown().findIndex(run => run.name === name);

// ---- the list of runs

function describe(run) {
  if (run.problem) return run.problem;
  const epoch = run.epoch === undefined ? '' : ', epoch ' + Number(run.epoch.toFixed(2));
  return run.model + epoch + (run.training ? ', training' : '');
}

const entries = new Map();  // of the list, by name: they stay, so that clicks, focus and scrolling do

function entryOf(name) {
  let entry = entries.get(name);
  if (entry) return entry;
  entry = document.createElement('li');
  const label = add(entry, 'label', '');
  const box = add(label, 'input', '');
  box.type = 'checkbox';
  box.dataset.run = name;
  box.addEventListener('change', () => {
    if (box.checked) chosen.add(name); else chosen.delete(name);
    draw();
  });
  add(label, 'i', '');
  add(label, 'b', '', name);
  add(label, 'small', '');
  entries.set(name, entry);
  return entry;
}

function listRuns() {
  const word = byId('filter').value.trim().toLowerCase();
  const listed = [];
  for (const run of runs) {
    const text = [run.name, run.model, ...(run.settings ?? []).map(setting => setting.join('='))].join(' ');
    if (word && !text.toLowerCase().includes(word)) continue;
    const entry = entryOf(run.name);
    entry.querySelector('input').checked = chosen.has(run.name);
    const at = place(run.name);
    entry.querySelector('i').className = at < 0 ? '' : 's' + at % kMostColours;
    const small = entry.querySelector('small');
    small.className = run.problem ? 'problem' : run.training ? 'training' : '';
    if (small.textContent !== describe(run)) small.textContent = describe(run);
    listed.push(entry);
  }
  const names = byId('names');
  if (listed.length !== names.children.length || listed.some((entry, i) => entry !== names.children[i]))
    names.replaceChildren(...listed);
  byId('no-runs').hidden = listed.length > 0;
  byId('no-runs').textContent = runs.length > 0 ? 'No run matches.' : 'No runs yet. gradzoo train vae makes one.';
}

function chooseAll(all) {
  const word = byId('filter').value;
  chosen = new Set(all ? [...byId('names').querySelectorAll('input')].map(box => box.dataset.run) : []);
  if (all && word === '') chosen = new Set(runs.map(run => run.name));
  draw();
}

// ---- pages

let curvesAsked = '';

async function drawCurves() {
  const known = shown().filter(run => run.last);
  byId('no-curves').hidden = known.length > 0;
  const smoothing = byId('smoothing').value;
  byId('smoothed').textContent = (smoothing / 100).toFixed(2);
  const query = new URLSearchParams({x: byId('axis').value, smoothing, log: byId('log').checked ? '1' : '0'});
  shown().forEach(run => query.append('run', run.name));
  const asked = query + JSON.stringify(known.map(run => [run.step, run.seconds]));
  if (asked === curvesAsked) return;
  curvesAsked = asked;
  const figures = known.length > 0 ? await ask('/api/curves?' + query) : [];
  if (asked !== curvesAsked) return;  // something else was chosen meanwhile
  const box = byId('curves');
  if (box.querySelector('.tip')) {  // somebody reads a value
    curvesAsked = '';
    return;
  }
  box.innerHTML = figures.map(figure => figure.html).join('');
  box.querySelectorAll('.chart').forEach(showValues);
}

const isMoment = file => file.startsWith('epoch-');
const pictureLabel = file => file.replace(/\.(png|svg)$/, '').replace(/^epoch-0*/, 'epoch ').replaceAll('_', ' ');

// A picture that is shown larger than it is keeps its pixels; one of points in the plane is dark at night.
function setPicture(image, run, file) {
  const source = fileLink(run, file, isMoment(file) ? 0 : run.step ?? 0);
  if (image.getAttribute('src') === source) return;
  image.onload = () => image.classList.toggle('pixels', file.endsWith('.png') && image.naturalWidth < image.clientWidth);
  image.src = source;
  image.alt = run.name + ', ' + pictureLabel(file);
  image.classList.toggle('invert-at-night', run.points && file.endsWith('.png'));
}

// A run's pictures over time, of which the newest is shown until the slider is moved back. Below it, what was drawn
// at the end.
function drawStrip(run) {
  let strip = byId('strip ' + run.name);
  if (!strip) {
    strip = add(byId('strips'), 'figure', 'strip live');
    strip.id = 'strip ' + run.name;
    add(strip, 'h3', '', run.name);
    const controls = add(strip, 'div', 'controls');
    const slider = add(controls, 'input', '');
    Object.assign(slider, {type: 'range', min: 0, max: 0, value: 0});
    slider.setAttribute('aria-label', 'picture of ' + run.name);
    add(controls, 'output', '');
    add(strip, 'img', 'moment');
    add(strip, 'div', 'ends');
    slider.addEventListener('input', () => showPicture(strip));
  }
  const slider = strip.querySelector('input');
  const atEnd = strip.files === undefined || Number(slider.value) === strip.last;
  strip.files = run.pictures.filter(isMoment);
  strip.last = strip.files.length - 1;
  strip.run = run;
  slider.max = strip.last;
  if (atEnd) slider.value = strip.last;
  strip.querySelector('.controls').hidden = strip.querySelector('.moment').hidden = strip.last < 0;
  if (strip.last >= 0) showPicture(strip);
  drawEnds(strip.querySelector('.ends'), run, run.pictures.filter(file => !isMoment(file)));
}

function showPicture(strip) {
  const slider = strip.querySelector('input');
  const file = strip.files[Number(slider.value)];
  strip.querySelector('output').textContent = pictureLabel(file);
  slider.setAttribute('aria-valuetext', pictureLabel(file));
  setPicture(strip.querySelector('.moment'), strip.run, file);
}

function drawEnds(box, run, files) {
  while (box.children.length > files.length) box.lastChild.remove();
  files.forEach((file, i) => {
    const figure = box.children[i] ?? add(box, 'figure', '');
    if (!figure.firstChild) {
      add(figure, 'img', '').loading = 'lazy';
      add(figure, 'figcaption', '');
    }
    setPicture(figure.firstChild, run, file);
    figure.lastChild.textContent = pictureLabel(file);
  });
}

function drawSamples() {
  const drawn = shown().filter(run => run.pictures.length > 0);
  byId('no-samples').hidden = drawn.length > 0;
  const wanted = new Set(drawn.map(run => 'strip ' + run.name));
  [...byId('strips').children].forEach(strip => { if (!wanted.has(strip.id)) strip.remove(); });
  drawn.forEach(drawStrip);
}

function fillSides() {
  ['left', 'right'].forEach((id, i) => {
    const select = byId(id), value = select.value;
    const names = runs.map(run => run.name);
    if ([...select.options].map(option => option.value).join('\n') !== names.join('\n')) {
      select.replaceChildren(...names.map(name => new Option(name, name)));
      select.value = names.includes(value) ? value : (shown()[i] ?? shown()[0])?.name ?? names[0] ?? '';
    }
  });
}

function table(parent, head, rows) {
  const box = add(parent, 'div', 'scroll');
  Object.assign(box, {tabIndex: 0, role: 'group', ariaLabel: head[0]});  // reached by keyboard, to be scrolled
  const body = add(box, 'table', '');
  const headings = add(body, 'tr', '');
  head.forEach(text => add(headings, 'th', '', text));
  for (const cells of rows) {
    const row = add(body, 'tr', cells[1] === cells[2] ? '' : 'differs');
    cells.forEach(text => add(row, 'td', '', text));
  }
}

let sidesDrawn = '';

function drawSides() {
  fillSides();
  const pair = ['left', 'right'].map(id => runs.find(run => run.name === byId(id).value));
  const state = JSON.stringify([pair, byId('equal').checked]);
  if (state === sidesDrawn) return;
  sidesDrawn = state;
  const box = byId('sides');
  box.replaceChildren();
  if (!pair[0] || !pair[1]) return;
  const pictures = add(box, 'div', 'sides');
  for (const run of pair) {
    const figure = add(pictures, 'figure', '');
    add(figure, 'h3', '', run.name);
    const file = run.pictures.filter(isMoment).at(-1) ?? run.pictures.at(-1);
    if (file) setPicture(add(figure, 'img', ''), run, file);
    add(figure, 'figcaption', run.problem ? 'problem' : '', run.problem ?? (file ? pictureLabel(file) : 'no pictures yet'));
    if (run.report) {
      const report = add(add(figure, 'p', ''), 'a', '', 'report of the run');
      Object.assign(report, {href: link('/report', {run: run.name}), target: '_blank', rel: 'noopener'});
    }
  }
  const rows = (of, equal) => {
    const sides = pair.map(run => new Map(of(run)));
    const keys = [...new Set([...sides[0].keys(), ...sides[1].keys()])];
    return keys.map(key => [key, ...sides.map(side => String(side.get(key) ?? '-'))])
      .filter(row => equal || row[1] !== row[2]);
  };
  const number = value => Number(value).toPrecision(5).replace(/\.?0+$/, '');
  const head = name => [name, pair[0].name, pair[1].name];
  table(box, head('setting'), rows(run => [['model', run.model], ...run.settings ?? []], byId('equal').checked));
  table(box, head('last measured'), rows(run => Object.entries(run.last ?? {}).map(([key, value]) =>
    [key.replaceAll('_', ' '), number(value)]), true));
}

// ---- all of it

const kDraw = {runs: drawCurves, samples: drawSamples, pair: drawSides};

async function draw() {
  const now = page();
  document.querySelectorAll('.page').forEach(section => { section.hidden = section.id !== now + '-page'; });
  document.querySelectorAll('nav a').forEach(anchor => {
    if (anchor.hash === '#' + now) anchor.setAttribute('aria-current', 'page');
    else anchor.removeAttribute('aria-current');
  });
  byId('desk').classList.toggle('whole', now === 'pair');
  try {
    if (chosen) {
      listRuns();
      await kDraw[now]();
    }
    tell();
  } catch (failure) {
    tell(failure);
  }
}

async function poll() {
  try {
    const answer = await ask('/api/runs');
    const before = new Set(runs.map(run => run.name));
    runs = answer.runs;
    byId('folder').textContent = 'Runs in ' + answer.folder +
      (answer.left_out > 0 ? ': the last ' + runs.length + ' that changed, of ' + (runs.length + answer.left_out) : '');
    byId('to-playground').hidden = !answer.computes;
    if (!chosen) chosen = new Set(runs.slice(0, kMostColours).map(run => run.name));
    else runs.filter(run => !before.has(run.name)).forEach(run => chosen.add(run.name));
    await draw();
  } catch (failure) {
    tell(failure);
  }
  setTimeout(poll, kPause);
}

['axis', 'smoothing', 'log', 'left', 'right', 'equal'].forEach(id => byId(id).addEventListener('input', draw));
byId('filter').addEventListener('input', listRuns);
byId('all').addEventListener('click', () => chooseAll(true));
byId('none').addEventListener('click', () => chooseAll(false));
window.addEventListener('hashchange', () => { scrollTo(0, 0); draw(); });
poll();
