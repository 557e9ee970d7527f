// What a person does with a study that was processed, in a real browser: opens its PET-CT fusion from the status page, lays
// the lesions that were found over it, looks at one of them and draws an ellipse in it. Tells, as one line of JSON, what
// the viewer then shows:
//   node fusion.mjs '{"driver": DIR, "chromium": FILE, "login": URL, "fault": FILE, "png": FILE, "study": UID, "pet": SERIES UID,
//     "lesions": how many, "points": [[x, y, z] LPS mm, …], "ellipseMm": [half width, half height] or null}'
// The ellipse is drawn round the first of the points.
import { until, watched } from './watched.mjs';

const order = JSON.parse(process.argv[2]);
const told = await watched(order, async (page, origin, notes) => {
  notes.firstImageMs = [await openFusion(page), null];
  // once more with the files that the browser keeps
  await page.goto(`${origin}/`);
  notes.firstImageMs[1] = await openFusion(page);
  await until(page, 'both volumes', () => {
    const volumes = [...window.cornerstone.cache.getVolumes()];
    return volumes.length >= 2 && volumes.every(volume => volume.loadStatus?.loaded);
  });
  notes.loadedMs = Math.round(await page.evaluate(() => performance.now()));
  notes.points = await page.evaluate(suvAt, order);

  await layOver(page, 'ctAXIAL');
  await until(page, 'the lesions', n => window.services.segmentationService.getSegmentations()
    .some(one => Object.keys(one.segments).length === n), order.lesions);
  await until(page, 'the lesions over every image', () => [...window.services.viewportGridService.getState().viewports.keys()]
    .every(id => window.services.segmentationService.getSegmentationRepresentations(id).some(shown => shown.visible)));
  notes.segments = await page.evaluate(segments);
  await page.getByText('Lesion 1', { exact: true }).first().click();
  notes.lesion = await card(page, 'Lesion 1');

  if (order.ellipseMm) {
    notes.ellipse = await drawEllipse(page, 'fusionAXIAL', 'ptAXIAL');
  }
  // more room for the images
  await page.locator('[data-cy="side-panel-header-left"]').click();
  await page.mouse.move(1400, 20);
  await page.waitForTimeout(3000);
  await page.screenshot({ path: order.png });
});
console.log(JSON.stringify(told));

/** From the status page, by its link; milliseconds from the navigation to the first image. */
async function openFusion(page) {
  const link = page.locator(`a[href*="/viewer/tmtv"][href*="${order.study}"]`);
  await link.click();
  const ms = await until(page, 'the first image', () => window.firstImage);
  return Math.round(ms);
}

/** The values of the PET volume that the viewer draws and measures, in the voxels at some points. */
function suvAt({ points, pet }) {
  const series = window.services.displaySetService.getActiveDisplaySets().find(one => one.SeriesInstanceUID === pet);
  const volume = [...window.cornerstone.cache.getVolumes()].find(one => one.volumeId.endsWith(series.displaySetInstanceUID));
  return points.map(point => {
    const index = window.cornerstone.utilities.transformWorldToIndex(volume.imageData, point);
    return volume.voxelManager.getAtIJK(...index.map(Math.round));
  });
}

/** By the menu of a viewport, as a person does; every viewport then shows them. */
async function layOver(page, viewport) {
  await page.locator('[data-cy="viewport-pane"]').first().click({ position: { x: 100, y: 200 } });
  await page.locator(`[data-cy="dataOverlayMenu-${viewport}-btn"]`).click();
  await page.getByText('Segmentation', { exact: true }).first().click();
  await page.getByText(/select a segmentation/i).first().click();
  await page.getByRole('option', { name: /lesions on pet/i }).click();
  await page.keyboard.press('Escape');
}

/** Label and number of labelled voxels of each segment, and the viewports that show them. */
function segments() {
  const service = window.services.segmentationService;
  const [one] = service.getSegmentations();
  const counts = {};
  for (const imageId of one.representationData.Labelmap.imageIds) {
    for (const label of window.cornerstone.cache.getImage(imageId).voxelManager.getScalarData()) {
      counts[label] = (counts[label] ?? 0) + 1;
    }
  }
  const viewports = [...window.services.viewportGridService.getState().viewports.keys()];
  return {
    label: one.label,
    labels: Object.values(one.segments).map(segment => segment.label),
    voxels: Object.keys(one.segments).map(index => counts[index] ?? 0),
    shownIn: viewports.filter(id => service.getSegmentationRepresentations(id).some(shown => shown.visible)),
  };
}

/** The card that the viewer shows while the mouse rests on a segment. */
async function card(page, label) {
  for (let tries = 0; tries < 20; tries++) {
    await page.mouse.move(800, 20);
    await page.waitForTimeout(500);
    await page.getByText(label, { exact: true }).first().hover();
    for (let looks = 0; looks < 20; looks++) {
      await page.waitForTimeout(100);
      const found = await page.evaluate(measures);
      if (found) {
        return found;
      }
    }
  }
  throw new Error(`no card of ${label}`);
}

/** What the card of a segment says, as name and text; nothing before it is there. */
function measures() {
  const name = [...document.querySelectorAll('*')].find(e => e.childElementCount === 0 && e.textContent === 'Mean Value');
  const rows = name?.parentElement?.parentElement;
  return rows && Object.fromEntries([...rows.children].map(row => [...row.children].map(cell => cell.innerText.trim())));
}

/** With the mouse, in the middle of the lesion to which the viewport has jumped; the lines that the viewer draws at it in the viewport of the PET. */
async function drawEllipse(page, viewport, readIn) {
  await page.locator('[data-cy="MeasurementTools-split-button-secondary"]').click();
  await page.locator('[data-cy="EllipticalROI"]').click();
  const [x, y, dx, dy] = await page.evaluate(([id, [centre], [width, height]]) => {
    const shown = window.cornerstone.getRenderingEngines().flatMap(engine => engine.getViewports()).find(one => one.id === id);
    const pane = shown.element.getBoundingClientRect();
    const [left, top] = shown.worldToCanvas(centre);
    const [right] = shown.worldToCanvas([centre[0] + width, centre[1], centre[2]]);
    const [, bottom] = shown.worldToCanvas([centre[0], centre[1] + height, centre[2]]);
    return [pane.x + left, pane.y + top, right - left, bottom - top];
  }, [viewport, order.points, order.ellipseMm]);
  // the first click makes it the active viewport; a second one within half a second would be a double click
  await page.mouse.click(x, y + 3 * dy);
  await page.waitForTimeout(1000);
  await page.mouse.move(x, y);
  await page.mouse.down();
  for (let step = 1; step <= 8; step++) {
    await page.waitForTimeout(100);
    await page.mouse.move(x + dx * step / 8, y + dy * step / 8);
  }
  await page.waitForTimeout(300);
  await page.mouse.up();
  return until(page, 'the text of the ellipse', id => {
    const shown = window.cornerstone.getRenderingEngines().flatMap(engine => engine.getViewports()).find(one => one.id === id);
    const lines = [...shown.element.querySelectorAll('svg text tspan')].map(line => line.textContent);
    return lines.some(line => line.startsWith('Mean')) && lines;
  }, readIn);
}
