// A worker that owns one engine: it answers requests in turn, each a text for a text. Its script stands behind that
// of the engine's module.
let playground;

function answerTo(request, bytes) {
  try {
    return JSON.parse(playground.answer(JSON.stringify(request), bytes ?? ''));
  } catch (failure) {  // the module has trapped, and answers nothing more
    return {error: 'the engine ran out of memory (' + failure.message + '). Hint: choose smaller sizes', ended: true};
  }
}

onmessage = async ({data}) => {
  if (data.module) {
    const made = await gradzoo({
      instantiateWasm(imports, done) {
        WebAssembly.instantiate(data.module, imports).then(instance => done(instance));
        return {};
      },
    });
    playground = new made.Playground();
    let told = 0;
    playground.tellProgress((done, line) => {
      if (Date.now() - told < 50) return;
      told = Date.now();
      postMessage({done, line});
    });
    postMessage({ready: true});
    return;
  }
  postMessage({id: data.id, answer: answerTo(data.request, data.bytes)});
};
