// The address always is what is shown: #tab?key=value&... In it a space is %20 and a plus %2B; a plus that somebody typed
// is a plus.
const decoded = text => {
  try {
    return decodeURIComponent(text);
  } catch (failure) {  // a lone %
    return text;
  }
};

function addressValues() {
  const words = location.hash.slice(1).split(/\?(.*)/s)[1] ?? '';
  return new Map(words.split('&').filter(word => word.includes('=')).map(word => word.split(/=(.*)/s).slice(0, 2).map(decoded)));
}

const addressOf = (tab, values) => '#' + tab + '?' + Object.entries(values).filter(([, value]) => value !== undefined && value !== '')
  .map(([key, value]) => key + '=' + encodeURIComponent(value)).join('&');

// What each tab shows, also while another is in front. A state that replaces another of the same tab can be left by Back.
const shownAddresses = {};
let isFollowing = false;  // while a tab takes what an address says
function keepInAddress(tab, values) {
  const address = addressOf(tab, values), here = location.hash;
  shownAddresses[tab] = address;
  if (currentTab() !== tab || address === here) return;
  const follows = !isFollowing && here.startsWith('#' + tab + '?');
  history[follows ? 'pushState' : 'replaceState'](null, '', address);
}

// Points in the address: x_y~x_y~... with five digits.
const kMostInAddress = 2000;
const rounded = value => Math.round(100 * value) / 100, shortest = value => Number(value.toPrecision(5));
const wordsOfPoints = points => points.length > kMostInAddress ? '' : points.map(([x, y]) => shortest(x) + '_' + shortest(y)).join('~');
const pointsOfWords = words => words.split('~').map(word => word.split('_').map(Number))
  .filter(point => point.length === 2 && point.every(Number.isFinite)).slice(0, kMostInAddress);

async function copyLink() {
  let words = location.hash.startsWith('#train') && drawnPoints.length > kMostInAddress ? 'The link is copied, without its ' + drawnPoints.length +
    ' points, which are too many for an address.' : 'The link is copied.';
  try {
    await navigator.clipboard.writeText(location.href);
  } catch (failure) {
    words = 'Copy the address of this page: ' + location.href;
  }
  byId('copied').textContent = words;
}

// A file of text or a picture, which the browser saves.
function save(name, content) {
  const link = document.createElement('a');
  link.href = typeof content === 'string' ? URL.createObjectURL(new Blob([content], {type: 'text/csv'})) : content.toDataURL('image/png');
  link.download = name;
  link.click();
}
