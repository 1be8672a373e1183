// Tab 3: digits by models that come trained.
// Seconds that a hundred digits take on a laptop, and nine completions of one; the quickest first.
const kSeconds = {vae: .1, gan: .1, made: 1, realnvp: 2, dae: 4, rbm: 5, dbn: 5, score: 5, 'flow-matching': 7, ebm: 7, ddpm: 15, dde: 30, ncsn: 120};
const kSecondsToComplete = {dae: 1, made: 1, score: 1, rbm: 1, ebm: 2, 'flow-matching': 5, ddpm: 10, dde: 10, ncsn: 60, realnvp: 140};
const kZoo = Object.keys(kSeconds), kCompleters = Object.keys(kSecondsToComplete);
const kJudges = ['vae', 'made', 'realnvp'];
const kSide = 28, kPixels = kSide * kSide, kBlack = '00';
const digitEngine = new Engine();
const openedDigits = new Map(), ownRuns = new Map();  // by name
const kMostOpen = 3;  // an engine never gives memory back, and a phone has little: then it is started anew
let hundred = '', ownDigit = new Uint8Array(kPixels), picked = [], cell = [0, 0], code = [0, 0], pen = [.5, .5], codeWaiting = false;
let lastDone = '', wantedClass = 'any';  // what was done with the digit; a class, before its list is there

// Bytes as they stand in an address, and back.
const wordOfBytes = bytes => btoa(String.fromCharCode(...bytes)).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
function bytesOfWord(word) {
  try {
    return Uint8Array.from(atob(word.replaceAll('-', '+').replaceAll('_', '/')), c => c.charCodeAt(0));
  } catch (failure) {  // no such word was written here
    return new Uint8Array();
  }
}
const keepDigits = () => keepInAddress('digits', {
  model: byId('digit-model').value, seed: String(seedNow()), class: wantedClass === 'any' ? undefined : wantedClass,
  with: byId('completer').value, half: byId('known-half').value, sigma: byId('sigma').value, pair: picked.join('-'),
  digit: ownDigit.some(byte => byte > 0) ? wordOfBytes(ownDigit) : undefined, do: lastDone, z: code.map(rounded).join('_')});

const textOfDigit = pixels => Array.from(pixels, byte => byte.toString(16).padStart(2, '0')).join('');
const digitStatus = words => { byId('digit-status').textContent = words; };

async function ofZoo(name) {
  const [config, weights] = await Promise.all([file('zoo/' + name + '/config.toml'), file('zoo/' + name + '/weights.safetensors')]);
  return {config, weights};
}
const openingOf = (name, {config, kept}) => ({ask: 'open', name, config: new TextDecoder().decode(config), file: kept});

// Fetches and opens a model where that has not been done since the engine started.
async function openDigits(name) {
  const known = openedDigits.get(name);
  if (known && known.worker === digitEngine.worker) return known.about;
  if (openedDigits.size >= kMostOpen) {
    digitEngine.stop();
    openedDigits.clear();
  }
  const before = byId('digit-status').textContent;
  digitStatus('fetching ' + name);
  const mine = asked, run = ownRuns.get(name) ?? await ofZoo(name);
  if (mine !== asked) throw new Error('stopped');
  const about = await digitEngine.ask(openingOf(name, run), run.weights);
  openedDigits.set(name, {about, worker: digitEngine.worker});
  if (byId('digit-status').textContent === 'fetching ' + name) digitStatus(before);
  return about;
}

const seedNow = () => Number(byId('digit-seed').value);

// Runs one piece of work at a time, says how far it is, and what goes wrong. Stopping ends it, and what waits behind it.
let busy = Promise.resolve(), inHand = 0, asked = {};
function inTurn(work, what = '', seconds = 0) {
  const mine = asked;
  ++inHand;
  busy = busy.then(async () => {
    if (mine !== asked) return;
    const began = performance.now(), watch = setInterval(() => tellProgress(what, seconds, performance.now() - began), 300);
    byId('stop-digits').hidden = what === '';
    share = 0;
    try {
      await work();
      if (mine === asked) tell(null);
    } catch (failure) {
      digitStatus(failure.message === 'stopped' && what ? what + ': stopped' : '');
      tell(failure);
    }
    clearInterval(watch);
    byId('stop-digits').hidden = byId('digit-progress').hidden = true;
  }).finally(() => { --inHand; });
  return busy;
}

let share = 0;
digitEngine.onProgress = done => { share = done; };
function tellProgress(what, seconds, passed) {
  if (what === '') return;
  const all = share > .05 ? passed / 1000 / share : Math.max(seconds, passed / 1000);
  digitStatus(what + ': ' + Math.round(passed / 1000) + ' s of about ' + Math.max(1, Math.round(all)) + ' s');
  byId('digit-progress').hidden = false;
  byId('digit-progress').value = share > .05 ? share : Math.min(.95, passed / 1000 / (all + 1));
}

function stopDigits() {
  asked = {};
  codeWaiting = false;
  digitEngine.stop();
  openedDigits.clear();
}

// Gives the engine's memory back where nothing is in hand; the next work starts another.
function leaveDigits() {
  if (inHand === 0) stopDigits();
}

const drawHundred = () => {
  const name = byId('digit-model').value;
  return inTurn(async () => {
    const about = await openDigits(name), classes = ['any', ...about.labels.map(String)];
    byId('class-knob').hidden = about.labels.length === 0;
    if (!classes.includes(wantedClass)) wantedClass = 'any';
    byId('digit-class').replaceChildren();
    classes.forEach(word => add(byId('digit-class'), 'option', '', word));
    byId('digit-class').value = wantedClass;
    const began = performance.now(), wanted = {ask: 'draw', name, n: 100, seed: seedNow()};
    if (wantedClass !== 'any') wanted.label = Number(wantedClass);
    ({images: hundred} = await digitEngine.ask(wanted));
    drawCells();
    digitStatus('a hundred digits in ' + Math.round(performance.now() - began) + ' ms');
  }, 'drawing with ' + name, kSeconds[name]);
};

// The hundred, with a frame around the cell of the keyboard and around the picked ones.
function drawCells() {
  byId('between').disabled = picked.length < 2;
  if (hundred === '') return;
  drawImages(byId('hundred'), hundred, 10);
  const pen = byId('hundred').getContext('2d');
  pen.lineWidth = 2;
  const frame = ([column, row], ink) => {
    pen.strokeStyle = ink;
    pen.strokeRect(kSide * column + 1, kSide * row + 1, kSide - 2, kSide - 2);
  };
  for (const at of picked) frame([at % 10, Math.floor(at / 10)], '#ff7f0e');
  if (document.activeElement === byId('hundred')) frame(cell, '#5aa9e6');
}

function drawOwn() {
  drawImages(byId('own-digit'), textOfDigit(ownDigit), 1);
  const paint = byId('own-digit').getContext('2d');
  Object.assign(paint, {fillStyle: '#999', strokeStyle: '#5aa9e6', font: '20px sans-serif', textAlign: 'center', lineWidth: 2});
  if (document.activeElement === byId('own-digit')) paint.strokeRect(280 * pen[0] - 5, 280 * pen[1] - 5, 10, 10);
  if (ownDigit.every(byte => byte === 0)) paint.fillText('draw a digit here', 140, 146);
}

function setOwn(text, isInverted = false) {
  ownDigit = Uint8Array.from({length: kPixels}, (_, i) => parseInt(text.substr(2 * i, 2), 16));
  byId('own-note').textContent = isInverted ? 'Its border is light, so it was inverted: digits are white on black here.' : '';
  lastDone = '';
  drawOwn();
  keepDigits();
}
const inverted = text => textOfDigit(Array.from({length: kPixels}, (_, i) => 255 - parseInt(text.substr(2 * i, 2), 16)));

const imageAt = index => hundred.slice(2 * kPixels * index, 2 * kPixels * (index + 1));
function takeDigit(column, row) {
  if (hundred === '') return;
  cell = [column, row].map(at => Math.min(9, Math.max(0, Math.floor(at))));
  const index = 10 * cell[1] + cell[0];
  picked = [...picked.filter(at => at !== index), index].slice(-2);
  setOwn(imageAt(index));
  drawCells();
}

// Width and height of a PNG or JPEG as its header has them, before anything of it is decoded; null for another file.
function sizeOfPicture(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length >= 24 && view.getUint32(0) === 0x89504e47) return [view.getUint32(16), view.getUint32(20)];
  if (bytes.length < 4 || view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; at + 9 < bytes.length; at += 2 + view.getUint16(at + 2)) {
    const mark = view.getUint16(at);
    if (mark >= 0xffc0 && mark <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(mark)) return [view.getUint16(at + 7), view.getUint16(at + 5)];
    if (mark < 0xff01 || mark === 0xffff) return null;
  }
  return null;
}

// The browser decodes a picture, and lays it over white; the engine makes it a digit.
async function takePicture(chosen) {
  const bytes = await chosenBytes(chosen), kMostPixels = 2 ** 24;
  const tooLarge = (width, height) => new Error(chosen.name + ': it has ' + width + 'x' + height + ' pixels. Hint: choose a picture of at most 16 million pixels');
  const [promisedWidth, promisedHeight] = sizeOfPicture(bytes) ?? [0, 0];  // of another kind: the browser decides
  if (promisedWidth * promisedHeight > kMostPixels) throw tooLarge(promisedWidth, promisedHeight);
  const bitmap = await createImageBitmap(new Blob([bytes], {type: chosen.type}), {colorSpaceConversion: 'none'}).catch(() => {
    throw new Error(chosen.name + ': the browser finds no picture in the file. Hint: choose a complete PNG or JPEG');
  });
  const {width, height} = bitmap;
  if (width * height > kMostPixels) throw tooLarge(width, height);
  const pen = new OffscreenCanvas(width, height).getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, width, height);
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  const {images} = await askApart({ask: 'picture', width, height}, new Uint8Array(pen.getImageData(0, 0, width, height).data.buffer));
  const edge = Array.from({length: kPixels}, (_, i) => i).filter(i => i < kSide || i >= kPixels - kSide || i % kSide === 0 || i % kSide === kSide - 1);
  const light = edge.reduce((sum, i) => sum + parseInt(images.substr(2 * i, 2), 16), 0) / edge.length > 140;
  setOwn(light ? inverted(images) : images, light);
}

// A run joins the models once an engine apart has opened it.
async function takeRun(config, weights, folder) {
  if (!config || !weights) throw new Error('a run needs its config.toml and its checkpoint.safetensors. Hint: drop both at once, or their folder');
  const name = kZoo.includes(folder) ? folder + ' (yours)' : folder ?? 'yours';
  const own = {config: await chosenBytes(config), weights: await chosenBytes(weights, 64), kept: weights.name};
  const {can, model} = await askApart(openingOf(name, own), own.weights);
  if (model === 'classifier') throw new Error(name + ': a classifier draws no digits. Hint: choose a run of a generative model');
  ownRuns.set(name, {...own, can});
  openedDigits.delete(name);
  for (const [list, fits] of [['digit-model', true], ['completer', can.includes('complete')]]) {
    for (const option of [...byId(list).options]) if (option.value === name) option.remove();
    if (fits) add(byId(list), 'option', '', name).value = name;
  }
  byId('digit-model').value = name;
  stopDigits();
  keepDigits();
  drawHundred();
}

function takeDigitFiles(files, folder) {
  const ending = words => files.find(({name}) => name.endsWith(words));
  const config = ending('.toml'), weights = files.find(({name}) => name.startsWith('checkpoint')) ?? ending('.safetensors');
  const taken = config || weights || folder ? takeRun(config, weights, folder) : takePicture(files[0]);
  return taken.then(() => tell(null), tell);
}

// A round pen, as thick as MNIST's strokes.
function inkAt(x, y) {
  pen = [x, y];
  lastDone = '';
  for (let row = 0; row < kSide; ++row) {
    for (let column = 0; column < kSide; ++column) {
      const distance = Math.hypot(column + .5 - x * kSide, row + .5 - y * kSide);
      const ink = Math.round(255 * Math.min(1, Math.max(0, 1.9 - distance)));
      ownDigit[row * kSide + column] = Math.max(ownDigit[row * kSide + column], ink);
    }
  }
  drawOwn();
}

function knownMask() {
  const half = byId('known-half').value;
  const isKnown = (row, column) => half === 'upper' ? row < 14 : half === 'lower' ? row >= 14 : half === 'left' ? column < 14 : column >= 14;
  return textOfDigit(Uint8Array.from({length: kPixels}, (_, i) => isKnown(Math.floor(i / kSide), i % kSide) ? 1 : 0));
}

// Done with the digit, remembered by the address, and shown where one looks.
function withDigit(what, done, seconds, work) {
  const digit = textOfDigit(ownDigit);
  lastDone = done;
  keepDigits();
  return inTurn(async () => {
    await work(digit);
    byId({judge: 'likelihoods', between: 'between-row'}[done] ?? 'made-of-it').scrollIntoView({block: 'nearest'});
  }, what, seconds);
}

function completeDigit() {
  const name = byId('completer').value, known = knownMask(), half = byId('known-half').selectedOptions[0].textContent;
  return withDigit('completing with ' + name, 'complete', kSecondsToComplete[name] ?? 10, async digit => {
    await openDigits(name);
    const {images} = await digitEngine.ask({ask: 'complete', name, images: digit, known, n: 9, seed: seedNow()});
    drawImages(byId('made-of-it'), images, 3);
    byId('made-caption').textContent = 'Nine draws of the unknown half from ' + name + ', given ' + half + '.';
    digitStatus('');
  });
}

function denoiseDigit() {
  const name = byId('completer').value, sigma = Number(byId('sigma').value);
  return withDigit('removing noise with ' + name, 'denoise', 1, async digit => {
    await openDigits(name);
    const {noisy, images} = await digitEngine.ask({ask: 'denoise', name, images: digit, sigma, seed: seedNow()});
    drawImages(byId('made-of-it'), digit + noisy + images + kBlack.repeat(kPixels), 2);
    byId('made-caption').textContent = 'Your digit; with noise of ' + sigma + '; below, denoised by ' + name + '.';
    digitStatus('');
  });
}

const judgeDigit = () => withDigit('computing the likelihoods', 'judge', 3, async digit => {
  const body = byId('likelihoods').tBodies[0];
  body.replaceChildren();
  for (const name of [...kJudges, ...[...ownRuns.keys()].filter(own => ownRuns.get(own).can.includes('judge'))]) {
    if (kZoo.includes(name) && !isThere(name)) continue;
    await openDigits(name);
    const {values, meaning} = await digitEngine.ask({ask: 'judge', name, images: digit + kBlack.repeat(kPixels), seed: seedNow()});
    const row = body.insertRow();
    add(row, 'td', '', name);
    for (const value of values) add(row, 'td', '', Math.round(value) + ' nats');
    add(row, 'td', '', meaning);
  }
  byId('likelihoods').hidden = false;
  digitStatus('Larger is likelier. An empty square beats most digits: a high density does not mean that an image looks like data.');
});

function drawMap() {
  const canvas = byId('code-map'), pen = canvas.getContext('2d'), side = canvas.width;
  const place = ([a, b]) => [(a + 3) / 6 * side, (3 - b) / 6 * side];
  if (!canvas.background) {
    pen.clearRect(0, 0, side, side);
  } else {
    pen.putImageData(canvas.background, 0, 0);
  }
  const [x, y] = place(code);
  pen.strokeStyle = '#ff7f0e';
  pen.lineWidth = 2;
  pen.beginPath();
  pen.arc(x, y, 6, 0, 7);
  pen.stroke();
  byId('code-shown').textContent = 'z = (' + code.map(number => number.toFixed(2)).join(', ') + ')';
}

// Only the newest place is asked for.
function goTo(a, b) {
  code = [Math.min(3, Math.max(-3, a)), Math.min(3, Math.max(-3, b))];
  drawMap();
  if (codeWaiting) return;
  codeWaiting = true;
  inTurn(async () => {
    codeWaiting = false;
    await openDigits('vae-plane');
    if (!byId('code-map').background) await layOutMap();
    const {images} = await digitEngine.ask({ask: 'decode', name: 'vae-plane', codes: [code]});
    drawImages(byId('code-digit'), images, 1);
  });
}

async function layOutMap() {
  const across = 14, codes = [];
  for (let row = 0; row < across; ++row)
    for (let column = 0; column < across; ++column)
      codes.push([6 * (column + .5) / across - 3, 3 - 6 * (row + .5) / across]);
  const {images} = await digitEngine.ask({ask: 'decode', name: 'vae-plane', codes});
  const canvas = byId('code-map');
  drawImages(canvas, images, across);
  canvas.background = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  drawMap();
}

function goBetween() {
  const name = byId('digit-model').value;
  return withDigit('between two digits', 'between', 1, async () => {
    const about = await openDigits(name);
    if (!about.can.includes('between')) throw new Error(name + ' has no codes to interpolate. Hint: choose vae');
    const {images} = await digitEngine.ask({ask: 'between', name, images: picked.map(imageAt).join(''), seed: seedNow()});
    byId('between-row').hidden = false;
    drawImages(byId('between-row'), images, 10);
    digitStatus('');
  });
}

const kWorks = {complete: completeDigit, denoise: denoiseDigit, judge: judgeDigit, between: goBetween};
const isThere = name => !kBundle || Object.hasOwn(kBundle.files, 'zoo/' + name + '/config.toml');

const digitsTab = {
  open() {
    const list = (id, names, seconds) => names.filter(isThere).forEach(name => {
      const time = seconds[name] < 3 ? '' : ' (' + (seconds[name] < 90 ? seconds[name] + ' s' : Math.round(seconds[name] / 60) + ' min') + ')';
      add(byId(id), 'option', '', name + time).value = name;
    });
    list('digit-model', kZoo, kSeconds);
    list('completer', kCompleters, kSecondsToComplete);
    byId('completer').value = 'flow-matching';
    for (const id of ['hundred', 'own-digit', 'made-of-it', 'code-map', 'code-digit', 'between-row']) byId(id).classList.add('digits');
    const anew = () => {  // what is drawn for the settings of before is no longer waited for
      if (inHand > 0) stopDigits();
      picked = [];
      lastDone = '';
      keepDigits();
      drawHundred();
      goTo(...code);
    };
    const on = (id, event, does) => byId(id).addEventListener(event, does);
    on('digit-model', 'change', anew);
    on('digit-class', 'change', () => {
      wantedClass = byId('digit-class').value;
      anew();
    });
    on('digit-seed', 'change', anew);
    on('draw-digits', 'click', () => {
      byId('digit-seed').value = seedNow() + 1;
      anew();
    });
    on('stop-digits', 'click', stopDigits);
    on('save-digits', 'click', () => save(byId('digit-model').value + '.png', byId('hundred')));
    on('hundred', 'click', event => {
      const box = byId('hundred').getBoundingClientRect();
      takeDigit((event.clientX - box.left) / box.width * 10, (event.clientY - box.top) / box.height * 10);
    });
    followKeys(byId('hundred'), () => cell.map(at => (at + .5) / 10), (x, y) => {
      cell = [x, y].map(share => Math.min(9, Math.floor(10 * share)));
      drawCells();
    }, (x, y) => takeDigit(10 * x, 10 * y), .1);
    for (const event of ['focus', 'blur']) on('hundred', event, drawCells), on('own-digit', event, drawOwn);
    followPointer(byId('own-digit'), inkAt);
    on('own-digit', 'pointerup', keepDigits);
    followKeys(byId('own-digit'), () => pen, (x, y) => {
      pen = [x, y];
      drawOwn();
    }, (x, y) => {
      inkAt(x, y);
      keepDigits();
    });
    followFiles(byId('digit-files'));
    on('clear-digit', 'click', () => setOwn(kBlack.repeat(kPixels)));
    on('invert-digit', 'click', () => setOwn(inverted(textOfDigit(ownDigit))));
    for (const id of ['completer', 'known-half', 'sigma'])
      on(id, 'change', () => {
        lastDone = '';
        keepDigits();
      });
    on('sigma', 'input', () => { byId('sigma-shown').textContent = byId('sigma').value; });
    for (const [id, work] of Object.entries(kWorks)) on(id, 'click', work);
    const map = byId('code-map'), follow = event => {
      const box = map.getBoundingClientRect();
      goTo(6 * (event.clientX - box.left) / box.width - 3, 3 - 6 * (event.clientY - box.top) / box.height);
    };
    on('code-map', 'pointermove', follow);
    on('code-map', 'pointerdown', follow);  // a tap has no way to it
    for (const event of ['pointerup', 'pointerleave', 'keyup']) on('code-map', event, keepDigits);
    followKeys(map, () => [(code[0] + 3) / 6, (3 - code[1]) / 6], (x, y) => goTo(6 * x - 3, 3 - 6 * y), () => {}, 1 / 60);
  },
  show(values) {
    const take = (id, key) => { if ([...byId(id).options].some(({value}) => value === values.get(key))) byId(id).value = values.get(key); };
    const isOther = !hundred || [['digit-model', 'model'], ['digit-seed', 'seed']].some(([id, key]) => values.has(key) && byId(id).value !== values.get(key)) ||
      (values.get('class') ?? 'any') !== wantedClass;
    if (inHand > 0 && isOther) stopDigits();
    take('digit-model', 'model');
    take('completer', 'with');
    take('known-half', 'half');
    if (values.has('seed')) byId('digit-seed').value = values.get('seed');
    if (values.has('sigma')) byId('sigma').value = values.get('sigma');
    byId('sigma-shown').textContent = byId('sigma').value;
    wantedClass = values.get('class') ?? 'any';
    picked = (values.get('pair') ?? '').split('-').filter(word => /^\d\d?$/.test(word)).map(Number).slice(0, 2);
    ownDigit.fill(0);
    if (values.has('digit')) ownDigit.set(bytesOfWord(values.get('digit')).slice(0, kPixels));
    code = pointsOfWords(values.get('z') ?? '')[0] ?? [0, 0];
    lastDone = Object.hasOwn(kWorks, values.get('do')) && (values.get('do') !== 'between' || picked.length === 2) ? values.get('do') : '';
    keepDigits();
    drawOwn();
    if (isOther) drawHundred();
    else drawCells();
    goTo(...code);
    if (lastDone) kWorks[lastDone]();
  },
  leave: leaveDigits,
};
