// Before a hanging protocol runs: only the series are waited for that one of its selectors can take by their modality, and
// all of them where no selector says one. Reports, segmentations and contours are asked for when the first image is there.
filterSeriesRequiredForRun(protocolId, seriesPromises) {
  const protocol = this.getProtocolById(Array.isArray(protocolId) ? protocolId[0] : protocolId);
  const wanted = Object.values(protocol?.displaySetSelectors ?? {}).flatMap(selector => {
    const rule = selector.seriesMatchingRules?.find(one => one.required && one.attribute === 'Modality');
    return rule?.constraint.equals?.value ?? rule?.constraint.equals;
  });
  const hangs = series => wanted.includes(undefined) || wanted.includes(series.metadata?.Modality);
  const requiredSeries = seriesPromises.filter(hangs);
  if (requiredSeries.length === 0) {
    return { requiredSeries: seriesPromises, remaining: [] };
  }
  const LONGEST_MS = 10_000;
  const firstImage = new Promise(shown => {
    // the event does not bubble, but it can be caught on its way down
    document.addEventListener('CORNERSTONE_IMAGE_RENDERED', shown, { capture: true, once: true });
    setTimeout(shown, LONGEST_MS);
  });
  const later = series => ({ ...series, start: () => firstImage.then(series.start) });
  return { requiredSeries, remaining: seriesPromises.filter(series => !hangs(series)).map(later) };
}
