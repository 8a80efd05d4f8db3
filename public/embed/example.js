// Two pictures of one request, each with a kernel of its own: what a hand does in one, the other follows.

const kernels = { newer: '7.3', older: '6.12.117' };
const names = Object.keys(kernels);
const frame = name => document.getElementById(name);
const state = document.getElementById('state');
// A page from disk has no origin to name; the windows tell each other apart.
const disk = window.location.protocol === 'file:';
const address = disk ? '*' : window.location.origin;
const origins = disk ? ['null', 'file://'] : [window.location.origin];

/** A link with this kernel in place of its own. Fields stand between `&`, the version of the link is the first. */
const withKernel = (link, kernel) => {
  const [head = '#1', ...fields] = link === '' ? ['#1'] : link.split('&');
  return [head, `k=${kernel}`, ...fields.filter(field => !field.startsWith('k='))].join('&');
};

/** A link with this length, or the whole BAR where there is none. */
const withLength = (link, length) => {
  const [head = '#1', ...fields] = link === '' ? ['#1'] : link.split('&');
  const others = fields.filter(field => !field.startsWith('len='));
  return [head, ...others, ...(length === '' ? [] : [`len=${length}`])].join('&');
};

const links = { newer: '', older: '' };
const ready = new Set();
let asked = 0;

const show = (name, link) =>
  frame(name).contentWindow.postMessage(
    { hugemap: 1, type: 'set', id: ++asked, link: withKernel(link, kernels[name]) },
    address,
  );

const tell = (name, said) => {
  links[name] = said.link;
  document.getElementById(`${name}-text`).textContent = `Linux ${kernels[name]}: ${said.text}`;
};

window.addEventListener('message', event => {
  // Only what the two frames say, and only from where they were loaded.
  const name = names.find(n => frame(n).contentWindow === event.source);
  if (name === undefined || !origins.includes(event.origin) || event.data?.hugemap !== 1) return;
  const said = event.data;
  switch (said.type) {
    case 'ready':
      ready.add(name);
      tell(name, said.state);
      if (ready.size < names.length) return;
      state.textContent = 'Both pictures are there.';
      for (const id of ['half', 'whole']) document.getElementById(id).disabled = false;
      return;
    case 'changed':
      tell(name, said.state);
      for (const other of names) if (other !== name) show(other, said.state.link);
      return;
    case 'answer':
      tell(name, said.state);
      return;
    case 'refused':
      state.textContent = `Refused: ${said.reason}`;
      return;
  }
});

const both = length => {
  for (const name of names) show(name, withLength(links[name], length));
};
document.getElementById('half').addEventListener('click', () => both('1G'));
document.getElementById('whole').addEventListener('click', () => both(''));

for (const name of names) frame(name).src = `../index.html?embed=1${withKernel('', kernels[name])}`;
