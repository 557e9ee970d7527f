// Of the DICOMweb client: what was asked for already (early.js) is not asked for again, unless that failed.
function _httpGetApplicationJson(url, params = {}, progressCallback, withCredentials) {
  const address = Object.keys(params).length > 0 ? url + DICOMwebClient._parseQueryParameters(params) : url;
  const ask = () => this._httpGet(address, { Accept: MEDIATYPES.DICOM_JSON }, 'json', progressCallback, withCredentials);
  const early = window.early?.take(address);
  return early ? early.catch(ask) : ask();
}
