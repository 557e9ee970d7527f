// While the browser still reads the application, asks for what that will ask for first of a study: its series, and the
// metadata of those that have images. The application takes these answers instead of asking again, see json-request.js.
window.early = (() => {
  const NO_IMAGES = ['SEG', 'SR', 'RTSTRUCT', 'RTPLAN', 'RWV', 'PR', 'KO', 'REG', 'DOC'];
  const FIELDS = '00080021%2C00080031%2C0008103E%2C00200011';
  const answers = new Map();

  function ask(url) {
    const answer = fetch(url, { headers: { Accept: 'application/dicom+json' } }).then(response => {
      if (!response.ok) {
        throw new Error(`${response.status}`);
      }
      return response.json();
    });
    answers.set(url, answer);
    return answer;
  }

  async function study(uid) {
    const url = `/dicom-web/studies/${uid}/series`;
    for (const series of await ask(`${url}?includefield=${FIELDS}`)) {
      if (!NO_IMAGES.includes(series['00080060'].Value?.[0])) {
        ask(`${url}/${series['0020000E'].Value[0]}/metadata`).catch(() => {});
      }
    }
  }

  for (const uids of new URLSearchParams(location.search).getAll('StudyInstanceUIDs')) {
    // who takes an answer asks himself where there is none
    uids.split(',').filter(uid => /^[0-9.]+$/.test(uid)).forEach(uid => study(uid).catch(() => {}));
  }

  return {
    /** The answer that was asked for at this address, once; undefined if none was. */
    take(url) {
      const answer = answers.get(url);
      answers.delete(url);
      return answer;
    },
  };
})();
