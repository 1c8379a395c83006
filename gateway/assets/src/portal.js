// What the portal does better with JavaScript: progress, resuming and findings as they come. Everything works without it.
"use strict";
(() => {
  document.documentElement.classList.add("js");
  const summary = document.querySelector("[data-focus]");
  if (summary) summary.focus();

  const page = document.querySelector("[data-uploads]");
  if (page) documents(page);
  const waiting = document.querySelector("[data-wait-for-receipt]");
  if (waiting) setTimeout(() => location.reload(), 2500);

  function documents(root) {
    const live = root.querySelector("[data-live]");
    const csrf = root.dataset.csrf;
    const most = Number(root.dataset.maxFile);
    let running = 0;
    let polling = false;
    const announced = new Map();

    addEventListener("beforeunload", (event) => { if (running > 0) event.preventDefault(); });
    for (const form of root.querySelectorAll("form[data-slot]")) {
      const input = form.querySelector("input[type=file]");
      input.addEventListener("change", () => { take(form, input.files); input.value = ""; });
      form.addEventListener("dragover", (event) => { event.preventDefault(); form.classList.add("drag"); });
      form.addEventListener("dragleave", () => form.classList.remove("drag"));
      form.addEventListener("drop", (event) => { event.preventDefault(); form.classList.remove("drag"); take(form, event.dataTransfer.files); });
    }
    if (root.querySelector("[data-waiting]")) poll();

    function take(form, files) { for (const file of files) upload(form, file); }

    function line(form, file) {
      const item = element("li", "zp-file");
      const name = element("span", "zp-file-name", file.name);
      const progress = document.createElement("progress");
      progress.max = 100;
      progress.value = 0;
      progress.setAttribute("aria-label", "Voortgang van " + file.name);
      const status = element("p", "zp-file-status", "Bezig met uploaden…");
      item.append(name, progress, status);
      const list = form.closest(".zp-slot").querySelector(".zp-files");
      list.append(item);
      return { item, progress, status };
    }

    function upload(form, file) {
      const shown = line(form, file);
      const fail = (sentence) => {
        shown.item.classList.add("bad");
        shown.progress.remove();
        shown.status.textContent = sentence;
        shown.status.setAttribute("role", "alert");
      };
      if (file.size > most) return fail("Dit bestand is te groot. Een bestand mag " + root.dataset.maxFileText + " zijn.");
      running += 1;
      const task = new tus.Upload(file, {
        endpoint: "/uploads",
        chunkSize: 4 * 1024 * 1024,
        retryDelays: [0, 500, 1000, 2000, 4000, 8000, 15000, 30000, 60000],
        removeFingerprintOnSuccess: true,
        metadata: { filename: file.name, filetype: file.type, slot: form.dataset.slot },
        onProgress: (sent, all) => {
          shown.progress.value = all ? (100 * sent) / all : 100;
          shown.status.textContent = "Bezig met uploaden: " + Math.floor(shown.progress.value) + "%";
        },
        onShouldRetry: (error) => {
          const status = error.originalResponse ? error.originalResponse.getStatus() : 0;
          if (status === 0 || status === 409 || status >= 500) {
            shown.status.textContent = "De verbinding is weg. Wij proberen het zo weer…";
            return status !== 507;
          }
          return false;
        },
        onError: (error) => {
          running -= 1;
          let sentence = "Het uploaden lukt niet. Controleer uw internetverbinding en kies het bestand opnieuw.";
          try { sentence = JSON.parse(error.originalResponse.getBody()).detail || sentence; } catch { /* no answer came */ }
          fail(sentence);
        },
        onSuccess: () => {
          running -= 1;
          shown.progress.remove();
          shown.item.dataset.id = task.url.split("/").pop();
          shown.item.dataset.waiting = "";
          shown.status.textContent = "Ontvangen. Wij bekijken het bestand…";
          say(file.name + " is ontvangen.");
          poll();
        },
      });
      task.findPreviousUploads().then((earlier) => {
        if (earlier.length > 0) {
          task.resumeFromPreviousUpload(earlier[0]);
          const id = earlier[0].uploadUrl.split("/").pop();
          const old = root.querySelector('[data-id="' + CSS.escape(id) + '"]');
          if (old) old.remove();
        }
        task.start();
      });
    }

    async function poll() {
      if (polling) return;
      polling = true;
      for (let tries = 0; tries < 120 && root.querySelector("[data-waiting]"); tries += 1) {
        try {
          const answer = await fetch("/inzending/bevindingen", { headers: { Accept: "application/json" } });
          if (answer.ok) for (const one of (await answer.json()).documents) show(one);
        } catch { /* tried again below */ }
        await new Promise((resolve) => setTimeout(resolve, tries < 10 ? 700 : 2500));
      }
      polling = false;
    }

    function show(one) {
      const item = root.querySelector('[data-id="' + CSS.escape(one.id) + '"]');
      if (!item || !one.complete) return;
      if (!("waiting" in item.dataset)) return;
      if (one.waiting) {
        const status = item.querySelector(".zp-file-status");
        if (status && one.progress) status.textContent = one.progress;
        return;
      }
      delete item.dataset.waiting;
      item.classList.remove("good", "doubt", "bad");
      item.classList.add(one.verdict);
      item.replaceChildren();
      const name = element("span", "zp-file-name", one.name + " ");
      name.append(element("span", "zp-file-size", one.size));
      item.append(name);
      if (one.messages.length > 0) {
        const list = document.createElement("ul");
        for (const message of one.messages) list.append(element("li", "", message.text));
        item.append(list);
      } else {
        item.append(element("p", "", "Ontvangen. Wij zagen geen problemen."));
      }
      item.append(remover(one));
      const sentence = one.name + ": " + (one.messages.map((message) => message.text).join(" ") || "bekeken");
      if (announced.get(one.id) !== sentence) say(sentence);
      announced.set(one.id, sentence);
    }

    function remover(one) {
      const form = document.createElement("form");
      form.method = "post";
      form.action = "/inzending/documenten/" + one.id + "/verwijderen";
      const token = document.createElement("input");
      token.type = "hidden";
      token.name = "csrf";
      token.value = csrf;
      const button = element("button", "zp-plain", "Verwijder dit bestand");
      button.append(element("span", "zp-hidden", " " + one.name));
      form.append(token, button);
      return form;
    }

    function say(sentence) { live.textContent = sentence; }
  }

  function element(tag, className, text) {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text) made.textContent = text;
    return made;
  }
})();
