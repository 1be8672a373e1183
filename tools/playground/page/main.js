// Tabs: which one is shown stands in the address, before what it shows.
const kTabs = {function: openFunction, train: openTrain, digits: openDigitsTab, labs: openLabs, check: openCheck, about: () => {}};

function currentTab() {
  const name = location.hash.slice(1).split('?')[0];
  return Object.hasOwn(kTabs, name) ? name : 'function';
}

function showTab() {
  const name = currentTab();
  for (const tab of Object.keys(kTabs)) byId(tab + '-page').hidden = tab !== name;
  for (const link of document.querySelectorAll('nav a'))
    link.toggleAttribute('aria-current', link.getAttribute('href') === '#' + name);
  tell(null);
  if (name !== 'train') runs.forEach(run => run.pause());
  if (name !== 'digits') leaveDigits();
  Promise.resolve(kTabs[name]()).catch(tell);
  if (name === 'train') runs.forEach(run => run.draw());
}

// Files go to the tab that is shown, wherever on it they are dropped; a browser would leave the page for them.
const kTakers = {train: takePoints, digits: takeDigitFiles};
const brings = event => event.dataTransfer.types.includes('Files');
addEventListener('dragover', event => { if (brings(event)) event.preventDefault(); });
addEventListener('drop', event => {
  if (!brings(event)) return;
  event.preventDefault();
  const folder = [...event.dataTransfer.items].map(item => item.webkitGetAsEntry()).find(entry => entry?.isDirectory);
  if (!folder) return takeFiles([...event.dataTransfer.files]);
  filesIn(folder).then(files => takeFiles(files, folder.name), () => tell(new Error(folder.name + ': the browser cannot read this folder. Hint: drop its files')));
});
async function filesIn(folder) {  // the first hundred
  const entries = await new Promise((resolve, reject) => folder.createReader().readEntries(resolve, reject));
  return Promise.all(entries.filter(entry => entry.isFile).map(entry => new Promise((resolve, reject) => entry.file(resolve, reject))));
}
function takeFiles(files, folder) {
  if (files.length > 0) kTakers[currentTab()]?.(files, folder);
}
function followFiles(input) {
  input.addEventListener('change', () => {
    takeFiles([...input.files]);
    input.value = '';  // so that the same file, mended, is a change
  });
}

document.body.classList.toggle('framed', location.search === '?framed');  // a live figure of a page of the documentation
addEventListener('hashchange', showTab);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => runs.forEach(run => run.draw()));
addEventListener('resize', () => runs.forEach(run => run.draw()));
showTab();
