// Tab 2: models that learn a distribution in the plane.
const kByHand = 'drawn by hand', kOfFile = 'a file', kFewest = 14, kMostPoints = 20000;
let planeModels = null, drawnPoints = [], pointsFile = null;  // {name, bytes}
let runs = [];

// The data of a question to the engine.
function chosenData() {
  const data = byId('data').value;
  return data === kOfFile ? {file: pointsFile.name} : data === kByHand ? {points: drawnPoints} : {data};
}

function whyRefused(model, failure) {
  const ofPoints = [kByHand, kOfFile].includes(byId('data').value);
  if (ofPoints && planeModels.models.find(({name}) => name === model).needs_density)
    return model + ' is compared with the true density while it learns, and nobody knows that of your points. Hint: choose another model, or ring8';
  return inPage(failure.message);
}

function rememberTraining() {
  if (runs.length === 0) return;
  const data = byId('data').value, [first, second] = runs.map(({settings}) => settings);
  keepInAddress('train', {data: data === kOfFile ? undefined : data, points: data === kByHand ? wordsOfPoints(drawnPoints) : undefined,
    model: first.model, seed: first.seed, set: first.set.join(' '), model2: second?.model, seed2: second?.seed, set2: second?.set.join(' '),
    speed: byId('speed').value === '100' ? undefined : byId('speed').value});
}

function dropSecond() {
  const second = runs.pop();
  second.turn = {};
  second.playing = false;
  second.engine.stop();
  second.box.remove();
}

function setPair() {
  if (byId('pair').checked && runs.length < 2) {
    runs.push(new Run(byId('runs'), {model: 'ebm', seed: runs[0].settings.seed, set: []}));
    runs[1].begin();
  } else if (!byId('pair').checked && runs.length > 1) {
    dropSecond();
    rememberTraining();
  }
}

const kBoard = [-4, 4, -4, 4];
let boardCursor = [.5, .5];
function drawBoard() {
  drawPlane(byId('drawing-board'), {box: kBoard, data: drawnPoints, truth: null, cursor: [8 * boardCursor[0] - 4, 4 - 8 * boardCursor[1]]}, null);
  byId('drawn-count').textContent = drawnPoints.length + ' points' + (drawnPoints.length < kFewest ? '; at least ' + kFewest + ' are needed' : '');
}

function chooseData() {
  const byHand = byId('data').value === kByHand;
  byId('by-hand').hidden = !byHand;
  if (byHand) drawBoard();
  if (byHand && drawnPoints.length < kFewest) return rememberTraining();
  return Promise.all(runs.map(run => run.begin()));
}

function setPoints(points) {
  drawnPoints = points;
  byId('data').value = kByHand;
  return chooseData();
}

// Pairs of numbers, a line each, as spreadsheets and CSV files have them; a line of words may stand on top.
function pointsOfText(text, name) {
  const lines = text.split(/\r?\n/).map(line => line.trim()).filter(line => line !== '');
  if (lines.length > kMostPoints + 1) throw new Error(name + ': it has more than ' + kMostPoints + ' points. Hint: give fewer');
  const pairs = lines.map(line => line.split(/[\s,;]+/).map(Number)), isPair = pair => pair.length === 2 && pair.every(Number.isFinite);
  const points = pairs.filter((pair, i) => i > 0 || isPair(pair)), wrong = points.findIndex(pair => !isPair(pair));
  if (wrong >= 0) throw new Error(name + ', line ' + (wrong + 1 + pairs.length - points.length) + ': not two numbers. Hint: write x,y in each line');
  if (points.length < kFewest || points.length > kMostPoints) throw new Error(name + ': it has ' + points.length + ' points. Hint: give ' + kFewest + ' to ' + kMostPoints);
  return points;
}

// A file becomes the data once an engine apart has begun with it: one that is refused changes nothing.
async function takePoints([chosen]) {
  if (runs.length === 0) return;  // still loading
  const turn = takePoints.turn = {};
  try {
    const bytes = await chosenBytes(chosen);
    if (/\.(csv|txt|tsv)$/i.test(chosen.name)) {
      const points = pointsOfText(new TextDecoder().decode(bytes), chosen.name);
      tell(null);
      return setPoints(points);
    }
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

// Ink at a place of the board, in shares of it.
function inkBoard(x, y) {
  for (let i = 0; i < 3 && drawnPoints.length < kMostInAddress; ++i) {
    const spread = () => .25 * (Math.random() + Math.random() + Math.random() - 1.5);
    drawnPoints.push([rounded(8 * x - 4 + spread()), rounded(4 - 8 * y + spread())]);
  }
  boardCursor = [x, y];
  drawBoard();
}

const trainTab = {
  async open() {
    planeModels = await askApart({ask: 'models'});
    for (const {name, description} of planeModels.data) add(byId('data'), 'option', '', name).title = description;
    add(byId('data'), 'option', '', kByHand);
    byId('data').addEventListener('change', chooseData);
    byId('pair').addEventListener('change', setPair);
    byId('speed').addEventListener('change', rememberTraining);
    followFiles(byId('points-file'));
    byId('rub-out').addEventListener('click', () => {
      drawnPoints = [];
      drawBoard();
      rememberTraining();
    });
    const learn = () => { if (drawnPoints.length >= kFewest) runs.forEach(run => run.begin()); };
    followPointer(byId('drawing-board'), inkBoard);
    byId('drawing-board').addEventListener('pointerup', learn);
    followKeys(byId('drawing-board'), () => boardCursor, (x, y) => { boardCursor = [x, y]; drawBoard(); }, (x, y) => { inkBoard(x, y); learn(); });
    addEventListener('paste', event => {
      if (byId('train-page').hidden || event.target.matches('input')) return;
      try {
        setPoints(pointsOfText(event.clipboardData.getData('text'), 'what was pasted'));
        tell(null);
      } catch (failure) {
        tell(failure);
      }
    });
  },
  show(values) {
    const known = name => planeModels.models.some(model => model.name === name), words = text => (text ?? '').split(' ').filter(word => word !== '');
    const settings = (model, seed, set) => ({model, seed: Number(seed) || 0, set: words(set)});
    const wanted = [settings(known(values.get('model')) ? values.get('model') : 'score', values.get('seed'), values.get('set'))];
    if (known(values.get('model2'))) wanted.push(settings(values.get('model2'), values.get('seed2') ?? values.get('seed'), values.get('set2')));
    drawnPoints = pointsOfWords(values.get('points') ?? '');
    const isThere = [kByHand, ...planeModels.data.map(({name}) => name)].includes(values.get('data'));
    byId('data').value = isThere ? values.get('data') : 'ring8';
    byId('speed').value = values.get('speed') ?? '100';
    if (byId('speed').selectedIndex < 0) byId('speed').value = '100';
    byId('pair').checked = wanted.length > 1;
    while (runs.length > wanted.length) dropSecond();
    wanted.forEach((of, i) => {
      if (i < runs.length) runs[i].settings = of;
      else runs.push(new Run(byId('runs'), of));
    });
    return chooseData();
  },
  leave() { runs.forEach(run => run.pause()); },
  redraw() { runs.forEach(run => run.draw()); },
};
