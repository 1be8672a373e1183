// A model that learns a distribution in the plane, beside its pictures. It asks for a while of training and a frame in
// turns, so that it never keeps anybody waiting.
const kPages = {cnce: 'nce', fce: 'nce', ddpm: 'diffusion', ncsn: 'diffusion'};  // of docs, where the name is another
const kWithPaths = ['flow-matching', 'ddpm', 'ncsn'];
const kSlowMotion = 0;  // among the times between two pictures

class Run {
  constructor(box, settings) {
    this.engine = new Engine();
    this.settings = settings;  // {model, seed, set}
    this.playing = false;
    this.rows = [];
    this.box = add(box, 'div', 'run');
    const knobs = add(this.box, 'div', 'knobs');
    this.model = add(add(knobs, 'label', '', 'model '), 'select');
    for (const {name, summary} of planeModels.models) add(this.model, 'option', '', name).title = summary;
    this.model.addEventListener('change', () => this.choose({model: this.model.value, seed: this.settings.seed, set: []}));
    this.seed = add(add(knobs, 'label', '', 'seed '), 'input');
    Object.assign(this.seed, {type: 'number', min: 0, max: 1000000});
    this.seed.addEventListener('change', () => this.choose({...this.settings, seed: Number(this.seed.value)}));
    this.sentence = add(this.box, 'p', 'legend sentence');
    const left = add(this.box, 'div', 'picture');
    this.plane = add(left, 'canvas', 'plane');
    Object.assign(this.plane, {width: 400, height: 400});
    this.plane.setAttribute('role', 'img');
    this.keys = add(left, 'p', 'legend keys');
    const side = add(this.box, 'div', 'side');
    const buttons = add(side, 'p', 'buttons');
    this.play = this.button(buttons, 'Play', () => this.playing ? this.pause() : this.go());
    this.oneStep = this.button(buttons, 'One step', () => this.once(1));
    this.button(buttons, 'Begin again', () => this.begin());
    this.state = add(side, 'p', 'state');
    this.state.setAttribute('role', 'status');
    this.ended = add(side, 'p', 'ended notice');
    this.ended.setAttribute('role', 'alert');
    this.curves = add(side, 'canvas', '');
    Object.assign(this.curves, {width: 400, height: 120});
    this.curves.dataset.ratio = '.34';
    this.legend = add(side, 'p', 'legend');
    this.tools = add(side, 'div', 'knobs');
    const files = add(side, 'p', 'buttons');
    this.button(files, 'Picture (PNG)', () => save(this.settings.model + '.png', this.plane));
    this.button(files, 'Samples (CSV)', () => save('samples.csv', 'x,y\n' + (this.frame?.samples ?? []).map(point => point.join()).join('\n') + '\n'));
    this.button(files, 'Curves (CSV)', () => this.about && save('curves.csv', ['step', ...this.about.metrics.map(({name}) => name)].join() + '\n' +
      this.rows.map(row => row.map(value => value ?? '').join()).join('\n') + '\n'));
    const more = add(side, 'details');
    add(more, 'summary', '', 'Settings and network');
    this.note = add(more, 'p', 'legend');
    this.network = add(more, 'div', 'network');
    this.form = add(more, 'div', 'settings');
    this.model.value = settings.model;
    this.seed.value = settings.seed;
  }

  button(parent, words, does) {
    const made = add(parent, 'button', '', words);
    made.type = 'button';
    made.addEventListener('click', does);
    return made;
  }

  choose(settings) {
    this.settings = settings;
    return this.begin();
  }

  asked(data) {
    return {ask: 'begin', name: 'run', model: this.settings.model, set: ['seed=' + this.settings.seed, ...this.settings.set], ...data};
  }

  // Where the run stands in the questions of this page: an answer of a run that was left counts for nothing.
  isOld(turn) { return turn !== this.turn; }

  async begin() {
    const wasPlaying = this.playing, turn = this.turn = {};
    this.pause();
    this.rows = [];
    this.heldOut = [];
    this.frame = this.about = this.paths = null;
    this.model.value = this.settings.model;
    this.seed.value = this.settings.seed;
    this.end('');
    this.engine.stop();
    rememberTraining();
    this.say('The engine prepares the run.');
    try {
      const about = await this.engine.ask(this.asked(chosenData()), byId('data').value === kOfFile ? pointsFile.bytes : undefined);
      if (this.isOld(turn)) return;
      this.about = about;
    } catch (failure) {
      if (this.isOld(turn) || failure.message === 'stopped') return;
      this.say('');
      return this.end(whyRefused(this.settings.model, failure));
    }
    this.describe();
    this.draw();
    this.say(this.about.warning || this.about.parameters.toLocaleString('en') + ' parameters to learn, ' +
      this.about.steps.toLocaleString('en') + ' steps.');
    if (wasPlaying) this.go();
  }

  describe() {
    const {summary, source, set} = planeModels.models.find(({name}) => name === this.settings.model);
    this.sentence.textContent = summary + ' (' + source + '). Read more: ';
    addDocs(this.sentence, kPages[this.settings.model] ?? this.settings.model);
    this.note.textContent = set.length === 0 ? 'The same settings as gradzoo train ' + this.settings.model + '.' :
      'The settings of gradzoo train ' + this.settings.model + ', but smaller, for a fast page: ' + set.join(', ') + '.';
    this.legend.replaceChildren();
    this.about.metrics.slice(0, kCurves).forEach(({name, meaning}, i) => {
      const word = add(this.legend, 'span', '', (i > 0 ? ' · ' : '') + name);
      word.title = meaning;
    });
    add(this.legend, 'span', 'held-out', ' · dots: the same on examples held out of training');
    drawNetwork(this.network, this.about.options);
    this.form.replaceChildren();
    for (const option of this.about.options) {
      if (!option.own && !['lr', 'batch', 'steps', 'ema', 'clip', 'schedule', 'toy_scale', 'toy_noise'].includes(option.key)) continue;
      this.addKnob(option);
    }
    this.layOutTools();
  }

  // What only some models have: paths from noise to data, and the game of a GAN.
  layOutTools() {
    this.tools.replaceChildren();
    this.game = this.time = null;
    if (this.settings.model === 'gan') {
      const label = add(this.tools, 'label');
      this.game = add(label, 'input');
      this.game.type = 'checkbox';
      label.append(' the lattice of codes under G, and D\'s gradient at samples');
      this.game.addEventListener('change', () => this.refresh());
    }
    if (!kWithPaths.includes(this.settings.model)) return;
    this.button(this.tools, 'Paths from noise to data', () => this.askPaths());
    const label = add(this.tools, 'label', '', 'time ');
    this.time = add(label, 'input', 'time');
    Object.assign(this.time, {type: 'range', min: 0, max: 1, step: 'any', value: 1, disabled: true});
    this.time.addEventListener('input', () => this.draw());
  }

  async askPaths() {
    if (!this.about) return;
    const turn = this.turn;
    this.pause();
    try {
      const {states} = await this.engine.ask({ask: 'paths', name: 'run', n: 80, most: 60});
      if (this.isOld(turn)) return;
      this.paths = states;
      Object.assign(this.time, {disabled: false, value: 0});
      for (let i = 0; i <= 50 && this.paths === states; ++i) {
        this.time.value = i / 50;
        this.draw();
        await new Promise(resolve => setTimeout(resolve, 50));
      }
    } catch (failure) {
      if (!this.isOld(turn)) this.fail(failure);
    }
  }

  addKnob(option) {
    const label = add(this.form, 'label', '', option.key);
    const choices = option.choices ?? (option.type === 'flag' ? ['true', 'false'] : null);
    const knob = add(label, choices ? 'select' : 'input');
    for (const choice of choices ?? []) add(knob, 'option', '', choice);
    if (!choices) knob.autocomplete = 'off';
    knob.value = option.value;
    knob.addEventListener('change', () => {
      const others = this.settings.set.filter(word => !word.startsWith(option.key + '='));
      this.choose({...this.settings, set: [...others, option.key + '=' + knob.value]});
    });
    add(label, 'small', '', option.meaning);
  }

  async go() {
    if (!this.about || this.playing || this.ended.textContent) return;
    const turn = this.turn, mine = this.playing = {};
    this.play.textContent = 'Pause';
    this.state.setAttribute('aria-live', 'off');
    while (this.playing === mine && !this.isOld(turn)) {
      const slow = Number(byId('speed').value) === kSlowMotion;
      if (!await this.once(slow ? 1 : 0)) break;
      await new Promise(resolve => slow ? setTimeout(resolve, 500) : requestAnimationFrame(resolve));
    }
    if (this.isOld(turn) || (this.playing && this.playing !== mine)) return;
    this.pause();
    await this.look();
  }

  pause() {
    this.playing = false;
    this.play.textContent = 'Play';
    this.state.setAttribute('aria-live', 'polite');
  }

  // Trains for a while, or so many steps, and draws. False where it is done, or nothing more is to come.
  async once(steps) {
    const turn = this.turn;
    if (!this.about || this.ended.textContent) return false;
    try {
      const trained = await this.engine.ask({ask: 'advance', name: 'run', milliseconds: Number(byId('speed').value), steps});
      if (this.isOld(turn)) return false;
      this.rows.push(...trained.rows);
      if (this.rows.length > 2000) this.rows = this.rows.filter((row, i) => i % 2 === 0);
      this.paths = null;
      if (this.time) this.time.disabled = true;
      if (!await this.askFrame({cells: 48}, turn)) return false;
      if (trained.done) this.end('Done: all ' + this.about.steps.toLocaleString('en') + ' steps.', false);
      return !trained.done;
    } catch (failure) {
      if (!this.isOld(turn)) this.fail(failure);
      return false;
    }
  }

  async askFrame(wanted, turn = this.turn) {
    const frame = await this.engine.ask({ask: 'frame', name: 'run', game: this.game?.checked ?? false, ...wanted});
    if (this.isOld(turn)) return false;
    this.frame = frame;
    this.draw();
    this.tellStep();
    return true;
  }

  refresh() {
    if (this.frame && !this.playing) this.askFrame({cells: 96}).catch(failure => this.fail(failure));
  }

  // A careful look while it rests: samples by the run's own chains, the KL, and what is measured on held-out examples.
  async look() {
    const turn = this.turn;
    if (this.ended.classList.contains('wrong')) return;
    try {
      const {step, held_out} = await this.engine.ask({ask: 'validate', name: 'run'});
      if (this.isOld(turn)) return;
      this.heldOut.push(...held_out.map(({curve, value}) => ({step, curve, value})));
      if (!this.playing) await this.askFrame({cells: 96, samples: 500, careful: true}, turn);
    } catch (failure) {
      if (!this.isOld(turn)) this.fail(failure);
    }
  }

  tellStep() {
    const row = this.rows[this.rows.length - 1], {step, kl} = this.frame;
    this.say('Step ' + step.toLocaleString('en') + ' of ' + this.about.steps.toLocaleString('en') +
      (row ? ' · ' + this.about.metrics[0].name + ' ' + shownNumber(row[1], 4) : '') +
      (kl === undefined ? '' : ' · KL(truth || model) ' + shownNumber(kl, 3) + (kl === null ? '' : ' nats')));
  }

  say(words) { this.state.textContent = words; }

  // How the run ended, which stays until it begins again.
  end(words, isWrong = true) {
    this.ended.textContent = words;
    this.ended.hidden = words === '';
    this.ended.classList.toggle('wrong', isWrong && words !== '');
    this.play.disabled = this.oneStep.disabled = words !== '';
  }

  fail(failure) {
    this.pause();
    if (failure.message !== 'stopped') this.end(inPage(failure.message) + ' Then begin again.');
  }

  draw() {
    if (!this.about) return;
    [...this.legend.children].forEach((word, i) => { if (i < kCurves && word.className === '') word.style.color = curveColour(i); });
    const paths = this.paths ? {states: this.paths, time: Number(this.time.value), trail: this.settings.model === 'flow-matching' ? 1000 : 5} : null;
    drawPlane(this.plane, this.about, this.frame, paths);
    drawCurves(this.curves, this.rows, this.about.metrics.slice(0, kCurves), this.heldOut);
    const shown = this.frame?.shown;
    this.keys.replaceChildren();
    const key = (kind, words) => add(this.keys, 'span', 'key ' + kind, words);
    if (paths) {
      key('samples', 'samples on their way, at time ' + paths.time.toFixed(2) + ' of 0 (noise) to 1 (data)');
    } else if (this.frame) {
      key('samples', 'samples of the model');
    }
    if (shown === 'density') key('tint', 'density of the model');
    if (shown === 'D') key('tint-d', 'D: probability that a point is real, not a density');
    if (shown === 'critic') key('tint-d', 'sigmoid of the critic\'s score, not a density');
    if (shown === 'score' && !paths) key('arrows', 'score of the model, the gradient of its log-density');
    if (this.frame?.pulls) key('pulls', 'gradient of D\'s score at samples'), key('grid', 'lattice of codes under G');
    if (this.about.truth) key('contours', 'true density, at a fifth and two thirds of its maximum');
    if (!this.about.truth || !this.frame) key('data', 'data');
    if (shown) {
      const why = !this.about.truth ? 'nobody knows the true density of these points' :
        shown === 'density' ? '' : shown !== 'score' ? 'a GAN has no density' : 'the model has a score, not a density';
      add(this.keys, 'span', 'no-kl', why ? 'No KL: ' + why + '.' : this.frame.kl === undefined ? 'The KL is measured when training pauses.' : '');
    }
    const what = {density: 'its density', score: 'its score as arrows', D: 'D, the probability that a point is real', critic: 'the sigmoid of the critic\'s score'};
    this.plane.setAttribute('aria-label', this.frame ? 'Samples of ' + this.settings.model + ' at step ' + this.frame.step +
      (shown ? ', over ' + what[shown] : '') : 'The data, ' + byId('data').value);
  }
}

// The widths of a model's layers, as a row of boxes per network.
function drawNetwork(box, options) {
  box.replaceChildren();
  for (const {key, value} of options.filter(({key, value}) => /hidden$/.test(key) && /^\d+(,\d+)*$/.test(value))) {
    const line = add(box, 'p', 'layers'), widths = value.split(',').map(Number);
    add(line, 'span', '', (key === 'hidden' ? 'network' : key.replace('_hidden', '')) + ':');
    add(line, 'span', 'layer', 'in');
    for (const width of widths) add(line, 'span', 'layer', String(width)).style.height = 1 + Math.log2(1 + width) / 2 + 'rem';
    add(line, 'span', 'layer', 'out');
  }
}
