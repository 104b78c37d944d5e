// What others do shows by itself: this part of the page is asked again every few seconds, until somebody stops it.
const part = document.querySelector("[data-again]");
const button = document.querySelector("[data-pause]");
const lost = document.querySelector("[data-lost]");
const within = (place) => (name) => place.querySelector(name);
let stopped = false;

if (button) {
  button.hidden = false;
  button.addEventListener("click", () => {
    stopped = !stopped;
    [button.textContent, button.dataset.pause] = [button.dataset.pause, button.textContent];
  });
}

async function look() {
  if (stopped || document.hidden) return;
  try {
    const answer = await fetch(part.dataset.again, { headers: { "X-Fragment": "1" }, signal: AbortSignal.timeout(10_000) });
    if (answer.status === 404) return location.reload();
    if (!answer.ok) throw new Error(answer.status);
    const [old, found] = [part, new DOMParser().parseFromString(await answer.text(), "text/html")].map(within);
    // Open, shown, ended: each is another page.
    if (old("[data-state]").dataset.state !== found("[data-state]").dataset.state) return location.reload();
    // Only what changed changes: nothing is said aloud twice, and nobody loses their place.
    for (const name of ["[role=status]", "[data-rest]"]) {
      const [before, now] = [old(name), found(name)];
      if (now && before.innerHTML !== now.innerHTML) before.replaceChildren(...now.childNodes);
    }
    lost.hidden = true;
  } catch {
    lost.hidden = false;
  }
}
// One after the other: on a slow line an old answer never comes after a newer one.
const again = () => setTimeout(() => look().finally(again), 3000);
if (part) again();
