"use strict";
// The code is behind the #, where only this page can read it: it is taken out of the address, and sent once.
const form = document.getElementById("enter");
function take() {
  const code = decodeURIComponent(location.hash.slice(1));
  if (!code) return;
  history.replaceState(null, "", location.pathname + location.search);
  form.code.value = code;
  document.getElementById("opening").hidden = false;
  form.submit();
}
addEventListener("hashchange", take);
take();
