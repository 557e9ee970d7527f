// Asks the services every two seconds and shows what they say. Everything is put in as text, never as markup.
const EVERY_MS = 2000;
const DOORS = {
  QUEUED: 'job', LEASED: 'lease', RUNNING: 'processing', STORING: 'storing', DELIVERING: 'delivering', DONE: 'done', FAILED: 'failed',
  CANCELLED: 'cancelled',
};
const $ = id => document.getElementById(id);

function el(name, attributes, ...children) {
  const made = document.createElement(name);
  Object.entries(attributes || {}).forEach(([key, value]) => made.setAttribute(key, value));
  made.append(...children.flat().map(child => child instanceof Node ? child : String(child ?? '')));
  return made;
}

/** Who logs out asks no more: what is on its way would come without a session. */
const leaving = new AbortController();
document.addEventListener('submit', () => leaving.abort());

async function get(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' }, signal: leaving.signal });
  if (answer.status === 401) {
    location.replace('/login');
  }
  if (!answer.ok) {
    throw new Error(`${path.split('?')[0]} answered ${answer.status}`);
  }
  return answer.json();
}

/** What a service that may be away says, or else this. */
const getOr = (path, otherwise) => get(path).catch(() => otherwise);

const time = instant => new Date(instant).toLocaleTimeString();
const seconds = (from, to) => `${((new Date(to) - new Date(from)) / 1000).toFixed(1)} s`;
const first = (dataset, tag) => {
  const value = dataset?.[tag]?.Value?.[0];
  return value?.Alphabetic ?? value ?? '';
};
/** Family^Given^… */
const name = text => text.split('^').slice(0, 2).filter(Boolean).join(', ');
const date = text => text.replace(/^(\d{4})(\d\d)(\d\d)$/, '$1-$2-$3');
/** A row that says why there are no others. */
const empty = (columns, text) => el('tr', {}, el('td', { colspan: columns, class: 'note' }, text));

function doors(study, job) {
  const list = el('ul', { class: 'doors' });
  list.append(el('li', {}, `received ${time(study['last-received'])}`));
  if (study.revision > 0) {
    list.append(el('li', {}, `complete, revision ${study.revision}`));
  }
  const passed = job?.transitions ?? [];
  passed.forEach((step, n) => {
    const next = passed[n + 1];
    const lasted = next ? `, ${seconds(step.at, next.at)}` : '';
    list.append(el('li', step.state === 'FAILED' ? { class: 'bad' } : {}, `${DOORS[step.state] ?? step.state} ${time(step.at)}${lasted}`));
  });
  return list;
}

/** How the SUV came about, in full when it is pointed at, and the sums. */
function quantification(found) {
  const derived = (found?.series ?? []).map(series => {
    const used = series.attributes.map(({ tag, name, value }) => `${name} ${tag} = ${value}`);
    return el('span', { title: [...series.steps, ...used].join('\n') },
      series.refused ? `no SUV: ${series.refused}` : `SUV by ${series.path}`);
  });
  const mask = found?.burden?.find(burden => burden.method === 'mask');
  const sum = mask && mask['mtv-ml'] ? `TMTV ${mask['mtv-ml'].toFixed(1)} ml` : '';
  return [...derived, sum].filter(Boolean).map(what => el('div', { class: 'note' }, what));
}

function jobNote(job) {
  if (!job) {
    return '';
  }
  const slice = job.slice ? `slice ${job.slice}${job.simulated ? ' (simulated)' : ''}` : '';
  const lesions = job.findings?.lesions ? `${job.findings.lesions.length} lesions` : '';
  const reason = job.state === 'DONE' ? '' : [job.reason, job.remedy].filter(Boolean).join(': ');
  return el('span', { class: 'note' }, [`attempt ${job.attempt}`, slice, lesions, reason].filter(Boolean).join(' · '));
}

function deliveries(result) {
  const counts = {};
  (result?.objects ?? []).forEach(object => object.deliveries.forEach(delivery => {
    const key = `${delivery.destination}: ${delivery.state.toLowerCase()}`;
    counts[key] = (counts[key] ?? 0) + 1;
  }));
  return Object.entries(counts).map(([what, n]) => el('div', {}, `${n} × ${what}`));
}

function studyRow(study, who, job, result) {
  const uid = study['study-uid'];
  const query = `StudyInstanceUIDs=${encodeURIComponent(uid)}`;
  const person = name(first(who, '00100010'));
  const links = [['viewer', 'Images'], ['tmtv', 'PET-CT fusion']].map(([mode, label]) =>
    el('a', { href: `/viewer/${mode}?${query}`, 'aria-label': `${label} of ${person || uid}` }, label));
  return el('tr', {},
    el('td', {},
      el('div', { class: 'who' }, person),
      el('div', {}, first(who, '00100020')),
      el('div', {}, [date(first(who, '00080020')), first(who, '00081030')].filter(Boolean).join(' · ')),
      el('div', { class: 'uid note' }, uid)),
    el('td', {}, `${study.instances} in ${study.series} series`),
    el('td', {}, doors(study, job), jobNote(job), quantification(job?.findings?.quantification)),
    el('td', {}, deliveries(result)),
    el('td', { class: 'look' }, links));
}

function sliceRows(slices) {
  const leases = new Map(slices.leases.map(lease => [lease.slice, lease]));
  return slices.gpus.flatMap(gpu => {
    const name = `${gpu.index}: ${gpu.name}${gpu.simulated && !gpu.name.includes('simulated') ? ' (simulated)' : ''}`;
    const cut = gpu.slices.length ? gpu.slices : [null];
    return cut.map(slice => {
      const lease = slice && leases.get(slice.slice);
      return el('tr', {},
        el('td', {}, name),
        el('td', {}, slice ? slice.slice : 'not cut'),
        el('td', {}, lease ? `${lease.state}, held by ${lease.holder} until ${time(lease.expiry)}, epoch ${lease.epoch}` : 'free'));
    });
  });
}

/** Only what has changed is put in anew: whoever reads or tabs through a table is not thrown out of it. */
function show(id, rows, otherwise) {
  const made = $(id).cloneNode(false);
  made.append(...(rows.length || !otherwise ? rows : [otherwise]));
  if (!made.isEqualNode($(id))) {
    $(id).replaceChildren(...made.childNodes);
  }
}

async function refresh() {
  const [studies, people, status, jobs, slices] = await Promise.all([
    get('/api/studies?limit=20'),
    getOr('/dicom-web/studies?limit=100&includefield=StudyDescription', []),
    get('/api/status'),
    getOr('/manager/api/jobs?limit=50', null),
    getOr('/manager/api/slices', { gpus: [], leases: [] }),
  ]);
  const who = new Map(people.map(dataset => [first(dataset, '0020000D'), dataset]));
  const job = new Map((jobs?.jobs ?? []).slice().reverse().map(one => [one['study-uid'], one]));
  const results = await Promise.all(studies.studies.map(study => {
    const its = job.get(study['study-uid']);
    return its && ['STORING', 'DELIVERING', 'DONE'].includes(its.state) ? getOr(`/api/results/${its['job-id']}`, null) : null;
  }));
  const { dicom, archive } = status;
  show('studies', studies.studies.map((study, n) =>
    studyRow(study, who.get(study['study-uid']), job.get(study['study-uid']), results[n])),
    empty(5, `No study has come yet. Send one to AE title ${dicom['ae-title']} at ${dicom.host}:${dicom.port}, or by ./tomogrid send DIR.`));
  show('slices', sliceRows(slices), empty(3, jobs ? 'There is no GPU, nor a simulated one.' : 'Not known.'));
  show('destinations', status.destinations.map(destination =>
    el('tr', {}, el('td', {}, destination.name), el('td', {}, destination.pending),
      el('td', destination.dead ? { class: 'bad' } : {}, destination.dead), el('td', {}, destination.trouble))),
    empty(4, 'None is configured: results stay in the archive.'));
  show('summary', [
    ['DICOM', `${dicom.host}:${dicom.port}`],
    ['AE title', dicom['ae-title']],
    ['images received since the start', dicom.stores],
    ...('free-bytes' in archive ? [['free in the archive', `${(archive['free-bytes'] / 1e9).toFixed(0)} GB`]] : []),
  ].map(([what, value]) => el('div', {}, el('dt', {}, what), el('dd', {}, value))));
  $('fault').textContent = [
    archive.fault ? `Images are refused: ${archive.fault}` : '',
    jobs ? '' : 'The manager does not answer here: jobs and slices are not shown.',
  ].join(' ');
}

async function watch() {
  try {
    await refresh();
  } catch (fault) {
    if (leaving.signal.aborted) {
      return;
    }
    $('fault').textContent = `The node does not answer (${fault.message}). Does it still run?`;
  }
  setTimeout(watch, EVERY_MS);
}

/** The way to the images leads through here: the browser fetches the viewer's files while a person looks at this page. */
async function readAhead() {
  const index = await fetch('/viewer/', { signal: leaving.signal });
  const viewer = new DOMParser().parseFromString(await index.text(), 'text/html');
  const files = [...viewer.querySelectorAll('script[src], link[rel=preload], link[rel=stylesheet]')]
    .map(one => one.getAttribute('src') ?? one.getAttribute('href'));
  document.head.append(...files.map(href => el('link', { rel: 'prefetch', href })));
}
watch().then(readAhead).catch(fault => console.info(`The viewer's files are not fetched ahead: ${fault.message}`));
