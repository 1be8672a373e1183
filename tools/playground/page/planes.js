// Pictures of the plane and of pixels, on canvases.
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const isDark = () => matchMedia('(prefers-color-scheme: dark)').matches;

// A canvas as sharp as the screen, cleared; its side in the page's pixels.
function fitted(canvas) {
  const scale = globalThis.devicePixelRatio || 1, side = Math.max(160, canvas.clientWidth || Number(canvas.dataset.side ??= canvas.width));
  const ratio = Number(canvas.dataset.ratio ?? 1);
  if (canvas.width !== Math.round(side * scale)) {
    canvas.width = Math.round(side * scale);
    canvas.height = Math.round(side * ratio * scale);
  }
  const pen = canvas.getContext('2d');
  pen.setTransform(scale, 0, 0, scale, 0, 0);
  pen.clearRect(0, 0, side, side * ratio);
  return {pen, width: side, height: side * ratio};
}

// Bytes (cells, cells), the lowest row first, as a tint behind all.
function drawTint(pen, width, height, cells, values, rgb) {
  const small = new OffscreenCanvas(cells, cells), image = new ImageData(cells, cells);
  for (let y = 0; y < cells; ++y) {
    for (let x = 0; x < cells; ++x) {
      const at = 4 * ((cells - 1 - y) * cells + x);
      image.data.set([...rgb, 0.8 * values[y * cells + x]], at);
    }
  }
  small.getContext('2d').putImageData(image, 0, 0);
  pen.imageSmoothingEnabled = true;
  pen.drawImage(small, 0, 0, width, height);
}

// Where the truth's density is a fifth and two thirds of its largest.
function drawContours(pen, width, height, {cells, values}) {
  pen.strokeStyle = colour('--soft');
  pen.lineWidth = 1;
  for (const level of [51, 170]) {
    pen.beginPath();
    for (let y = 0; y + 1 < cells; ++y) {
      for (let x = 0; x + 1 < cells; ++x) {
        const corners = [values[y * cells + x], values[y * cells + x + 1], values[(y + 1) * cells + x + 1], values[(y + 1) * cells + x]];
        const spots = [[0, 0], [1, 0], [1, 1], [0, 1]], ends = [];
        for (let i = 0; i < 4; ++i) {
          const a = corners[i], b = corners[(i + 1) % 4];
          if ((a < level) === (b < level)) continue;
          const t = (level - a) / (b - a), [p, q] = [spots[i], spots[(i + 1) % 4]];
          ends.push([p[0] + t * (q[0] - p[0]), p[1] + t * (q[1] - p[1])]);
        }
        for (let i = 0; i + 1 < ends.length; i += 2) {
          pen.moveTo((x + .5 + ends[i][0]) / cells * width, height - (y + .5 + ends[i][1]) / cells * height);
          pen.lineTo((x + .5 + ends[i + 1][0]) / cells * width, height - (y + .5 + ends[i + 1][1]) / cells * height);
        }
      }
    }
    pen.stroke();
  }
}

// Round numbers at which an axis has ticks, about five.
function ticksOf(low, high) {
  const rough = (high - low) / 5, unit = 10 ** Math.floor(Math.log10(rough));
  const step = unit * [1, 2, 5, 10].find(times => times * unit >= rough), ticks = [];
  for (let i = Math.ceil(low / step); i * step <= high && ticks.length < 20; ++i) ticks.push(Number((i * step).toPrecision(6)));
  return ticks;
}

const kLeft = 34, kBelow = 18;  // margins with the numbers of the axes
const tintOf = shown => shown === 'D' || shown === 'critic' ? (isDark() ? [127, 211, 155] : [31, 122, 58]) : isDark() ? [134, 189, 230] : [29, 93, 140];
const sampleColour = () => isDark() ? '#ffb86b' : '#b5480f';

function drawAxes(pen, place, width, height, [x0, x1, y0, y1]) {
  pen.fillStyle = pen.strokeStyle = colour('--soft');
  pen.font = '11px sans-serif';
  pen.lineWidth = 1;
  pen.strokeRect(kLeft + .5, .5, width - kLeft - 1, height - kBelow - 1);
  pen.textAlign = 'center';
  for (const x of ticksOf(x0, x1)) pen.fillText(x, Math.min(width - 10, place([x, y0])[0]), height - 4);
  pen.textAlign = 'right';
  for (const y of ticksOf(y0, y1)) pen.fillText(y, kLeft - 4, Math.max(10, place([x0, y])[1] + 4));
}

// Arrows [[x, y, dx, dy], ...] of lengths up to `most`, by the square root of theirs.
function drawArrows(pen, place, arrows, most) {
  const longest = Math.max(...arrows.map(([, , dx, dy]) => Math.hypot(dx, dy)), 1e-9);
  pen.lineWidth = 1.2;
  pen.beginPath();
  for (const [x, y, dx, dy] of arrows) {
    const [px, py] = place([x, y]), size = Math.hypot(dx, dy), length = most * Math.sqrt(size / longest);
    if (size === 0) continue;
    const [ux, uy] = [dx / size, -dy / size], [tx, ty] = [px + length * ux, py + length * uy];
    pen.moveTo(px, py);
    pen.lineTo(tx, ty);
    pen.moveTo(tx - 3 * ux - 2 * uy, ty - 3 * uy + 2 * ux);
    pen.lineTo(tx, ty);
    pen.lineTo(tx - 3 * ux + 2 * uy, ty - 3 * uy - 2 * ux);
  }
  pen.stroke();
}

function drawLines(pen, place, lines) {
  pen.lineWidth = .8;
  pen.beginPath();
  for (const line of lines) line.forEach((point, i) => i === 0 ? pen.moveTo(...place(point)) : pen.lineTo(...place(point)));
  pen.stroke();
}

// The box of `about` with axes: tint or arrows of the model, contours of the truth, samples; or paths up to a time.
function drawPlane(canvas, about, frame, paths = null) {
  const {pen, width, height} = fitted(canvas), [x0, x1, y0, y1] = about.box, across = width - kLeft, high = height - kBelow;
  const place = ([x, y]) => [kLeft + (x - x0) / (x1 - x0) * across, high - (y - y0) / (y1 - y0) * high];
  drawAxes(pen, place, width, height, about.box);
  pen.save();
  pen.beginPath();
  pen.rect(kLeft, 0, across, high);
  pen.clip();
  const inside = draw => {
    pen.save();
    pen.translate(kLeft, 0);
    draw();
    pen.restore();
  };
  if (frame?.values) inside(() => drawTint(pen, across, high, frame.cells, frame.values, tintOf(frame.shown)));
  if (about.truth) inside(() => drawContours(pen, across, high, about.truth));
  const dots = (points, size, ink) => {
    pen.fillStyle = ink;
    for (const point of points) {
      const [x, y] = place(point);
      pen.fillRect(x - size / 2, y - size / 2, size, size);
    }
  };
  if (!about.truth || !frame) dots(about.data, 1.5, colour('--soft'));
  if (about.cursor) dots([about.cursor], 7, colour('--accent'));
  pen.strokeStyle = colour('--accent');
  if (frame?.arrows && !paths) drawArrows(pen, place, frame.arrows, width / 18);
  if (frame?.grid) drawLines(pen, place, [...frame.grid, ...frame.grid[0].map((_, i) => frame.grid.map(line => line[i]))]);
  if (paths) {
    const last = Math.round(paths.time * (paths.states.length - 1)), walked = paths.states.slice(0, last + 1);
    pen.strokeStyle = colour('--soft');
    const trail = walked.slice(-paths.trail);
    drawLines(pen, place, trail[0].map((_, i) => trail.map(points => points[i])));
    dots(walked[last], 4, sampleColour());
  } else if (frame) {
    dots(frame.samples, 2.5, sampleColour());
  }
  pen.strokeStyle = isDark() ? '#c9a0dc' : '#7d3f9c';
  if (frame?.pulls) drawArrows(pen, place, frame.pulls, width / 10);
  pen.restore();
}

// Curves of metrics over steps; each has its own scale, and the numbers at the left are the first one's. Dots: what is
// measured on held-out examples. rows: [[step, m0, m1, ...]].
const kCurves = 4;
const curveColour = i => (isDark() ? ['#86bde6', '#ffb86b', '#7fd39b', '#c9a0dc'] : ['#1a6aa5', '#b5480f', '#1f7a3a', '#7d3f9c'])[i];
function drawCurves(canvas, rows, metrics, heldOut) {
  const {pen, width, height} = fitted(canvas);
  if (rows.length < 2) return;
  const last = rows[rows.length - 1][0], base = height - kBelow, left = kLeft + 8, across = width - left - 6;
  pen.font = '11px sans-serif';
  metrics.forEach((metric, i) => {
    const values = rows.map(row => row[i + 1]).filter(value => value !== null).sort((a, b) => a - b);
    if (values.length < 2) return;
    const dots = heldOut.filter(({curve, value}) => curve === i && value !== null);
    const low = Math.min(values[Math.floor(.02 * values.length)], ...dots.map(({value}) => value));
    const high = Math.max(values[Math.ceil(.98 * values.length) - 1], ...dots.map(({value}) => value));
    const place = (step, value) => [left + step / last * across,
      base - 6 - (high > low ? Math.min(1.03, Math.max(-.03, (value - low) / (high - low))) : .5) * (base - 12)];
    pen.strokeStyle = pen.fillStyle = curveColour(i);
    pen.lineWidth = 1.4;
    pen.beginPath();
    for (const row of rows) if (row[i + 1] !== null) pen.lineTo(...place(row[0], row[i + 1]));
    pen.stroke();
    for (const {step, value} of dots) {
      pen.beginPath();
      pen.arc(...place(step, value), 3, 0, 7);
      pen.fill();
    }
    if (i > 0) return;
    pen.textAlign = 'right';
    pen.fillText(shownNumber(high, 3), left - 4, 12);
    pen.fillText(shownNumber(low, 3), left - 4, base - 2);
  });
  pen.fillStyle = colour('--soft');
  pen.textAlign = 'left';
  pen.fillText('0', left, height - 4);
  pen.textAlign = 'right';
  pen.fillText('step ' + last.toLocaleString('en'), width, height - 4);
}

// Images of two hexadecimal digits a pixel, `columns` beside each other.
function drawImages(canvas, text, columns, side = 28) {
  const count = text.length / (2 * side * side), rows = Math.ceil(count / columns);
  const image = new ImageData(columns * side, rows * side);
  for (let i = 0; i < count; ++i) {
    for (let p = 0; p < side * side; ++p) {
      const byte = parseInt(text.substr(2 * (i * side * side + p), 2), 16);
      const x = (i % columns) * side + p % side, y = Math.floor(i / columns) * side + Math.floor(p / side);
      image.data.set([byte, byte, byte, 255], 4 * (y * columns * side + x));
    }
  }
  const small = new OffscreenCanvas(image.width, image.height);
  small.getContext('2d').putImageData(image, 0, 0);
  const pen = canvas.getContext('2d');
  pen.setTransform(1, 0, 0, 1, 0, 0);
  pen.clearRect(0, 0, canvas.width, canvas.height);
  pen.imageSmoothingEnabled = false;
  pen.drawImage(small, 0, 0, canvas.width, canvas.width * image.height / image.width);
}

// Calls onPoint(x, y) in shares of the canvas along the way of a pointer that is down on it, without gaps.
function followPointer(canvas, onPoint) {
  const kApart = .02;
  let last = null;
  const goTo = event => {
    const box = canvas.getBoundingClientRect();
    const here = [(event.clientX - box.left) / box.width, (event.clientY - box.top) / box.height];
    const [x, y] = last ?? here, pieces = Math.max(1, Math.ceil(Math.hypot(here[0] - x, here[1] - y) / kApart));
    for (let i = 1; i <= pieces; ++i) onPoint(x + i / pieces * (here[0] - x), y + i / pieces * (here[1] - y));
    last = here;
  };
  canvas.addEventListener('pointerdown', event => {
    canvas.setPointerCapture?.(event.pointerId);
    last = null;
    goTo(event);
  });
  canvas.addEventListener('pointermove', event => {
    if (event.buttons > 0 && (canvas.hasPointerCapture?.(event.pointerId) ?? true)) goTo(event);
  });
}

// The same by keys: arrows move the place that at() gives, in shares of the canvas, and Space or Enter marks it.
function followKeys(canvas, at, move, mark, step = .02) {
  const moves = {ArrowLeft: [-step, 0], ArrowRight: [step, 0], ArrowUp: [0, -step], ArrowDown: [0, step]};
  canvas.addEventListener('keydown', event => {
    const marks = event.key === ' ' || event.key === 'Enter', [dx, dy] = moves[event.key] ?? [0, 0];
    if (!marks && dx === 0 && dy === 0) return;
    event.preventDefault();
    const [x, y] = at(), inside = value => Math.min(1, Math.max(0, value));
    if (marks) mark(x, y);
    else move(inside(x + dx), inside(y + dy));
  });
}
