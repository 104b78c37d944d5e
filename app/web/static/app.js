// Everything works without this: it only spares a reload, and keeps what was typed when a connection fails.
for (const form of document.querySelectorAll("form[data-live]")) {
  const target = document.querySelector(form.dataset.live);
  let asking;
  form.addEventListener("change", async () => {
    asking?.abort();
    asking = new AbortController();
    const url = new URL(form.getAttribute("action") || location.pathname, location.origin);
    url.search = new URLSearchParams([...new FormData(form)].filter(([, value]) => value)).toString();
    try {
      const answer = await fetch(url, { headers: { "X-Fragment": "1" }, signal: asking.signal });
      if (!answer.ok) return form.requestSubmit();
      const found = new DOMParser().parseFromString(await answer.text(), "text/html");
      swap(target, found.body);
      history.replaceState(null, "", answer.headers.get("Content-Location") || url);
      follow(answer.headers.get("Link"));
    } catch (error) {
      if (error.name !== "AbortError") form.requestSubmit();
    }
  });
}

// What is said aloud stays where it is and only gets other words: a new one would not be heard everywhere.
function swap(target, found) {
  const [said, now] = [target, found].map((one) => one.querySelector(":scope > [role=status]"));
  if (!said || !now) return target.replaceChildren(...found.childNodes);
  said.replaceChildren(...now.childNodes);
  now.remove();
  while (said.nextSibling) said.nextSibling.remove();
  target.append(...found.childNodes);
}

// The address changed: the links to the other language and back from the display change with it.
function follow(link) {
  const there = link?.match(/^<([^>]+)>/)?.[1];
  if (there) for (const one of document.querySelectorAll("[hreflang]")) one.href = there;
  for (const back of document.querySelectorAll("[name=back]")) back.value = location.pathname + location.search;
}

// The display changes as soon as it is chosen; the button is for who has no script.
for (const form of document.querySelectorAll("form[data-at-once]")) {
  form.querySelector("button").hidden = true;
  form.addEventListener("change", () => form.requestSubmit());
}

for (const button of document.querySelectorAll("button[data-print]")) {
  button.hidden = false;
  button.addEventListener("click", () => print());
}

// What was typed stays on the page until there is an answer, also when the connection fails.
const tell = (form, words) => {
  const said = document.createElement("p");
  said.className = "err box";
  said.setAttribute("role", "alert");
  said.textContent = words;
  form.querySelector("[data-message]").replaceChildren(said);
};
const send = async (form, submitter) => {
  const body = new URLSearchParams(new FormData(form, submitter));
  const answer = await fetch(form.action, { method: "POST", body, signal: AbortSignal.timeout(30_000) });
  if (answer.redirected) return location.assign(answer.url);
  const found = new DOMParser().parseFromString(await answer.text(), "text/html");
  const main = found.querySelector("main");
  if (answer.status >= 500) return tell(form, form.dataset.busy);
  // A refusal is told here: it holds nothing of what was typed.
  if (!main?.querySelector("form")) {
    const said = [...(main?.querySelectorAll("h1, .lead") ?? [])].map((part) => part.textContent);
    return tell(form, said.join(". ") || form.dataset.busy);
  }
  document.title = found.title;
  document.querySelector("main").replaceWith(main);
  scrollTo(0, 0);
  document.getElementById("errors")?.focus();
};
document.addEventListener("submit", async (event) => {
  const form = event.target;
  if (!form.matches("form[data-keep]")) return;
  event.preventDefault();
  if (form.dataset.sending) return;
  form.dataset.sending = "yes";
  await send(form, event.submitter).catch(() => tell(form, form.dataset.keep));
  delete form.dataset.sending;
});
// A browser refuses a wrong day without a word when the field is folded away.
document.addEventListener("invalid", (event) => event.target.closest("details")?.setAttribute("open", ""), true);

document.getElementById("errors")?.focus();
