"use strict";
// Fields that belong to one kind of answer are shown with it; what others write appears without losing what is being written here.
document.documentElement.classList.add("js");
const form = document.getElementById("answer");
function show() {
  const kind = form.elements.kind.value;
  for (const field of form.querySelectorAll("[data-for]")) field.classList.toggle("wanted", field.dataset.for === kind);
}
form.addEventListener("change", show);
show();
form.addEventListener("submit", () => { setTimeout(() => { form.querySelector("button").disabled = true; }); });
addEventListener("pageshow", () => { form.querySelector("button").disabled = false; });
async function look() {
  if (document.hidden) return;
  try {
    const response = await fetch(location.pathname + location.search, { credentials: "same-origin", cache: "no-store" });
    if (!response.ok) return;
    const now = new DOMParser().parseFromString(await response.text(), "text/html");
    const fresh = now.getElementById("facts"), seen = now.querySelector("#answer [name=seen]");
    if (!fresh || !seen || fresh.innerHTML === document.getElementById("facts").innerHTML) return;
    document.getElementById("facts").replaceWith(document.adoptNode(fresh));
    form.elements.seen.value = seen.value;
  } catch (error) {
    return; // it is looked at again
  }
}
setInterval(look, 10000);
