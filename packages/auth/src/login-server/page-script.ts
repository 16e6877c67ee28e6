/**
 * What the page does when it may run scripts: the copy button, and asking for news instead of reloading. It builds no
 * markup of its own, it takes the card that the server drew, and says for screen readers what changed.
 */
export const pageScript = `"use strict";
(() => {
  const live = document.getElementById("live");
  const card = () => document.getElementById("card");
  const pause = (milliseconds) => new Promise((resolve) => setTimeout(resolve, milliseconds));
  let drawn = performance.now();

  async function copy(button) {
    const code = document.getElementById("code");
    const label = button.querySelector("span");
    try {
      await navigator.clipboard.writeText(code.value);
      label.textContent = "Copied";
      button.classList.add("done");
      live.textContent = "The code is copied.";
    } catch {
      code.focus();
      code.select();
      live.textContent = "The code is selected. Copy it with your keyboard.";
    }
  }

  function prepare() {
    drawn = performance.now();
    const button = document.getElementById("copy");
    if (button) {
      button.hidden = false;
      button.addEventListener("click", () => void copy(button));
    }
    const code = document.getElementById("code");
    if (code) code.addEventListener("focus", () => code.select());
    countDown();
  }

  function countDown() {
    const left = document.getElementById("left");
    if (!left) return;
    const seconds = Number(left.dataset.seconds) - (performance.now() - drawn) / 1000;
    const minutes = Math.ceil(seconds / 60);
    left.textContent = minutes > 1 ? minutes + " minutes" : "less than a minute";
  }

  async function renew() {
    const response = await fetch(location.href, { cache: "no-store" });
    if (!response.ok) throw new Error("refused");
    const next = new DOMParser().parseFromString(await response.text(), "text/html");
    const old = card();
    const fresh = document.adoptNode(next.getElementById("card"));
    const hadFocus = old.contains(document.activeElement);
    // The same code in another mood: what the person selected or is about to press stays where it is.
    if (old.dataset.phase === "waiting" && fresh.dataset.phase === "waiting" && old.dataset.attempt === fresh.dataset.attempt) {
      document.getElementById("trouble").textContent = fresh.querySelector("#trouble").textContent;
      old.dataset.version = fresh.dataset.version;
    } else {
      old.replaceWith(fresh);
      prepare();
      if (hadFocus) fresh.querySelector("h1").focus();
    }
    document.title = next.title;
    live.textContent = fresh.dataset.announce;
  }

  async function watch() {
    let failures = 0;
    while (card().dataset.live === "yes") {
      try {
        const response = await fetch("state?after=" + card().dataset.version, { cache: "no-store" });
        if (!response.ok) throw new Error("refused");
        const news = await response.json();
        if (String(news.version) !== card().dataset.version) await renew();
        failures = 0;
      } catch {
        failures += 1;
        if (failures > 3) {
          const gone = document.getElementById("gone");
          card().replaceChildren(...gone.content.cloneNode(true).childNodes);
          document.title = card().querySelector("h1").textContent;
          live.textContent = card().querySelector("h1").textContent;
          return;
        }
        await pause(400 * failures);
      }
    }
  }

  prepare();
  setInterval(countDown, 10000);
  void watch();
})();
`;
