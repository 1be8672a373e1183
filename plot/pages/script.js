// Interaction of the report page: values at the pointer, a slider through pictures, a button that copies the
// command. Without the script everything can still be read.
'use strict';

function add(parent, tag, className, text) {
  const element = document.createElement(tag);
  element.className = className;
  if (text !== undefined) element.textContent = text;
  parent.append(element);
  return element;
}

// The point of a series that is nearest to a horizontal position in the plot (0 ... 1); points are sorted by it.
function nearest(points, place) {
  let low = 0, high = points.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (points[middle][0] < place) low = middle + 1; else high = middle;
  }
  if (low > 0 && place - points[low - 1][0] < points[low][0] - place) low -= 1;
  return points[low];
}

function showValues(chart) {
  const data = JSON.parse(chart.dataset.curve);
  const plot = chart.querySelector('.plot');
  let marks = [];

  function clear() {
    marks.forEach(mark => mark.remove());
    marks = [];
  }

  function show(event) {
    clear();
    const box = plot.getBoundingClientRect();
    const place = (event.clientX - box.left) / box.width;
    const found = data.series
      .map(series => ({name: series.name, pen: series.pen, point: nearest(series.points, place)}))
      .filter(entry => entry.point);
    if (found.length === 0) return;
    const distance = entry => Math.abs(entry.point[0] - place);
    const closest = found.reduce((best, entry) => distance(entry) < distance(best) ? entry : best).point;
    const guide = add(plot, 'div', 'guide');
    guide.style.left = closest[0] * 100 + '%';
    const tip = add(plot, 'div', 'tip');
    add(tip, 'div', '', data.x + ' ' + closest[2]);
    marks.push(guide, tip);
    for (const {name, pen, point} of found) {
      const dot = add(plot, 'div', 'dot ' + pen);
      dot.style.left = point[0] * 100 + '%';
      dot.style.top = (1 - point[1]) * 100 + '%';
      marks.push(dot);
      const row = add(tip, 'div', '');
      add(row, 'i', pen);
      row.append(point[2] === closest[2] ? name : name + ' (at ' + point[2] + ')');
      add(row, 'b', '', point[3]);
    }
    // Next to the guide, at the side with more space, and always inside the plot.
    const guideAt = closest[0] * box.width, width = tip.offsetWidth;
    const left = closest[0] < 0.5 ? guideAt + 12 : guideAt - 12 - width;
    tip.style.left = Math.max(0, Math.min(left, box.width - width)) + 'px';
  }

  plot.addEventListener('pointermove', show);
  plot.addEventListener('pointerdown', show);
  plot.addEventListener('pointerleave', clear);
}

function leafThrough(strip) {
  const frames = [...strip.querySelectorAll('.frames figure')];
  if (frames.length < 2) return;
  strip.classList.add('live');
  const controls = document.createElement('div');
  controls.className = 'controls';
  strip.querySelector('.frames').before(controls);
  const play = add(controls, 'button', '', 'Play');
  play.type = 'button';
  const slider = add(controls, 'input', '');
  Object.assign(slider, {type: 'range', min: 0, max: frames.length - 1, value: frames.length - 1});
  slider.setAttribute('aria-label', 'time in the run');
  const label = add(controls, 'output', '');
  let timer = 0;

  function show(index) {
    slider.value = index;
    frames.forEach((frame, i) => frame.classList.toggle('shown', i === index));
    label.textContent = frames[index].querySelector('figcaption').textContent;
    slider.setAttribute('aria-valuetext', label.textContent);
  }

  function stop() {
    clearInterval(timer);
    timer = 0;
    play.textContent = 'Play';
  }

  function advance() {
    const next = Number(slider.value) + 1;
    if (next < frames.length) show(next);
    if (next >= frames.length - 1) stop();
  }

  play.addEventListener('click', () => {
    if (timer) return stop();
    if (Number(slider.value) === frames.length - 1) show(0);
    play.textContent = 'Pause';
    timer = setInterval(advance, 700);
  });
  slider.addEventListener('input', () => { stop(); show(Number(slider.value)); });
  show(frames.length - 1);
}

function offerCopy(block) {
  if (!navigator.clipboard) return;
  const button = add(block, 'button', '', 'Copy');
  button.type = 'button';
  button.addEventListener('click', () => {
    navigator.clipboard.writeText(block.querySelector('code').textContent)
      .then(() => { button.textContent = 'Copied'; }, () => { button.textContent = 'Could not copy'; });
  });
}

document.querySelectorAll('.chart').forEach(showValues);
document.querySelectorAll('.strip').forEach(leafThrough);
document.querySelectorAll('.command').forEach(offerCopy);
