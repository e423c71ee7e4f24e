"use strict";

// The page is whole without this; it switches the language, filters the questions and follows links into what is folded.
(() => {
  const root = document.documentElement;
  const KEY = "quliu-report-language";
  const TAGS = { zh: "zh-Hans", en: "en" };

  // A browser may refuse to store anything, above all for a file.
  const stored = () => {
    try {
      return sessionStorage.getItem(KEY);
    } catch {
      return null;
    }
  };
  const store = (language) => {
    try {
      sessionStorage.setItem(KEY, language);
    } catch {
      // Then the choice lasts as long as the page.
    }
  };

  const speak = (language) => {
    root.lang = TAGS[language];
    document.title = language === "zh" ? root.dataset.titleZh : root.dataset.titleEn;
    for (const option of document.querySelectorAll("option[data-zh]")) option.textContent = option.dataset[language];
    for (const button of document.querySelectorAll("[data-language][type=button]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === language));
    }
  };

  const kept = stored();
  const first = kept in TAGS ? kept : /^zh\b/i.test(navigator.language) ? "zh" : "en";
  root.classList.add("js");
  root.lang = TAGS[first];

  document.addEventListener("DOMContentLoaded", () => {
    const form = document.getElementById("filter");
    const entries = [...document.querySelectorAll(".entry")];
    const texts = new Map();

    const textOf = (entry) => {
      if (!texts.has(entry)) {
        const parts = entry.querySelectorAll(".asked, .turns, .answer, .citations, .reason, .foot code");
        texts.set(entry, [...parts].map((part) => part.textContent).join("\n").toLocaleLowerCase());
      }
      return texts.get(entry);
    };

    const fits = (entry, wanted) =>
      (!wanted.type || entry.dataset.type === wanted.type) &&
      (!wanted.language || entry.dataset.language === wanted.language) &&
      (!wanted.state || entry.dataset.state === wanted.state || (wanted.state === "failed" && entry.dataset.state === "error")) &&
      (!wanted.failed || entry.dataset.failed.split(" ").includes(wanted.failed)) &&
      wanted.text.toLocaleLowerCase().split(/\s+/).every((word) => textOf(entry).includes(word));

    const filter = () => {
      const wanted = Object.fromEntries(new FormData(form));
      const open = Object.values(wanted).every((value) => !value.trim());
      let shown = 0;
      for (const entry of entries) {
        entry.hidden = !open && !fits(entry, wanted);
        if (!entry.hidden) shown += 1;
      }
      for (const mark of document.querySelectorAll("#shown b")) mark.textContent = String(shown);
      document.getElementById("nothing").hidden = shown > 0;
    };

    // Whatever a link leads to is unfolded, and shown though the filter hid it.
    const follow = () => {
      let id = location.hash.slice(1);
      try {
        id = decodeURIComponent(id);
      } catch {
        return;
      }
      const target = id && document.getElementById(id);
      if (!target) return;
      if (target.hidden) {
        form.reset();
        filter();
      }
      for (let one = target; one; one = one.parentElement) if (one.tagName === "DETAILS") one.open = true;
      target.scrollIntoView();
      (target.querySelector("summary") ?? target).focus({ preventScroll: true });
    };

    speak(first);
    document.querySelector(".switch").addEventListener("click", ({ target }) => {
      const language = target.closest("button")?.dataset.language;
      if (!language) return;
      store(language);
      speak(language);
    });

    form.addEventListener("submit", (event) => event.preventDefault());
    form.addEventListener("input", filter);
    // The fields are empty only after the event.
    form.addEventListener("reset", () => setTimeout(filter));
    document.getElementById("expand").addEventListener("click", () => {
      for (const entry of entries) if (!entry.hidden) entry.open = true;
    });
    document.getElementById("collapse").addEventListener("click", () => {
      for (const entry of entries) entry.open = false;
    });

    const readout = document.getElementById("readout");
    const read = ({ target }) => {
      const cell = target.closest?.("[data-passage]");
      const passage = cell && document.getElementById(cell.dataset.passage);
      if (!passage) return;
      readout.replaceChildren(
        ...[".head", ".words"].map((part) => {
          const copy = passage.querySelector(part).cloneNode(true);
          copy.removeAttribute("id");
          return copy;
        }),
      );
    };
    for (const map of document.querySelectorAll(".map")) {
      map.addEventListener("mouseover", read);
      map.addEventListener("focusin", read);
    }

    // A second click on the same link is to lead there again.
    document.addEventListener("click", (event) => {
      const link = event.target.closest?.("a[href^='#']");
      if (link && link.hash === location.hash) follow();
    });
    addEventListener("hashchange", follow);
    filter();
    follow();
  });
})();
