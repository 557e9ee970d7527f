// Before a hanging protocol runs: only the series are waited for that one of its selectors can take by their modality, and
// all of them where no selector says one. Reports, segmentations and contours come after the images.
filterSeriesRequiredForRun(protocolId, seriesPromises) {
  const protocol = this.getProtocolById(Array.isArray(protocolId) ? protocolId[0] : protocolId);
  const wanted = Object.values(protocol?.displaySetSelectors ?? {}).flatMap(selector => {
    const rule = selector.seriesMatchingRules?.find(one => one.required && one.attribute === 'Modality');
    return rule?.constraint.equals?.value ?? rule?.constraint.equals;
  });
  const hangs = series => wanted.includes(undefined) || wanted.includes(series.metadata?.Modality);
  const requiredSeries = seriesPromises.filter(hangs);
  return requiredSeries.length > 0
    ? { requiredSeries, remaining: seriesPromises.filter(series => !hangs(series)) }
    : { requiredSeries: seriesPromises, remaining: [] };
}
