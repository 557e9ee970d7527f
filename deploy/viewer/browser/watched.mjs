// A real browser in which everything is noted that a page must not do.
import { createRequire } from 'node:module';

/** Also on a machine that has other work to do. */
const PATIENCE_MS = 90_000;

/**
 * Starts the browser, logs in by the link, does the work and ends the browser.
 *
 * order: {"driver": folder with playwright-core, "chromium": file, "login": URL}
 * work: gets the page, the address of the site and what is told; what it throws is told as an error
 * Returns what is told: "outside" requests to elsewhere, "policy" violations of the content security policy, "failed"
 * requests, "errors".
 */
export async function watched(order, work) {
  const { chromium } = createRequire(`${order.driver}/`)('playwright-core');
  const origin = new URL(order.login).origin;
  const told = { outside: [], policy: [], failed: [], errors: [] };
  const browser = await chromium.launch({
    executablePath: order.chromium,
    args: ['--no-sandbox', '--use-angle=swiftshader', '--enable-unsafe-swiftshader', '--ignore-gpu-blocklist'],
  });
  try {
    const context = await browser.newContext({ viewport: { width: 1600, height: 900 } });
    context.setDefaultTimeout(PATIENCE_MS);
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
    try {
      await page.goto(order.login);
      await page.waitForURL(`${origin}/`);
      await work(page, origin, told);
    } catch (fault) {
      told.errors.push(String(fault));
      if (order.fault) {
        await page.screenshot({ path: order.fault });
      }
    }
    told.policy.push(...await page.evaluate(() => window.policyViolations));
  } finally {
    await browser.close();
  }
  return told;
}

/** Asks from outside, because the page's policy forbids to wait in it by a string; the first answer that is true. */
export async function until(page, what, condition, argument) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const answer = await page.evaluate(condition, argument);
    if (answer) {
      return answer;
    }
    if (Date.now() > end) {
      throw new Error(`${page.url()}: not seen within ${PATIENCE_MS / 1000} s: ${what}`);
    }
    await page.waitForTimeout(50);
  }
}
