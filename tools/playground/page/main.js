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
  takeFiles([...event.dataTransfer.files]);
});
function takeFiles(files) {
  if (files.length > 0) kTakers[currentTab()]?.(files);
}
function followFiles(input) {
  input.addEventListener('change', () => {
    takeFiles([...input.files]);
    input.value = '';  // so that the same file, mended, is a change
  });
}

addEventListener('hashchange', showTab);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => runs.forEach(run => run.draw()));
addEventListener('resize', () => runs.forEach(run => run.draw()));
showTab();
