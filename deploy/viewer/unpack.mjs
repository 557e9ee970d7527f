// Makes of the OHIF package what the gateway serves under /viewer/:
//   node unpack.mjs PACKAGE_DIST TARGET
// Left out: source maps, the service worker and what loads scripts from elsewhere, in-browser AI models (ort).
// The base address /viewer/ is put where the package was built for /; what evaluates source text that it has made, which
// the content security policy forbids, gets a body that does not. The package is not minified: without that half the time
// to the first image is spent on parsing it. What is loaded by name goes into a folder that is named by what all of it
// holds, so that browsers may keep it for good; beside each large text lies NAME.gz, without which the application is too
// large to be kept in memory by a browser that keeps nothing on disk. Fails when the package is not as expected, so that
// another version is looked at before it is served.
import { createHash } from 'node:crypto';
import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { gzipSync } from 'node:zlib';

const BASE = '/viewer/';
/** Stands for the name of the folder until that is known; as long as the name, which is in hexadecimal. */
const FOLDER = '@@folder-by-hash';
/** Chunks that a study needs before its first image: the browser fetches them while it reads the application. */
const EARLY = [1673, 6938, 6489, 6495, 8478, 89, 2779, 2623, 6749, 5696, 1483, 9383, 7499, 8492, 9290, 4683, 1180, 781, 899];
const PACKED = /\.(js|css|wasm|svg)$/;
const LEAST_PACKED = 4096;
const LEFT_OUT = /\.map$|\.html$|\.json$|^ort\/|^_|^(sw|google|init-service-worker|app-config|polyfill\.min|es6-shim\.min|oidc-client\.min)\.js$/;
const here = path.dirname(fileURLToPath(import.meta.url));

const [source, target] = process.argv.slice(2);
if (!source || !target) {
  throw new Error('expected two folders: the package\'s dist and where the viewer goes');
}
const { transform } = createRequire(path.resolve(source, 'index.html'))('esbuild');
const body = file => fs.readFileSync(path.join(here, file), 'utf8').replace(/^\/\/.*\n/gm, '').trim();
/** Functions by how they begin, what tells the ones that are meant from others of the name, and what takes their place. */
const replacements = [
  { head: 'function compileConstructor(', which: /\bFunction\b/, body: body('ndarray-constructor.js'), count: 0 },
  { head: 'function craftInvokerFunction(', which: /\bFunction\b/, body: body('embind-invoker.js'), count: 0 },
  { head: '__emval_get_method_caller=(argCount,argTypes,kind)=>', which: /\bFunction\b/, body: body('embind-method-caller.js'), count: 0 },
  { head: 'function craftEmvalAllocator(', which: /\bFunction\b/, body: body('embind-allocator.js'), count: 0 },
  {
    head: 'function createNamedFunction(',
    which: /\bFunction\b/,
    body: "function createNamedFunction(name, body) { return Object.defineProperty(body, 'name', { value: name }); }",
    count: 0,
  },
  { head: 'function _httpGetApplicationJson(', which: /MEDIATYPES/, body: body('json-request.js'), count: 0 },
  { head: 'filterSeriesRequiredForRun(protocolId', which: /minSeriesLoaded/, body: body('required-series.js'), count: 0 },
  // an exception so early makes the browser parse the whole application once more, for the lines of its stack
  { head: 'function isTouchCapable(', which: /createEvent/, body: "function isTouchCapable() { return 'ontouchstart' in window; }", count: 0 },
];
/** Each context of WebGL costs memory and, drawn in software, 100 ms; viewports share them, volumes need one. */
const contexts = { from: 'webGlContextCount: 7,', to: 'webGlContextCount: 2,', count: 0 };
/** The bar that runs while a study is loading: drawn in software, its frames take about half a second of processor time before the first image. */
const motion = { from: /(-webkit-)?animation:side2side[^;}]*;?/g, count: 0 };
const beside = `${target}.new`;
fs.rmSync(beside, { recursive: true, force: true });
let publicPaths = 0;

/** Behind the end of a function: braces are counted where they are no text or comment. */
function endOf(text, start) {
  const token = /\/\/[^\n]*|\/\*[^]*?\*\/|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|`(?:[^`\\]|\\[^])*`|[{}]/g;
  token.lastIndex = start;
  let depth = 0;
  for (let found = token.exec(text); found; found = token.exec(text)) {
    depth += found[0] === '{' ? 1 : found[0] === '}' ? -1 : 0;
    if (depth === 0 && found[0] === '}') {
      return token.lastIndex;
    }
  }
  throw new Error(`no end of ${text.slice(start, start + 60)}`);
}

/** SEG and RTSTRUCT are read with ndarray, compressed images with decoders that embind wraps. */
function replaced(text) {
  for (const one of replacements) {
    for (let at = text.indexOf(one.head); at >= 0; at = text.indexOf(one.head, at + one.body.length)) {
      const end = endOf(text, at);
      if (one.which.test(text.slice(at, end))) {
        text = text.slice(0, at) + one.body + text.slice(end);
        one.count++;
      }
    }
  }
  contexts.count += text.split(contexts.from).length - 1;
  return text.replaceAll(contexts.from, contexts.to);
}

/** What the package tells the console about its work goes, too: a line for each image of each rule costs time. */
async function minified(text) {
  const { code } = await transform(text, {
    minify: true,
    legalComments: 'inline',
    target: 'esnext',
    charset: 'utf8',
    pure: ['log', 'debug', 'info', 'time', 'timeEnd'].map(name => `console.${name}`),
    logLevel: 'error',
  });
  return code;
}

const contents = new Map();
for (const name of fs.readdirSync(source, { recursive: true })) {
  const from = path.join(source, name);
  if (LEFT_OUT.test(name) || !fs.statSync(from).isFile()) {
    continue;
  }
  const to = path.dirname(name) === '.' ? `${FOLDER}/${name}` : name;
  if (name.endsWith('.js')) {
    const text = fs.readFileSync(from, 'utf8');
    const rebased = text.replaceAll('__webpack_require__.p = "/"', `__webpack_require__.p = "${BASE}${FOLDER}/"`);
    publicPaths += rebased === text ? 0 : 1;
    contents.set(to, await minified(replaced(rebased)));
  } else if (name.endsWith('.css')) {
    const text = fs.readFileSync(from, 'utf8').replaceAll('url(/', `url(${BASE}${FOLDER}/`);
    motion.count += text.match(motion.from)?.length ?? 0;
    contents.set(to, text.replaceAll(motion.from, ''));
  } else {
    contents.set(to, fs.readFileSync(from));
  }
}

const index = fs.readFileSync(path.join(source, 'index.html'), 'utf8');
const bundle = index.match(/src="\/(app\.bundle\.[0-9a-f]+\.js)"/);
const styles = [...index.matchAll(/href="\/([^"]+\.css)" rel="stylesheet"/g)].map(m => m[1]);
const early = EARLY.map(number => [...contents.keys()].find(name => name.startsWith(`${FOLDER}/${number}.bundle.`)));
if (publicPaths === 0 || replacements.some(one => one.count === 0) || contexts.count === 0 || motion.count === 0 || early.includes(undefined)
  || !bundle || styles.length === 0) {
  throw new Error(`not the package that this was written for: ${publicPaths} public paths, ${replacements.map(one => `${one.count} × ${one.head}`)}, ${contexts.count} × ${contexts.from} ${motion.count} × ${motion.from} early ${early}, bundle ${bundle}, styles ${styles}`);
}
for (const name of ['early.js', 'app-config.js']) {
  contents.set(`${FOLDER}/${name}`, fs.readFileSync(path.join(here, name), 'utf8'));
}
// A page of our own without inline scripts: the content security policy forbids them.
contents.set('index.html', `<!doctype html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width,initial-scale=1,maximum-scale=1,user-scalable=no">
<base href="${BASE}">
<title>Tomogrid viewer (OHIF), not for diagnosis</title>
<link rel="icon" href="${BASE}assets/favicon.ico">
<script src="${BASE}${FOLDER}/early.js"></script>
<script src="${BASE}${FOLDER}/app-config.js"></script>
<script defer src="${BASE}${FOLDER}/${bundle[1]}"></script>
${styles.map(style => `<link rel="stylesheet" href="${BASE}${FOLDER}/${style}">`).join('\n')}
${early.map(name => `<link rel="preload" as="script" href="${BASE}${name}">`).join('\n')}
</head>
<body><noscript>The viewer needs JavaScript.</noscript><div id="react-portal"></div><div id="root"></div></body>
</html>
`);

const hash = createHash('sha256');
contents.forEach((content, name) => hash.update(name).update(content));
const folder = hash.digest('hex').slice(0, FOLDER.length);
contents.forEach((content, name) => {
  const to = path.join(beside, name.replace(FOLDER, folder));
  fs.mkdirSync(path.dirname(to), { recursive: true });
  const bytes = typeof content === 'string' ? Buffer.from(content.replaceAll(FOLDER, folder)) : content;
  fs.writeFileSync(to, bytes);
  if (PACKED.test(name) && bytes.length >= LEAST_PACKED) {
    fs.writeFileSync(`${to}.gz`, gzipSync(bytes, { level: 9 }));
  }
});
fs.copyFileSync(path.join(source, '..', 'LICENSE'), path.join(beside, 'LICENSE'));
fs.rmSync(target, { recursive: true, force: true });
fs.renameSync(beside, target);
console.log(`viewer in ${target}`);
