// Opens pages in a real browser and tells what happened, as one line of JSON:
//   node look.mjs '{"driver": DIR, "chromium": FILE, "login": URL, "pages": [{"path", "waitFor", "png", "settleMs"}]}'
import { createRequire } from 'node:module';

const order = JSON.parse(process.argv[2]);
const { chromium } = createRequire(`${order.driver}/`)('playwright-core');
const origin = new URL(order.login).origin;
const browser = await chromium.launch({
  executablePath: order.chromium,
  args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
});

/** Asks from outside: the page's policy forbids to wait in it by a string. */
async function until(page, condition, png) {
  const end = Date.now() + 60_000;
  while (!await page.evaluate(condition)) {
    if (Date.now() > end) {
      await page.screenshot({ path: png });
      throw new Error(`${page.url()}: not seen within a minute: ${condition}`);
    }
    await page.waitForTimeout(50);
  }
}

const told = { outside: [], policy: [], failed: [], errors: [], pages: [] };
try {
  const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
  await context.addInitScript(() => {
    window.policyViolations = [];
    document.addEventListener('securitypolicyviolation', e => window.policyViolations.push(`${e.violatedDirective} ${e.blockedURI} ${e.sourceFile}:${e.lineNumber}`));
    // the event does not bubble, but it can be caught on its way down
    document.addEventListener('CORNERSTONE_IMAGE_RENDERED', () => { window.firstImage ??= performance.now(); }, true);
  });
  const page = await context.newPage();
  page.on('request', request => {
    const url = new URL(request.url());
    if (!['blob:', 'data:'].includes(url.protocol) && url.origin !== origin) {
      told.outside.push(request.url());
    }
  });
  // a gateway alone has no manager to show
  page.on('response', response => {
    if (response.status() >= 400 && !new URL(response.url()).pathname.startsWith('/manager/')) {
      told.failed.push(`${response.status()} ${response.url()}`);
    }
  });
  page.on('pageerror', fault => told.errors.push(String(fault)));
  page.on('console', message => {
    if (/Content Security Policy/.test(message.text())) {
      told.policy.push(message.text());
    }
  });
  await page.goto(order.login);
  await page.waitForURL(`${origin}/`);
  for (const { path, waitFor, png, settleMs } of order.pages) {
    await page.goto(origin + path);
    await until(page, waitFor, png);
    const seen = await page.evaluate(() => window.firstImage ?? performance.now());
    await page.waitForTimeout(settleMs);
    told.policy.push(...await page.evaluate(() => window.policyViolations));
    await page.screenshot({ path: png });
    told.pages.push({ path, seenMs: Math.round(seen), text: (await page.innerText('body')).slice(0, 4000) });
  }
} catch (fault) {
  told.errors.push(String(fault));
} finally {
  await browser.close();
}
console.log(JSON.stringify(told));
