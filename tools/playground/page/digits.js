// Tab 3: digits by models that come trained.
const kZoo = ['vae', 'gan', 'made', 'flow-matching', 'realnvp', 'ebm', 'score', 'rbm', 'dae', 'dbn', 'ddpm', 'dde', 'ncsn'];
const kSlow = {dde: 'half a minute', ncsn: 'two minutes', ddpm: '15 seconds', realnvp: '', score: '5 seconds', ebm: '7 seconds', rbm: '4 seconds', dbn: '5 seconds', dae: '4 seconds', 'flow-matching': '6 seconds'};
const kCompleters = ['flow-matching', 'made', 'realnvp', 'rbm', 'dae', 'score', 'ebm', 'ddpm', 'dde', 'ncsn'];
const kJudges = ['vae', 'made', 'realnvp'];
const kSide = 28, kPixels = kSide * kSide, kBlack = '00';
const digitEngine = new Engine();
const openedDigits = new Map(), ownRuns = new Map();  // by name
const kMostOpen = 3;  // an engine never gives memory back, and a phone has little: then it is started anew
let hundred = '', ownDigit = new Uint8Array(kPixels), picked = [], code = [0, 0], codeWaiting = false;

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
  digitStatus('fetching ' + name);
  const run = ownRuns.get(name) ?? await ofZoo(name);
  const about = await digitEngine.ask(openingOf(name, run), run.weights);
  openedDigits.set(name, {about, worker: digitEngine.worker});
  if (byId('digit-status').textContent === 'fetching ' + name) digitStatus('');
  return about;
}

const seedNow = () => Number(byId('digit-seed').value);

// Runs one piece of work at a time, and says what goes wrong.
let busy = Promise.resolve(), inHand = 0;
function inTurn(work) {
  ++inHand;
  busy = busy.then(work).then(() => tell(null), failure => {
    digitStatus('');
    tell(failure);
  }).finally(() => { --inHand; });
  return busy;
}

// Gives the engine's memory back where nothing is in hand; the next work starts another.
function leaveDigits() {
  if (inHand > 0) return;
  digitEngine.stop();
  openedDigits.clear();
}

const drawHundred = () => inTurn(async () => {
  const name = byId('digit-model').value, about = await openDigits(name);
  byId('class-knob').hidden = about.labels.length === 0;
  const classes = ['any', ...about.labels.map(String)];
  if ([...byId('digit-class').options].map(({value}) => value).join() !== classes.join()) {
    byId('digit-class').replaceChildren();
    classes.forEach(word => add(byId('digit-class'), 'option', '', word));
  }
  const asked = {ask: 'draw', name, n: 100, seed: seedNow()};
  if (about.labels.length > 0 && byId('digit-class').value !== 'any') asked.label = Number(byId('digit-class').value);
  digitStatus('drawing' + (kSlow[name] ? ', about ' + kSlow[name] : ''));
  const began = performance.now();
  ({images: hundred} = await digitEngine.ask(asked));
  drawImages(byId('hundred'), hundred, 10);
  digitStatus('a hundred digits in ' + Math.round(performance.now() - began) + ' ms');
  picked = [];
  byId('between').disabled = true;
});

function drawOwn() {
  drawImages(byId('own-digit'), textOfDigit(ownDigit), 1);
}

function setOwn(text) {
  ownDigit = Uint8Array.from({length: kPixels}, (_, i) => parseInt(text.substr(2 * i, 2), 16));
  drawOwn();
}

function takeDigit(event) {
  if (hundred === '') return;
  const box = byId('hundred').getBoundingClientRect();
  const column = Math.floor((event.clientX - box.left) / box.width * 10), row = Math.floor((event.clientY - box.top) / box.height * 10);
  const at = 2 * kPixels * (10 * Math.min(9, Math.max(0, row)) + Math.min(9, Math.max(0, column)));
  const text = hundred.slice(at, at + 2 * kPixels);
  setOwn(text);
  picked = [...picked, text].slice(-2);
  byId('between').disabled = picked.length < 2;
}

// The browser decodes a picture, and lays it over white; the engine makes it a digit.
async function takePicture(chosen) {
  const bytes = await chosenBytes(chosen), kMostPixels = 2 ** 24;
  const bitmap = await createImageBitmap(new Blob([bytes], {type: chosen.type}), {colorSpaceConversion: 'none'}).catch(() => {
    throw new Error(chosen.name + ': the browser finds no picture in the file. Hint: choose a complete PNG or JPEG');
  });
  const {width, height} = bitmap;
  if (width * height > kMostPixels) throw new Error(chosen.name + ': it has ' + width + 'x' + height + ' pixels. Hint: choose a picture of at most 16 million pixels');
  const pen = new OffscreenCanvas(width, height).getContext('2d');
  pen.fillStyle = 'white';
  pen.fillRect(0, 0, width, height);
  pen.drawImage(bitmap, 0, 0);
  bitmap.close();
  const {images} = await askApart({ask: 'picture', width, height}, new Uint8Array(pen.getImageData(0, 0, width, height).data.buffer));
  setOwn(images);
}

// A run joins the models once an engine apart has opened it.
async function takeRun(config, weights, folder) {
  if (!config || !weights) throw new Error('a run needs its config.toml and its checkpoint.safetensors. Hint: drop both at once, or their folder');
  const name = kZoo.includes(folder) ? folder + ' (yours)' : folder ?? 'yours';
  const own = {config: await chosenBytes(config), weights: await chosenBytes(weights, 64), kept: weights.name};
  const {can} = await askApart(openingOf(name, own), own.weights);
  ownRuns.set(name, {...own, can});
  openedDigits.delete(name);
  for (const [list, fits] of [['digit-model', true], ['completer', can.includes('complete')]]) {
    for (const option of [...byId(list).options]) if (option.value === name) option.remove();
    if (fits) add(byId(list), 'option', '', name);
  }
  byId('digit-model').value = name;
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

const completeDigit = () => inTurn(async () => {
  const name = byId('completer').value;
  await openDigits(name);
  digitStatus('completing' + (kSlow[name] ? ', which takes some seconds' : ''));
  const {images} = await digitEngine.ask({ask: 'complete', name, images: textOfDigit(ownDigit), known: knownMask(), n: 9, seed: seedNow()});
  drawImages(byId('made-of-it'), images, 3);
  byId('made-caption').textContent = 'Nine draws of the unknown half from ' + name + ', given the known half.';
  digitStatus('');
});

const denoiseDigit = () => inTurn(async () => {
  const name = byId('completer').value, sigma = Number(byId('sigma').value);
  await openDigits(name);
  const {noisy, images} = await digitEngine.ask({ask: 'denoise', name, images: textOfDigit(ownDigit), sigma, seed: seedNow()});
  drawImages(byId('made-of-it'), textOfDigit(ownDigit) + noisy + images + kBlack.repeat(kPixels), 2);
  byId('made-caption').textContent = 'Your digit; with noise of ' + sigma + '; below, denoised by ' + name + '.';
});

const judgeDigit = () => inTurn(async () => {
  const body = byId('likelihoods').tBodies[0];
  body.replaceChildren();
  for (const name of [...kJudges, ...[...ownRuns.keys()].filter(own => ownRuns.get(own).can.includes('judge'))]) {
    try {
      await openDigits(name);
    } catch (failure) {
      continue;  // not in a page that is one file
    }
    digitStatus('asking ' + name);
    const {values, meaning} = await digitEngine.ask({ask: 'judge', name, images: textOfDigit(ownDigit) + kBlack.repeat(kPixels), seed: seedNow()});
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
    const {images} = await digitEngine.ask({ask: 'decode', name: 'vae-plane', codes: [code]});
    drawImages(byId('code-digit'), images, 1);
  });
}

const layOutMap = () => inTurn(async () => {
  await openDigits('vae-plane');
  const across = 14, codes = [];
  for (let row = 0; row < across; ++row)
    for (let column = 0; column < across; ++column)
      codes.push([6 * (column + .5) / across - 3, 3 - 6 * (row + .5) / across]);
  const {images} = await digitEngine.ask({ask: 'decode', name: 'vae-plane', codes});
  const canvas = byId('code-map');
  drawImages(canvas, images, across);
  canvas.background = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
  drawMap();
});

const goBetween = () => inTurn(async () => {
  const name = byId('digit-model').value, about = await openDigits(name);
  if (!about.can.includes('between')) throw new Error(name + ' has no codes to interpolate. Hint: choose vae');
  const {images} = await digitEngine.ask({ask: 'between', name, images: picked.join(''), seed: seedNow()});
  byId('between-row').hidden = false;
  drawImages(byId('between-row'), images, 10);
});

let digitsOpened = false;
function openDigitsTab() {
  if (digitsOpened) return;
  digitsOpened = true;
  const isThere = name => !kBundle || Object.hasOwn(kBundle.files, 'zoo/' + name + '/config.toml');
  const there = kZoo.filter(isThere);
  there.forEach(name => add(byId('digit-model'), 'option', '', name));
  kCompleters.filter(isThere).forEach(name => add(byId('completer'), 'option', '', name));
  const values = addressValues();
  if (there.includes(values.get('model'))) byId('digit-model').value = values.get('model');
  if (values.has('seed')) byId('digit-seed').value = values.get('seed');
  for (const id of ['hundred', 'own-digit', 'made-of-it', 'code-map', 'code-digit', 'between-row']) byId(id).classList.add('digits');
  const anew = () => {
    keepInAddress('digits', {model: byId('digit-model').value, seed: byId('digit-seed').value});
    drawHundred();
  };
  byId('digit-model').addEventListener('change', anew);
  byId('digit-class').addEventListener('change', drawHundred);
  byId('digit-seed').addEventListener('change', anew);
  byId('draw-digits').addEventListener('click', () => {
    byId('digit-seed').value = seedNow() + 1;
    anew();
  });
  byId('hundred').addEventListener('click', takeDigit);
  followPointer(byId('own-digit'), inkAt);
  followFiles(byId('digit-files'));
  byId('clear-digit').addEventListener('click', () => {
    ownDigit.fill(0);
    drawOwn();
  });
  byId('complete').addEventListener('click', completeDigit);
  byId('denoise').addEventListener('click', denoiseDigit);
  byId('sigma').addEventListener('input', () => { byId('sigma-shown').textContent = byId('sigma').value; });
  byId('judge').addEventListener('click', judgeDigit);
  byId('between').addEventListener('click', goBetween);
  const map = byId('code-map');
  map.addEventListener('pointermove', event => {
    const box = map.getBoundingClientRect();
    goTo(6 * (event.clientX - box.left) / box.width - 3, 3 - 6 * (event.clientY - box.top) / box.height);
  });
  map.addEventListener('keydown', event => {
    const step = {ArrowLeft: [-.1, 0], ArrowRight: [.1, 0], ArrowUp: [0, .1], ArrowDown: [0, -.1]}[event.key];
    if (!step) return;
    event.preventDefault();
    goTo(code[0] + step[0], code[1] + step[1]);
  });
  drawOwn();
  drawHundred();
  layOutMap();
  goTo(0, 0);
}
