// worker.js WORKER WASM REQUESTS: runs the page's worker script as a browser does, with these requests in turn, and
// prints their answers.
const fs = require('node:fs'), vm = require('node:vm');
const [script, wasm, file] = process.argv.slice(2);
const requests = JSON.parse(fs.readFileSync(file, 'utf8')), answers = [];

globalThis.self = globalThis;
globalThis.postMessage = message => {
  if (message.done !== undefined) return;  // how far a long answer is
  if (!message.ready) answers.push(message.answer);
  if (answers.length === requests.length) return process.stdout.write(JSON.stringify(answers));
  const request = requests[answers.length];  // "bytes": a file's, each as the character of its number
  setImmediate(() => globalThis.onmessage({data: {id: answers.length, request, bytes: Buffer.from(request.bytes ?? '', 'latin1')}}));
};
globalThis.require = require;
globalThis.__dirname = __dirname;
vm.runInThisContext(fs.readFileSync(script, 'utf8'), {filename: script});
globalThis.onmessage({data: {module: new WebAssembly.Module(fs.readFileSync(wasm))}});
