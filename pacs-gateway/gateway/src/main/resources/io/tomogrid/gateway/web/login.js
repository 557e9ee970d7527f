// The link is /login#TOKEN or /login#TOKEN&PATH: what follows # is posted, never part of an address that is sent.
const [, token, to] = location.hash.match(/^#([0-9a-f]*)&?(.*)$/) ?? [];
history.replaceState(null, '', '/login');
if (token) {
  fetch('/login', { method: 'POST', body: new URLSearchParams({ token }) })
    .then(async answer => {
      if (!answer.ok) {
        throw new Error((await answer.json()).error);
      }
      location.replace(to && /^\/(?!\/)/.test(to) ? to : '/');
    })
    .catch(fault => { document.getElementById('message').textContent = fault.message; });
}
