// Makes of the OHIF package what the gateway serves under /viewer/:
//   node unpack.mjs PACKAGE_DIST TARGET
// Left out: source maps, the service worker and what loads scripts from elsewhere, in-browser AI models (ort).
// The base address /viewer/ is put where the package was built for /; what evaluates source text that it has made, which
// the content security policy forbids, gets a body that does not. Fails when the package is not as expected, so that
// another version is looked at before it is served.
import fs from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const BASE = '/viewer/';
const LEFT_OUT = /\.map$|\.html$|\.json$|^ort\/|^_|^(sw|google|init-service-worker|app-config|polyfill\.min|es6-shim\.min|oidc-client\.min)\.js$/;
const here = path.dirname(fileURLToPath(import.meta.url));

const [source, target] = process.argv.slice(2);
if (!source || !target) {
  throw new Error('expected two folders: the package\'s dist and where the viewer goes');
}
const ndarrayConstructor = fs.readFileSync(path.join(here, 'ndarray-constructor.js'), 'utf8').replace(/^\/\/.*\n/gm, '');
const beside = `${target}.new`;
fs.rmSync(beside, { recursive: true, force: true });
let publicPaths = 0;
let ndarrays = 0;

/** SEG and RTSTRUCT are read with ndarray. */
function withoutEvaluation(text) {
  return text.replace(/function compileConstructor\(dtype, dimension\) \{[^]*?\n\s*(?=function arrayDType\()/g, () => {
    ndarrays++;
    return ndarrayConstructor;
  });
}

for (const name of fs.readdirSync(source, { recursive: true })) {
  const from = path.join(source, name);
  if (LEFT_OUT.test(name) || !fs.statSync(from).isFile()) {
    continue;
  }
  const to = path.join(beside, name);
  fs.mkdirSync(path.dirname(to), { recursive: true });
  if (name.endsWith('.js')) {
    const text = fs.readFileSync(from, 'utf8');
    const rebased = text.replaceAll('__webpack_require__.p = "/"', `__webpack_require__.p = "${BASE}"`);
    publicPaths += rebased === text ? 0 : 1;
    fs.writeFileSync(to, withoutEvaluation(rebased));
  } else if (name.endsWith('.css')) {
    fs.writeFileSync(to, fs.readFileSync(from, 'utf8').replaceAll('url(/', `url(${BASE}`));
  } else {
    fs.copyFileSync(from, to);
  }
}

const index = fs.readFileSync(path.join(source, 'index.html'), 'utf8');
const bundle = index.match(/src="\/(app\.bundle\.[0-9a-f]+\.js)"/);
const styles = [...index.matchAll(/href="\/([^"]+\.css)" rel="stylesheet"/g)].map(m => m[1]);
if (publicPaths === 0 || ndarrays === 0 || !bundle || styles.length === 0) {
  throw new Error(`not the package that this was written for: ${publicPaths} public paths, ${ndarrays} ndarrays, bundle ${bundle}, styles ${styles}`);
}
// A page of our own without inline scripts: the content security policy forbids them.
fs.writeFileSync(path.join(beside, 'index.html'), `<!doctype html>
<html lang="en">
<head>
<meta charset="UTF-8">
<meta name="viewport" content="width=device-width,initial-scale=1,maximum-scale=1,user-scalable=no">
<base href="${BASE}">
<title>Tomogrid viewer (OHIF), not for diagnosis</title>
<link rel="icon" href="${BASE}assets/favicon.ico">
<script src="${BASE}app-config.js"></script>
<script defer src="${BASE}${bundle[1]}"></script>
${styles.map(style => `<link rel="stylesheet" href="${BASE}${style}">`).join('\n')}
</head>
<body><noscript>The viewer needs JavaScript.</noscript><div id="react-portal"></div><div id="root"></div></body>
</html>
`);
fs.copyFileSync(path.join(here, 'app-config.js'), path.join(beside, 'app-config.js'));
fs.copyFileSync(path.join(source, '..', 'LICENSE'), path.join(beside, 'LICENSE'));
fs.rmSync(target, { recursive: true, force: true });
fs.renameSync(beside, target);
console.log(`viewer in ${target}`);
