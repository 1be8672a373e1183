// Tab 2: models that learn a distribution in the plane.
const kByHand = 'drawn by hand', kOfFile = 'a file';
let planeModels = null, drawnPoints = [], pointsFile = null;  // {name, bytes}

// One model beside its pictures: it asks for a while of training and a frame in turns, so that it never keeps anybody
// waiting.
class Run {
  constructor(box, settings) {
    this.engine = new Engine();
    this.settings = settings;  // {model, seed, set}
    this.playing = false;
    this.box = add(box, 'div', 'run');
    const knobs = add(this.box, 'div', 'knobs');
    this.model = add(add(knobs, 'label', '', 'model '), 'select');
    for (const {name, summary} of planeModels.models) add(this.model, 'option', '', name).title = summary;
    this.model.value = settings.model;
    this.model.addEventListener('change', () => this.choose(this.model.value));
    this.seed = add(add(knobs, 'label', '', 'seed '), 'input');
    Object.assign(this.seed, {type: 'number', min: 0, max: 1000000, value: settings.seed});
    this.seed.addEventListener('change', () => this.begin());
    this.plane = add(this.box, 'canvas', 'plane');
    Object.assign(this.plane, {width: 400, height: 400});
    this.plane.setAttribute('role', 'img');
    const side = add(this.box, 'div', 'side');
    const buttons = add(side, 'p', 'buttons');
    const button = (words, does) => {
      const made = add(buttons, 'button', '', words);
      made.type = 'button';
      made.addEventListener('click', does);
      return made;
    };
    this.play = button('Play', () => this.playing ? this.pause() : this.go());
    this.oneStep = button('One step', () => this.once(1));
    button('Begin again', () => this.begin());
    this.state = add(side, 'p', 'state');
    this.state.setAttribute('role', 'status');
    this.curves = add(side, 'canvas', '');
    Object.assign(this.curves, {width: 400, height: 120});
    this.curves.dataset.ratio = '.3';
    this.legend = add(side, 'p', 'legend');
    const more = add(side, 'details');
    add(more, 'summary', '', 'Settings');
    this.note = add(more, 'p', 'legend');
    this.form = add(more, 'div', 'settings');
  }

  choose(model) {
    this.settings = {...this.settings, model, set: []};
    this.begin();
  }

  // How it asks to begin with these data.
  asked(data) {
    return {ask: 'begin', name: 'run', model: this.settings.model, set: ['seed=' + Number(this.seed.value), ...this.settings.set], ...data};
  }

  // Where the run stands in the questions of this page: an answer of a run that was left counts for nothing.
  isOld(turn) { return turn !== this.turn; }

  async begin() {
    const wasPlaying = this.playing;
    this.playing = false;
    const turn = this.turn = {};
    this.rows = [];
    this.frame = this.about = null;
    this.settings.seed = Number(this.seed.value);
    this.engine.stop();
    rememberTraining();
    this.say('The engine prepares the run.');
    try {
      const data = byId('data').value;
      const about = data === kOfFile ? await this.engine.ask(this.asked({file: pointsFile.name}), pointsFile.bytes) :
        await this.engine.ask(this.asked(data === kByHand ? {points: drawnPoints} : {data}));
      if (this.isOld(turn)) return;
      this.about = about;
    } catch (failure) {
      if (failure.message !== 'stopped') this.say(failure.message);
      return;
    }
    this.describe();
    this.draw();
    this.say(this.about.warning || this.about.parameters.toLocaleString('en') + ' parameters to learn, ' +
      this.about.steps.toLocaleString('en') + ' steps.');
    if (wasPlaying) this.go();
  }

  describe() {
    const narrower = planeModels.models.find(({name}) => name === this.settings.model).set;
    this.note.textContent = narrower.length === 0 ? 'The same settings as gradzoo train ' + this.settings.model + '.' :
      'The settings of gradzoo train ' + this.settings.model + ', but smaller, for a fast page: ' + narrower.join(', ') + '.';
    const names = this.about.metrics.slice(0, kCurves);
    this.legend.replaceChildren();
    names.forEach(({name, meaning}, i) => {
      const word = add(this.legend, 'span', '', (i > 0 ? ' · ' : '') + name);
      word.style.color = curveColour(i);
      word.title = meaning;
    });
    this.form.replaceChildren();
    for (const option of this.about.options) {
      if (!option.own && !['lr', 'batch', 'steps', 'ema', 'clip', 'schedule', 'toy-scale', 'toy-noise'].includes(option.key)) continue;
      this.addKnob(option);
    }
  }

  addKnob(option) {
    const label = add(this.form, 'label', '', option.key);
    let knob;
    if (option.choices) {
      knob = add(label, 'select');
      for (const choice of option.choices) add(knob, 'option', '', choice);
    } else if (option.type === 'flag') {
      knob = add(label, 'select');
      for (const choice of ['true', 'false']) add(knob, 'option', '', choice);
    } else {
      knob = add(label, 'input');
      knob.autocomplete = 'off';
    }
    knob.value = option.value;
    knob.addEventListener('change', () => {
      const others = this.settings.set.filter(word => !word.startsWith(option.key + '='));
      this.settings.set = [...others, option.key + '=' + knob.value];
      this.begin();
    });
    add(label, 'small', '', option.meaning);
  }

  async go() {
    if (!this.about || this.playing) return;
    this.playing = true;
    this.play.textContent = 'Pause';
    const turn = this.turn;
    while (this.playing && !this.isOld(turn)) {
      if (!await this.once(0)) break;
      await new Promise(resolve => requestAnimationFrame(resolve));
    }
    if (this.isOld(turn)) return;
    this.playing = false;
    this.play.textContent = 'Play';
    await this.look();
  }

  pause() {
    this.playing = false;
    this.play.textContent = 'Play';
  }

  // Trains for a while, or so many steps, and draws. False where it is done, or nothing more is to come.
  async once(steps) {
    const turn = this.turn;
    if (!this.about) return false;
    try {
      const trained = await this.engine.ask({ask: 'advance', name: 'run', milliseconds: Number(byId('speed').value), steps});
      if (this.isOld(turn)) return false;
      this.rows.push(...trained.rows);
      if (this.rows.length > 2000) this.rows = this.rows.filter((row, i) => i % 2 === 0);
      this.frame = await this.engine.ask({ask: 'frame', name: 'run', cells: 48});
      if (this.isOld(turn)) return false;
      this.draw();
      this.tellStep(trained);
      return !trained.done;
    } catch (failure) {
      if (!this.isOld(turn) && failure.message !== 'stopped') this.say(failure.message);
      this.playing = false;
      return false;
    }
  }

  // A careful look while it rests: samples by the run's own chains, and the KL.
  async look() {
    const turn = this.turn;
    try {
      const frame = await this.engine.ask({ask: 'frame', name: 'run', cells: 96, samples: 500, careful: true});
      if (this.isOld(turn) || this.playing) return;
      this.frame = frame;
      this.draw();
      this.tellStep({step: frame.step, done: frame.step >= this.about.steps});
    } catch (failure) {
      if (!this.isOld(turn) && failure.message !== 'stopped') this.say(failure.message);
    }
  }

  tellStep({step, done}) {
    const row = this.rows[this.rows.length - 1], loss = row ? row[1] : null;
    const metric = this.about.metrics[0].name;
    this.say('Step ' + step.toLocaleString('en') + (done ? ', done' : ' of ' + this.about.steps.toLocaleString('en')) +
      (loss === null ? '' : ' · ' + metric + ' ' + loss.toPrecision(4)) +
      (this.frame?.kl === undefined ? '' : ' · KL(truth || model) ' + this.frame.kl.toPrecision(3) + ' nats'));
  }

  say(words) { this.state.textContent = words; }

  draw() {
    if (!this.about) return;
    [...this.legend.children].forEach((word, i) => { word.style.color = curveColour(i); });
    drawPlane(this.plane, this.about, this.frame);
    drawCurves(this.curves, this.rows, this.about.metrics.slice(0, kCurves));
    const what = {density: 'its density', score: 'its score as arrows', D: 'D, the probability that a point is real'};
    this.plane.setAttribute('aria-label', this.frame ? 'Samples of ' + this.settings.model + ' at step ' + this.frame.step +
      (this.frame.shown ? ', over ' + what[this.frame.shown] : '') : 'The data, ' + byId('data').value);
  }
}

let runs = [];

function rememberTraining() {
  const values = {data: byId('data').value, model: runs[0].settings.model, seed: runs[0].settings.seed, set: runs[0].settings.set.join(' ')};
  if (byId('pair').checked && runs[1]) Object.assign(values, {model2: runs[1].settings.model, set2: runs[1].settings.set.join(' ')});
  if (currentTab() === 'train') keepInAddress('train', values);
}

function setPair() {
  if (byId('pair').checked && runs.length < 2) {
    runs.push(new Run(byId('runs'), {model: 'ebm', seed: runs[0].settings.seed, set: []}));
    runs[1].begin();
  } else if (!byId('pair').checked && runs.length > 1) {
    runs[1].turn = {};
    runs[1].playing = false;
    runs[1].engine.stop();
    runs.pop().box.remove();
    rememberTraining();
  }
}

function drawBoard() {
  const about = {box: [-4, 4, -4, 4], data: drawnPoints, truth: null};
  drawPlane(byId('drawing-board'), about, null);
  byId('drawn-count').textContent = drawnPoints.length + ' points' + (drawnPoints.length < 10 ? '; at least ten are needed' : '');
}

function chooseData() {
  const byHand = byId('data').value === kByHand;
  byId('by-hand').hidden = !byHand;
  if (byHand) drawBoard();
  if (!byHand || drawnPoints.length >= 10) runs.forEach(run => run.begin());
}

// A file becomes the data once an engine apart has begun with it: one that is refused changes nothing.
async function takePoints([chosen]) {
  if (runs.length === 0) return;  // still loading
  const turn = takePoints.turn = {};
  try {
    const bytes = await chosenBytes(chosen);
    await askApart(runs[0].asked({file: chosen.name}), bytes);
    if (turn !== takePoints.turn) return;
    pointsFile = {name: chosen.name, bytes};
  } catch (failure) {
    return tell(failure);
  }
  tell(null);
  const option = [...byId('data').options].find(({value}) => value === kOfFile) ?? add(byId('data'), 'option');
  Object.assign(option, {value: kOfFile, textContent: chosen.name, selected: true});
  chooseData();
}

async function openTrain() {
  if (planeModels) return;
  planeModels = await askApart({ask: 'models'});
  for (const {name, description} of planeModels.data) add(byId('data'), 'option', '', name).title = description;
  add(byId('data'), 'option', '', kByHand);
  const values = addressValues();
  byId('data').value = planeModels.data.some(({name}) => name === values.get('data')) ? values.get('data') : 'ring8';
  const known = name => planeModels.models.some(model => model.name === name);
  const words = text => (text ?? '').split(' ').filter(word => word !== '');
  runs.push(new Run(byId('runs'), {model: known(values.get('model')) ? values.get('model') : 'score', seed: Number(values.get('seed') ?? 0), set: words(values.get('set'))}));
  if (known(values.get('model2'))) {
    byId('pair').checked = true;
    runs.push(new Run(byId('runs'), {model: values.get('model2'), seed: runs[0].settings.seed, set: words(values.get('set2'))}));
  }
  byId('data').addEventListener('change', chooseData);
  byId('pair').addEventListener('change', setPair);
  followFiles(byId('points-file'));
  byId('rub-out').addEventListener('click', () => {
    drawnPoints = [];
    drawBoard();
  });
  followPointer(byId('drawing-board'), (x, y) => {
    for (let i = 0; i < 3 && drawnPoints.length < 5000; ++i) {
      const spread = () => .25 * (Math.random() + Math.random() + Math.random() - 1.5);
      drawnPoints.push([8 * x - 4 + spread(), 4 - 8 * y + spread()]);
    }
    drawBoard();
  });
  byId('drawing-board').addEventListener('pointerup', () => {
    if (drawnPoints.length >= 10) runs.forEach(run => run.begin());
  });
  for (const run of runs) await run.begin();
}
