// Search where a page was opened as a file: a browser then neither fetches the index nor starts a worker from one. The
// index comes as a script, and the worker's script runs in a frame of its own, on the page's thread.
if (location.protocol === 'file:') {
  const here = document.currentScript.src;
  window.__search = {
    index: new Promise((resolve) => {
      window.__found_index = resolve;
      const script = document.createElement('script');
      script.src = new URL('../search/search_index.js', here);
      document.head.append(script);
    })
  };
  window.Worker = class extends EventTarget {
    constructor(url) {
      super();
      const frame = document.createElement('iframe');
      frame.hidden = true;
      const waiting = [];
      this.postMessage = (data) => waiting.push(data);
      document.body.append(frame);
      const inside = frame.contentWindow;
      const tell = (data) => this.dispatchEvent(new MessageEvent('message', { data }));
      inside.postMessage = (data) => setTimeout(() => tell(data));
      inside.importScripts = (...urls) => Promise.all(urls.map((each) => load(new URL(each, url))));
      const load = (from) => new Promise((resolve) => {
        const script = inside.document.createElement('script');
        script.src = from;
        script.onload = resolve;
        inside.document.head.append(script);
      });
      load(url).then(() => {
        this.postMessage = (data) => inside.dispatchEvent(new inside.MessageEvent('message', { data }));
        waiting.forEach(this.postMessage);
      });
    }
  };
  addEventListener('DOMContentLoaded', () => {  // the playground's page that is one file
    for (const frame of document.querySelectorAll('.live iframe')) frame.src = frame.src.replace('/index.html?', '/playground.html?');
  });
}
