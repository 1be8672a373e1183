// Tab 4: labs, small experiments with knobs. Each runs in an engine of its own, so that it can be stopped.
const kTooLong = {'mode-collapse': 'four minutes', 'noise-levels': 'more than a minute', 'nce-constant': 'some minutes', 'one-idea': 'some minutes', 'prior-holes': 'MNIST, which is not in this page'};
let labEngine = null;

async function runLab(name, form) {
  const knobs = [...form.querySelectorAll('input[data-key]')].filter(box => box.value !== box.defaultValue)
    .map(box => box.dataset.key + '=' + box.value);
  const seed = Number(form.querySelector('.seed').value) || 0;
  keepInAddress('labs', {lab: name, seed, knobs: knobs.join(' ')});
  labEngine?.stop();
  const mine = labEngine = new Engine();
  mine.onProgress = (share, line) => { byId('lab-state').textContent = name + ' runs: ' + line; };
  byId('lab-state').textContent = name + ' runs.';
  byId('stop-lab').hidden = false;
  try {
    const {html, seconds} = await mine.ask({ask: 'lab', lab: name, seed, knobs});
    showInFrame('lab-page', html);
    byId('lab-state').textContent = name + ': ' + seconds.toFixed(1) + ' s.';
    byId('lab-state').scrollIntoView();  // where its results are
  } catch (failure) {
    if (mine === labEngine) byId('lab-state').textContent = failure.message === 'stopped' ? name + ': stopped.' : inPage(failure.message);
  }
  mine.stop();
  if (mine === labEngine) byId('stop-lab').hidden = true;
}

const labForms = new Map();  // {form, start}, by name

async function layOutLabs() {
  const {labs} = await askApart({ask: 'labs'});
  const levels = ['', 'Only probability', 'A model that is trained', 'The gradients of training'];
  let level = 0;
  for (const lab of labs) {
    if (lab.level !== level) add(byId('lab-list'), 'h3', '', levels[level = lab.level]);
    const box = add(byId('lab-list'), 'div', 'lab');
    const head = add(box, 'h3', '', lab.name);
    add(head, 'small', '', lab.source);
    add(box, 'p', '', lab.idea);
    if (!kServed && Object.hasOwn(kTooLong, lab.name)) {
      add(box, 'p', 'legend', 'It takes ' + kTooLong[lab.name] + ': gradzoo lab ' + lab.name);
      continue;
    }
    const more = add(box, 'details');
    add(more, 'summary', '', 'Knobs');
    const form = add(more, 'form');
    const knob = (key, value, meaning) => {
      const label = add(form, 'label', '', key);
      const input = add(label, 'input');
      Object.assign(input, {value, defaultValue: value, autocomplete: 'off'});
      add(label, 'small', '', meaning);
      return input;
    };
    for (const {name, value, meaning} of lab.knobs) knob(name, value, meaning).dataset.key = name;
    knob('seed', '0', 'seed of all random numbers').className = 'seed';
    const run = add(box, 'button', '', 'Run');
    run.type = 'button';
    const start = event => {
      event?.preventDefault();
      runLab(lab.name, form);
    };
    run.addEventListener('click', start);
    form.addEventListener('submit', start);
    labForms.set(lab.name, {form, start});
  }
  byId('stop-lab').addEventListener('click', () => labEngine?.stop());
}

const labsTab = {
  open: layOutLabs,
  show(values) {
    const known = labForms.get(values.get('lab'));
    if (!known) return;
    const knobs = new Map((values.get('knobs') ?? '').split(' ').map(word => word.split(/=(.*)/s)));
    for (const input of known.form.querySelectorAll('input[data-key]')) input.value = knobs.get(input.dataset.key) ?? input.defaultValue;
    known.form.querySelector('.seed').value = values.get('seed') ?? 0;
    known.start();
  },
};
