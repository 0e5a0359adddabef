/* The page "two numbers and a minute": its form, its languages, its answer. */
(() => {
  "use strict";

  const texts = JSON.parse(document.getElementById("texts").textContent);
  const find = (id) => document.getElementById(id);
  const rows = find("questions"), base = find("base"), answer = find("answer");
  const wanted = [...navigator.languages].map((code) => code.slice(0, 2));
  let language = wanted.find((code) => code in texts) || Object.keys(texts)[0];
  let asked = null;

  const say = (key) => texts[language].texts[key];

  function addRow(value = "") {
    const row = find("row").content.firstElementChild.cloneNode(true);
    row.querySelector("input").value = value;
    rows.append(row);
    label();
    return row;
  }

  function label() {
    [...rows.children].forEach((row, place) => {
      const input = row.querySelector("input");
      input.id = `question-${place + 1}`;
      const own = row.querySelector("label");
      own.htmlFor = input.id;
      own.textContent = say("site.solve.question").replace("{n}", String(place + 1));
    });
  }

  function choose(code) {
    language = code;
    document.documentElement.lang = code;
    document.documentElement.dir = texts[code].direction;
    document.title = say("site.solve.title");
    for (const node of document.querySelectorAll("[data-t]")) {
      node.textContent = say(node.dataset.t);
    }
    for (const button of document.querySelectorAll("[data-language]")) {
      button.setAttribute("aria-pressed", String(button.dataset.language === code));
    }
    label();
    if (asked) show();
  }

  /* Of each row the figures of one question: separated by spaces, a slash, a semicolon. A space
     before a percent sign separates nothing. */
  function read() {
    const written = [...rows.querySelectorAll("input")]
      .map((input) => input.value.replace(/\s+(?=[%٪﹪％])/g, "").trim().split(/[\s/;؛]+/).filter(Boolean).join("/"))
      .filter(Boolean);
    const digits = base.value
      .replace(/[٠-٩]/g, (digit) => String(digit.charCodeAt(0) - 0x660))
      .replace(/[۰-۹]/g, (digit) => String(digit.charCodeAt(0) - 0x6f0))
      .trim()
      .replace(/(?<=\d)[\s.,٬'’](?=\d{3}(?!\d))/g, "");
    // A text that is no whole number becomes NaN, which `solve` refuses.
    return { written, options: { base: digits ? Number(/^\d+$/.test(digits) ? digits : NaN) : null } };
  }

  function write(lines, wrong = false) {
    answer.replaceChildren(
      ...lines.map((line) => {
        const paragraph = document.createElement("p");
        paragraph.textContent = line;
        return paragraph;
      }),
    );
    answer.classList.toggle("wrong", wrong);
    answer.hidden = false;
  }

  function show(counted = false) {
    try {
      const facts = Readiness.solve(asked.written, { ...asked.options, counted });
      write(facts.map((fact) => Readiness.tell(fact, texts[language])));
      // How strong the checks are takes longer; it is added when the answer is there.
      if (!counted) setTimeout(() => show(true), 30);
    } catch (problem) {
      if (problem instanceof Error) throw problem;
      const { figure } = problem;
      const key = figure === undefined ? "site.solve.bad_number" : "site.solve.bad_figure";
      write([say(key).replace("{figure}", () => figure || "")], true);
    }
  }

  find("form").addEventListener("submit", (event) => {
    event.preventDefault();
    asked = read();
    show();
    answer.focus();
  });
  find("more").addEventListener("click", () => addRow().querySelector("input").focus());
  for (const button of document.querySelectorAll("[data-language]")) {
    button.addEventListener("click", () => choose(button.dataset.language));
  }
  addRow();
  addRow();
  choose(language);
})();
