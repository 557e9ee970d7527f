// Opens pages in a real browser and tells what happened, as one line of JSON:
//   node look.mjs '{"driver": DIR, "chromium": FILE, "login": URL, "fault": FILE, "pages": [{"path", "waitFor", "png", "settleMs"}]}'
import { until, watched } from './watched.mjs';

const order = JSON.parse(process.argv[2]);
const pages = [];
const told = await watched(order, async (page, origin, notes) => {
  for (const { path, waitFor, png, settleMs } of order.pages) {
    await page.goto(origin + path);
    await until(page, waitFor, waitFor);
    const seen = await page.evaluate(() => window.firstImage ?? performance.now());
    await page.waitForTimeout(settleMs);
    notes.policy.push(...await page.evaluate(() => window.policyViolations));
    await page.screenshot({ path: png });
    pages.push({ path, seenMs: Math.round(seen), text: (await page.innerText('body')).slice(0, 4000) });
  }
});
console.log(JSON.stringify({ ...told, pages }));
