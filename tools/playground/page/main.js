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

addEventListener('hashchange', showTab);
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => runs.forEach(run => run.draw()));
addEventListener('resize', () => runs.forEach(run => run.draw()));
showTab();
