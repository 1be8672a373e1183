// Pictures of the plane and of pixels, on canvases.
const colour = name => getComputedStyle(document.documentElement).getPropertyValue(name).trim();
const isDark = () => matchMedia('(prefers-color-scheme: dark)').matches;

// A canvas as sharp as the screen, cleared; its side in the page's pixels.
function fitted(canvas) {
  const side = Math.max(160, canvas.clientWidth || canvas.width), scale = globalThis.devicePixelRatio || 1;
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

function drawPlane(canvas, about, frame) {
  const {pen, width, height} = fitted(canvas), [x0, x1, y0, y1] = about.box;
  const place = ([x, y]) => [(x - x0) / (x1 - x0) * width, height - (y - y0) / (y1 - y0) * height];
  if (frame?.values) drawTint(pen, width, height, frame.cells, frame.values, isDark() ? [134, 189, 230] : [29, 93, 140]);
  if (about.truth) drawContours(pen, width, height, about.truth);
  const dots = (points, size) => {
    for (const point of points) {
      const [x, y] = place(point);
      pen.fillRect(x - size / 2, y - size / 2, size, size);
    }
  };
  if (!about.truth || !frame) {
    pen.fillStyle = colour('--soft');
    dots(about.data, 1.5);
  }
  if (frame?.arrows) {
    const longest = Math.max(...frame.arrows.map(([, , dx, dy]) => Math.hypot(dx, dy)), 1e-9), most = width / 18;
    pen.strokeStyle = colour('--accent');
    pen.lineWidth = 1.2;
    pen.beginPath();
    for (const [x, y, dx, dy] of frame.arrows) {
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
  if (frame) {
    pen.fillStyle = isDark() ? '#ffb86b' : '#b5480f';
    dots(frame.samples, 2.5);
  }
}

// Curves of metrics over steps; each has its own scale. rows: [[step, m0, m1, ...]].
const kCurves = 4;
const curveColour = i => (isDark() ? ['#86bde6', '#ffb86b', '#7fd39b', '#c9a0dc'] : ['#1a6aa5', '#b5480f', '#1f7a3a', '#7d3f9c'])[i];
function drawCurves(canvas, rows, metrics) {
  const {pen, width, height} = fitted(canvas);
  if (rows.length < 2) return;
  const last = rows[rows.length - 1][0];
  metrics.forEach((metric, i) => {
    const values = rows.map(row => row[i + 1]).filter(value => value !== null).sort((a, b) => a - b);
    if (values.length < 2) return;
    const low = values[Math.floor(.02 * values.length)], high = values[Math.ceil(.98 * values.length) - 1];
    pen.strokeStyle = curveColour(i);
    pen.lineWidth = 1.4;
    pen.beginPath();
    for (const row of rows) {
      if (row[i + 1] === null) continue;
      const y = high > low ? Math.min(1.03, Math.max(-.03, (row[i + 1] - low) / (high - low))) : .5;
      pen.lineTo(row[0] / last * width, height - 6 - y * (height - 12));
    }
    pen.stroke();
  });
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
    if (event.buttons > 0) goTo(event);
  });
}
