"use strict";
(() => {
  const report = JSON.parse(document.getElementById("report").textContent);
  const items = [...document.querySelectorAll("nav li.row")];
  const buttons = items.map((item) => item.querySelector("button"));
  const list = document.querySelector("nav ol");
  const view = document.getElementById("view");
  const filter = document.getElementById("filter");
  const failed = document.getElementById("failed");
  const isPlan = report.kind === "plan";
  const isDifference = report.kind === "difference";
  let selected = -1;

  // --- elements: all text goes in as text, never as markup

  function make(name, properties = {}, ...children) {
    const element = document.createElement(name);
    for (const [key, value] of Object.entries(properties)) {
      if (key === "class") element.className = value;
      else if (key.startsWith("data-") || key.startsWith("aria-") || key === "role") element.setAttribute(key, value);
      else element[key] = value;
    }
    element.append(...children.filter((child) => child !== null && child !== undefined));
    return element;
  }

  const text = (index) => (typeof index === "number" ? report.texts[index] : "");

  // --- pictures: the page holds them as text, and an element as long as it shows them

  function source(id) {
    const holder = document.getElementById(id);
    return holder && `data:image/webp;base64,${JSON.parse(holder.textContent)}`;
  }

  const watcher = new IntersectionObserver(
    (entries) => {
      for (const { target, isIntersecting } of entries) {
        const image = target.firstChild;
        if (!isIntersecting && image) image.remove();
        else if (isIntersecting && !image) {
          const src = source(`thumbnail-${target.dataset.picture}`);
          if (src) target.append(make("img", { src, alt: "" }));
        }
      }
    },
    { root: list, rootMargin: "800px" },
  );
  for (const place of document.querySelectorAll(".thumbnail")) watcher.observe(place);

  const stepsOf = (row) =>
    report.rows[row].cells.map((index, run) => (index === null ? null : report.runs[run].steps[index]));

  // --- the overlay: in per cent of the picture, so that it is right at any size

  const percent = (share) => `${share * 100}%`;

  function put(element, places) {
    for (const [name, share] of Object.entries(places)) element.setAttribute(name, percent(share));
  }

  function drawMark(mark, at, from, label) {
    const lines = mark.querySelectorAll("line");
    const starts = mark.querySelectorAll(".start");
    for (const circle of mark.querySelectorAll(".ring, .middle")) put(circle, { cx: at[0], cy: at[1] });
    for (const element of [...lines, ...starts]) if (!from) element.remove();
    if (from) {
      for (const line of lines) put(line, { x1: from[0], y1: from[1], x2: at[0], y2: at[1] });
      for (const circle of starts) put(circle, { cx: from[0], cy: from[1] });
    }
    const tag = mark.querySelector(".label");
    put(tag, { x: at[0], y: at[1] });
    if (label) tag.firstElementChild.textContent = label;
    else tag.remove();
  }

  function overlay(places, others) {
    const drawing = document.getElementById("overlay").content.firstElementChild.cloneNode(true);
    const mark = drawing.querySelector(".mark");
    const pointer = drawing.querySelector(".pointer");
    for (const other of others) {
      const copy = mark.cloneNode(true);
      copy.classList.add("other");
      if (other.assumed) copy.classList.add("assumed");
      drawMark(copy, other.at, other.from, other.label);
      drawing.insertBefore(copy, mark);
    }
    if (places.at) drawMark(mark, places.at, places.from, places.label);
    else mark.remove();
    if (places.assumed) mark.classList.add("assumed");
    if (places.pointer) put(pointer, { x: places.pointer[0], y: places.pointer[1] });
    else pointer.remove();
    return drawing;
  }

  function figure(caption, key, places, others = []) {
    const words = make("figcaption", {}, caption);
    const size = report.pictures[key];
    if (!size) {
      const why = report.failures[key] || "it is not on this page";
      return make("figure", { class: "missing" }, words, make("p", {}, `No picture: ${why}`));
    }
    const image = make("img", { alt: `The screen, ${caption.toLowerCase()}`, width: size[0], height: size[1] });
    image.src = source(`full-${key}`);
    image.style.setProperty("--width", `${size[0]}px`); // the file may have fewer pixels, to save room
    const canvas = make("div", { class: "canvas" }, image, overlay(places, others));
    return make("figure", {}, words, make("div", { class: "frame", tabIndex: 0, role: "group", "aria-label": caption }, canvas));
  }

  // --- one step in words

  const money = (cny) => (cny === null || cny === undefined ? "unknown" : `${cny.toFixed(4)} CNY`);
  const time = (ms) => (ms < 1000 ? `${ms} ms` : `${(ms / 1000).toFixed(ms < 10000 ? 2 : 1)} s`);
  const count = (number) => (number === null || number === undefined ? "unknown" : number.toLocaleString("en"));

  function tokens(usage) {
    if (!usage || Object.values(usage).every((number) => number === null)) return "unknown";
    const names = { prompt: "in", completion: "out", image: "of pictures", cached: "cached" };
    return Object.entries(names)
      .filter(([name]) => (usage[name] ?? null) !== null && (usage[name] > 0 || name === "prompt" || name === "completion"))
      .map(([name, words]) => `${count(usage[name])} ${words}`)
      .join(", ");
  }

  function part(title, ...children) {
    const whole = children.filter((child) => child !== null && child !== undefined);
    return whole.length ? make("section", {}, make("h3", {}, title), ...whole) : null;
  }

  function paragraph(words, name = "") {
    return words ? make("p", { class: name }, words) : null;
  }

  const code = (words, name = "") => (words ? make("pre", { class: name, tabIndex: 0 }, words) : null);

  function pretty(json) {
    try {
      const parsed = JSON.parse(json);
      return Object.entries(parsed).map(([name, value]) => `${name}: ${JSON.stringify(value)}`).join("\n");
    } catch {
      return json; // it was cut
    }
  }

  function bars(parts) {
    const entries = Object.entries(parts).map(([name, ms]) => [name, Math.max(0, ms)]);
    const total = entries.reduce((sum, [, ms]) => sum + ms, 0);
    if (!entries.length) return null;
    const rows = [...entries, ["all", total]].map(([name, ms]) => {
      const bar = make("i", { class: "bar", "data-part": name });
      bar.style.width = `${total ? (100 * ms) / total : 0}%`;
      return make("tr", {}, make("th", { scope: "row" }, name), make("td", {}, name === "all" ? "" : bar), make("td", {}, time(ms)));
    });
    return make("table", { class: "bars" }, make("tbody", {}, ...rows));
  }

  function facts(pairs) {
    const rows = pairs.filter(([, value]) => value !== null && value !== undefined && value !== "");
    return make("dl", { class: "pairs" }, ...rows.flatMap(([name, value]) => [make("dt", {}, name), make("dd", {}, value)]));
  }

  function request(exchange, run) {
    const messages = exchange.messages.map(({ role, parts }) =>
      make("div", { class: "message" }, make("h4", {}, role), ...parts.map((one) => ("text" in one ? code(text(one.text)) : picture(one.image, run)))),
    );
    return make("details", {}, make("summary", {}, `Request, ${messages.length} ${messages.length === 1 ? "message" : "messages"}`), ...messages);
  }

  function picture(sha, run) {
    const step = report.runs[run].steps.find((one) => one.sent === sha);
    const name = `image ${sha.slice(0, 12)}…`;
    if (!step) return make("p", { class: "image", title: sha }, name);
    const row = report.rows.findIndex(({ cells }) => cells[run] !== null && report.runs[run].steps[cells[run]] === step);
    const button = make("button", { type: "button", title: sha }, `${name} · step ${step.number}`);
    button.addEventListener("click", () => select(row));
    return make("p", { class: "image" }, button);
  }

  function replies(step, run) {
    return step.exchanges.map((exchange, index) => {
      const reply = exchange.reply;
      const title = index === 0 ? "Reply" : `Reply to re-ask ${index}`;
      const tries = exchange.failures.map((failure, at) => {
        const again = failure.pause === null ? "" : `; tried again after ${failure.pause.toFixed(1)} s`;
        const cost = failure.cost === 0 ? "" : ` (${money(failure.cost)})`;
        return paragraph(`Try ${at + 1} failed: ${failure.message}${again}${cost}`, "error");
      });
      if (!reply) return part(title, ...tries, paragraph("No reply is recorded.", "error"), request(exchange, run));
      const about = [
        reply.model,
        reply.finish_reason && `finished: ${reply.finish_reason}`,
        reply.partial && "cut short",
        reply.tries > 1 && `${reply.tries} tries`,
        time(reply.ms),
        `tokens ${tokens(reply.tokens)}`,
        money(reply.cost),
      ];
      return part(
        title,
        ...tries,
        ...reply.warnings.map((warning) => paragraph(warning, "warning")),
        paragraph(reply.error && `Not understood: ${reply.error}`, "error"),
        code(text(reply.text)),
        ...reply.calls.map((call) => code(text(call))),
        index < step.exchanges.length - 1 && text(reply.reasoning) ? code(text(reply.reasoning), "prose") : null,
        paragraph(about.filter(Boolean).join(" · "), "about"),
        request(exchange, run),
      );
    });
  }

  function place(step) {
    if (!step.target) return null;
    const from = step.from ? `from (${step.from.join(", ")}) to ` : "";
    return `${from}(${step.target.join(", ")})${step.outside ? ", outside the picture" : ""}${step.assumed ? ", assumed" : ""}`;
  }

  function outcome(step) {
    const seen = { true: "The screen changed.", false: "Nothing changed on the screen." }[String(step.changed)];
    return part(
      "Outcome",
      make("p", {}, make("span", { class: "badge", "data-status": step.outcome }, step.outcome), step.detail ? ` ${step.detail}` : ""),
      paragraph(step.consent && `Consent: ${step.consent}`),
      paragraph(step.feedback && `Told to the model: ${step.feedback}`),
      paragraph(step.outcome === "previewed" ? "" : seen),
      paragraph(step.settled === false ? "The screen was still changing when waiting ended." : ""),
    );
  }

  function details(step, run) {
    const left = [
      part("Thought", code(text(step.thought), "prose")),
      part("Action", paragraph(step.error && `Nothing was understood: ${step.error}`, "error"), code(pretty(text(step.action)))),
      step.repairs && step.repairs.length ? part("Mended", ...step.repairs.map((repair) => paragraph(repair))) : null,
      ...(step.exchanges ? replies(step, run) : []),
    ];
    const right = [
      isPlan ? step.consent && part("Consent", paragraph(step.consent)) : outcome(step),
      part(
        "Numbers",
        facts([
          ["Target", place(step)],
          ["Wheel", step.notches === null || step.notches === undefined ? null : `${step.notches} notches`],
          ["Screen", step.viewport],
          ["Tokens", tokens(step.tokens)],
          ["Cost", money(step.cost)],
        ]),
      ),
      step.ms ? part("Time", bars(step.ms)) : null,
    ];
    const filled = (parts) => parts.filter(Boolean);
    return make("div", { class: "details" }, make("div", {}, ...filled(left)), make("div", {}, ...filled(right)));
  }

  function heading(step, run) {
    const which = isDifference ? make("span", { class: "which" }, "AB"[run]) : null;
    const number = make("span", { class: "number" }, `Step ${step.number}`);
    return make("h2", {}, which, which && " ", number, " ", make("span", {}, step.summary || step.outcome || ""));
  }

  function marksOfPlan(current) {
    return report.runs[0].steps
      .filter((step) => step !== current && step.before.at)
      .map((step) => ({ ...step.before, label: String(step.number), assumed: step.assumed }));
  }

  function pane(step, run) {
    if (!step) return make("article", { class: "absent" }, make("h2", {}, make("span", { class: "which" }, "AB"[run]), " no such step"));
    const before = { ...step.before, assumed: step.assumed };
    if (isPlan) before.label = String(step.number);
    const figures = [figure(isPlan ? "Screen" : "Before", step.picture, before, isPlan ? marksOfPlan(step) : [])];
    if (step.after) figures.push(figure("After", step.after.picture, { ...step.after, assumed: step.assumed }));
    if (figures[1]) figures[1].classList.add("after");
    return make("article", {}, heading(step, run), make("div", { class: "figures" }, ...figures), details(step, run));
  }

  // --- which row is selected

  function select(row, { scroll = true } = {}) {
    if (row < 0 || row >= items.length) return;
    const hadFocus = selected >= 0 && document.activeElement === buttons[selected];
    if (selected >= 0) buttons[selected].removeAttribute("aria-current");
    selected = row;
    buttons[row].setAttribute("aria-current", "step");
    if (hadFocus) buttons[row].focus({ preventScroll: true });
    if (scroll) items[row].scrollIntoView({ block: "nearest", inline: "nearest" });
    view.replaceChildren(...stepsOf(row).map(pane));
    view.scrollTop = 0;
    const name = `#${isDifference ? "row" : "step"}-${row + 1}`;
    try {
      if (location.hash !== name) history.replaceState(null, "", name);
    } catch {
      // A browser may allow only so many a second; the address then comes with the next step.
    }
  }

  function fromAddress() {
    const match = /^#(?:step|row)-(\d{1,7})$/.exec(location.hash);
    return match ? Math.min(Math.max(Number(match[1]), 1), items.length) - 1 : 0;
  }

  const isShown = (row) => !items[row].hidden;

  function move(from, by) {
    for (let row = from; row >= 0 && row < items.length; row += by)
      if (isShown(row)) {
        select(row);
        return;
      }
  }

  // --- the filter

  const words = report.rows.map((_, row) =>
    stepsOf(row)
      .filter(Boolean)
      .map((step) => [step.summary, text(step.thought), step.line, text(step.action), step.error, step.outcome, step.detail, step.feedback])
      .flat()
      .filter(Boolean)
      .join("\n")
      .toLowerCase(),
  );

  function applyFilter() {
    const wanted = filter.value.trim().toLowerCase();
    let shown = 0;
    items.forEach((item, row) => {
      const hit = words[row].includes(wanted) && (!failed.checked || stepsOf(row).some((step) => step && step.failed));
      item.hidden = !hit;
      if (hit) shown++;
    });
    const all = items.length;
    document.getElementById("count").textContent = shown === all ? `${all} ${isDifference ? "row" : "step"}${all === 1 ? "" : "s"}` : `${shown} of ${all}`;
    document.querySelector(".none").hidden = shown > 0;
    if (shown && !isShown(selected)) move(0, 1);
  }

  // --- keys and buttons

  const parting = items.findIndex((item) => "parting" in item.dataset);

  function switchTheme() {
    const root = document.documentElement;
    const dark = root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
    root.dataset.theme = dark ? "light" : "dark";
  }

  function switchSize() {
    document.body.classList.toggle("actual");
    for (const frame of view.querySelectorAll(".frame")) {
      const ring = frame.querySelector(".mark:not(.other) .ring");
      if (!ring) continue;
      const [place, box] = [ring.getBoundingClientRect(), frame.getBoundingClientRect()];
      frame.scrollBy(place.left - box.left - box.width / 2, place.top - box.top - box.height / 2);
    }
  }

  function revealParting() {
    if (parting < 0) return;
    if (!isShown(parting)) {
      filter.value = "";
      failed.checked = false;
      applyFilter();
    }
    select(parting);
  }

  const keys = {
    j: () => move(selected + 1, 1),
    k: () => move(selected - 1, -1),
    Home: () => move(0, 1),
    End: () => move(items.length - 1, -1),
    "/": () => filter.focus(),
    t: switchTheme,
    p: revealParting,
    z: switchSize,
  };
  keys.ArrowDown = keys.ArrowRight = keys.j;
  keys.ArrowUp = keys.ArrowLeft = keys.k;

  document.addEventListener("keydown", (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.isComposing) return;
    if (event.target === filter) {
      if (event.key === "Escape" || event.key === "Enter") {
        filter.blur();
        event.preventDefault();
      }
      return;
    }
    // A text or a picture that can scroll keeps the keys it scrolls by.
    const box = event.target instanceof Element ? event.target.closest("pre, .frame") : null;
    const scrolls = box && (box.scrollHeight > box.clientHeight || box.scrollWidth > box.clientWidth);
    if (scrolls && /^(Arrow|Home|End)/.test(event.key)) return;
    if (Object.hasOwn(keys, event.key)) {
      keys[event.key]();
      event.preventDefault();
    } else if (event.key === "Escape" && document.activeElement) document.activeElement.blur();
  });

  list.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button) select(buttons.indexOf(button), { scroll: false });
  });
  document.getElementById("theme").addEventListener("click", switchTheme);
  const toParting = document.getElementById("to-parting");
  if (toParting) toParting.addEventListener("click", revealParting);
  filter.addEventListener("input", applyFilter);
  failed.addEventListener("change", applyFilter);
  addEventListener("hashchange", () => select(fromAddress()));

  if (items.length) select(fromAddress());
  else view.append(make("p", { class: "absent" }, "No step was recorded."));
  applyFilter();
  document.body.dataset.ready = "yes";
})();
