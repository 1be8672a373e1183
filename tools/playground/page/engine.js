// The engine as the page asks it: a worker, or a process of gradzoo serve. It is ended where an answer takes too long.
const byId = id => document.getElementById(id);

const kDocs = document.body.dataset.docs;  // where the documentation lies, if the page is a part of it

const kServed = globalThis.gradzooServed ?? false;

// All that is fetched, or stands in the page itself where it is one file.
const kBundle = globalThis.gradzooBundle ?? null;
async function bytesOf(text) {  // base64 of gzip
  const packed = new Blob([Uint8Array.from(atob(text), c => c.charCodeAt(0))]);
  const whole = packed.stream().pipeThrough(new DecompressionStream('gzip'));
  return new Uint8Array(await new Response(whole).arrayBuffer());
}

async function file(path) {
  if (kBundle) {
    if (!Object.hasOwn(kBundle.files, path))
      throw new Error(path.split('/')[1] + ' is not in this file. Hint: it has ' + Object.keys(kBundle.files)
        .filter(name => name.endsWith('.toml')).map(name => name.split('/')[1]).join(' and '));
    return bytesOf(kBundle.files[path]);
  }
  let response;
  try {
    const [, model, name] = path.split('/');
    response = await fetch(kServed ? '/zoo?' + new URLSearchParams({model, file: name}) : path);
  } catch (failure) {
    throw new Error(location.protocol === 'file:' ?
      'a page opened from a file cannot load other files. Hint: open playground.html, which contains everything' :
      path + ' cannot be loaded. Hint: check that the server still runs');
  }
  if (!response.ok) throw new Error(path + ' is not on the server. Hint: build the site again');
  return new Uint8Array(await response.arrayBuffer());
}

// All engines share the module and the worker's script, so another engine starts without the network.
let partsLoaded = null;
const engineParts = () => partsLoaded ??= kServed ? Promise.resolve([null]) :
  Promise.all([file('playground.wasm').then(bytes => WebAssembly.compile(bytes)),
    file('worker.js').then(bytes => URL.createObjectURL(new Blob([bytes], {type: 'text/javascript'})))]).catch(failure => {
    partsLoaded = null;
    throw failure;
  });

const servedWorkers = new Set();
addEventListener('pagehide', () => servedWorkers.forEach(worker => worker.terminate()));
class ServedWorker {
  name = '?engine=' + crypto.randomUUID();
  turn = Promise.resolve();
  constructor() { servedWorkers.add(this); }

  post(what, body) {
    return fetch('/engine/' + what + this.name, {method: 'POST', headers: {'Content-Type': 'application/octet-stream'}, body, keepalive: !body});
  }

  postMessage({module, id, request, bytes}) {
    if (module !== undefined) return void setTimeout(() => this.onmessage({data: {ready: true}}));
    this.turn = this.turn.then(async () => {
      const watch = setInterval(async () => {
        const told = await fetch('/engine/progress' + this.name).then(response => response.json(), () => ({}));
        if (told.done !== undefined) this.onmessage({data: told});
      }, 300);
      const answer = await this.post('ask', new Blob([JSON.stringify(request), '\n', bytes ?? ''])).then(response => response.json())
        .catch(() => ({error: 'gradzoo serve does not answer. Hint: check that it still runs', ended: true}));
      clearInterval(watch);
      this.onmessage({data: {id, answer}});
    });
  }

  terminate() {
    servedWorkers.delete(this);
    this.onmessage = () => {};
    this.post('stop').catch(() => {});
  }
}

class Engine {
  constructor() {
    this.waiting = new Map();
    this.last = 0;
  }

  start() {
    if (this.ready) return this.ready;
    const ready = this.ready = new Promise((resolve, reject) => {
      this.giveUp = () => reject(new Error('stopped'));
      const refuse = failure => {
        if (this.ready === ready) this.ready = null;
        reject(failure);
      };
      engineParts().then(([module, script]) => {
        if (this.ready !== ready) return;  // stopped meanwhile
        this.worker = kServed ? new ServedWorker() : new Worker(script);
        this.worker.onerror = () => refuse(new Error('the engine does not start. Hint: use a browser of 2023 or later'));
        this.worker.onmessage = ({data}) => {
          if (data.ready) return resolve();
          if (data.done !== undefined) return this.onProgress?.(data.done, data.line);
          const asked = this.waiting.get(data.id);
          this.waiting.delete(data.id);
          if (data.answer.ended) this.stop();
          if (data.answer.error)
            asked?.reject(Object.assign(new Error(data.answer.error), {pointer: data.answer.pointer}));
          else
            asked?.resolve(data.answer);
        };
        this.worker.postMessage({module});
      }, refuse);
    });
    return ready;
  }

  // The answer to {ask: ...}. Throws what the engine refuses.
  async ask(request, bytes) {
    await this.start();
    const id = ++this.last;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, {resolve, reject});
      this.worker.postMessage({id, request, bytes});
    });
  }

  // Ends whatever it does; the next question starts another.
  stop() {
    this.giveUp?.();
    this.worker?.terminate();
    this.worker = this.ready = null;
    for (const asked of this.waiting.values()) asked.reject(new Error('stopped'));
    this.waiting.clear();
  }
}

// The answer of an engine of its own, so that what it is given harms no other.
async function askApart(request, bytes) {
  const engine = new Engine();
  try {
    return await engine.ask(request, bytes);
  } finally {
    engine.stop();
  }
}

// A file that somebody chose or dropped, unless it is too large to be read.
async function chosenBytes(file, mebibytes = 16) {
  if (file.size > mebibytes * 2 ** 20)
    throw new Error(file.name + ': it has more than ' + mebibytes + ' MiB. Hint: use the command gradzoo for larger files');
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (failure) {
    throw new Error(file.name + ': it cannot be read. Hint: choose a file, not a folder');
  }
}

function tell(failure) {
  const words = failure && failure.message !== 'stopped' ? inPage(failure.message) : '';
  byId('trouble').textContent = words;
  byId('trouble').hidden = words === '';
}

function add(parent, tag, className, text) {
  const element = parent.appendChild(document.createElement(tag));
  if (className) element.className = className;
  if (text !== undefined) element.textContent = text;
  return element;
}

// A link to a page of the documentation, or its name where the documentation is not there.
function addDocs(parent, page) {
  if (kDocs) add(parent, 'a', '', page).href = kDocs + page + '.html';
  else parent.append('docs/' + page + '.md');
}

// A number of the engine, which sends null for what is none.
const shownNumber = (value, digits = 9) => typeof value === 'number' && Number.isFinite(value) ? Number(value.toPrecision(digits)).toString() :
  typeof value === 'string' ? value.replace('-nan', 'nan').replace('nan', 'not a number').replace('inf', 'infinity') : 'not a number';

// Messages name options of the command: a page has boxes for them.
const kInPage = [[/--at gives/g, 'the point gives'], [/use --at (\S+), or --at '(.*?)'/g, 'write $1, or $2,'], [/--keep (\w+)/g, 'the $1 half'],
  [/^explain: /, ''], [/gradzoo \S+ --help/g, 'look at the boxes of this page'], [/ a folder of IDX files,?/g, ''], [/\.\/(\S+\.npy)/g, '$1'], [/--([a-z-]+)/g, '$1']];
const inPage = words => kInPage.reduce((text, [command, here]) => text.replace(command, here), words);

// A page of the engine in a frame as high as it is, so that nothing scrolls within what scrolls.
const kTellHeight = '<script>new ResizeObserver(() => parent.postMessage(document.documentElement.scrollHeight, "*")).observe(document.body);<\/script>';
const frameUrls = new Map();
function showInFrame(id, html) {
  URL.revokeObjectURL(frameUrls.get(id));
  frameUrls.set(id, URL.createObjectURL(new Blob([html, kTellHeight], {type: 'text/html'})));
  byId(id).contentWindow.location.replace(frameUrls.get(id));  // Back leaves a state of the page, not one of the frame
  byId(id).hidden = false;
}
addEventListener('message', ({source, data}) => {
  const frame = [...document.querySelectorAll('iframe')].find(({contentWindow}) => contentWindow === source);
  if (frame && Number.isFinite(data)) frame.style.height = Math.min(20000, Math.ceil(data) + 4) + 'px';
});
