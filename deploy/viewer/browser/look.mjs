// Opens pages in a real browser and tells what happened, as one line of JSON:
//   node look.mjs '{"driver": DIR, "chromium": FILE, "login": URL, "fault": FILE, "pages": [{"path", "waitFor", "png", "settleMs", "ask"}]}'
// ask: an expression whose value is told, or none.
// At the end it logs out and asks for the status page once more.
import { until, watched } from './watched.mjs';

const order = JSON.parse(process.argv[2]);
const pages = [];
const told = await watched(order, async (page, origin, notes) => {
  for (const { path, waitFor, png, settleMs, ask } of order.pages) {
    await page.goto(origin + path);
    await until(page, waitFor, waitFor);
    const seen = await page.evaluate(() => window.firstImage ?? performance.now());
    await page.waitForTimeout(settleMs);
    notes.policy.push(...await page.evaluate(() => window.policyViolations));
    await page.screenshot({ path: png });
    const value = ask ? await page.evaluate(ask) : null;
    pages.push({ path, seenMs: Math.round(seen), value, text: (await page.innerText('body')).slice(0, 4000) });
  }
  await page.goto(`${origin}/`);
  await page.getByRole('button', { name: 'Log out' }).click();
  await page.waitForURL(`${origin}/login`);
  await page.goto(`${origin}/`);
  notes.afterwards = new URL(page.url()).pathname;
});
console.log(JSON.stringify({ ...told, pages }));
