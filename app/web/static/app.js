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
      target.replaceChildren(...found.body.childNodes);
      history.replaceState(null, "", answer.headers.get("Content-Location") || url);
      // What stands outside the target and leads back here keeps what was chosen.
      for (const link of document.querySelectorAll("a[hreflang]")) link.search = location.search;
      for (const back of document.querySelectorAll("input[name=back]")) back.value = location.pathname + location.search;
    } catch (error) {
      if (error.name !== "AbortError") form.requestSubmit();
    }
  });
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

document.getElementById("errors")?.focus();
