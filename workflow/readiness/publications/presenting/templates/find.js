for (const box of document.querySelectorAll(".find")) {
  const section = box.parentElement, field = box.querySelector("input");
  const found = box.querySelector("[role=status]");
  const rows = [...section.querySelectorAll("tbody tr")];
  const groups = [...section.querySelectorAll("details")];
  const open = groups.map((group) => group.open);
  box.hidden = false;
  field.addEventListener("input", () => {
    const wanted = field.value.trim().toLowerCase(), on = wanted.length > 1;
    let n = 0;
    for (const row of rows) {
      row.hidden = on && !row.cells[0].textContent.toLowerCase().includes(wanted);
      n += !row.hidden;
    }
    groups.forEach((group, k) => {
      const any = !on || group.querySelector("tbody tr:not([hidden])") !== null;
      group.hidden = !any;
      group.open = on ? any : open[k];
    });
    found.hidden = !on;
    found.lastElementChild.textContent = n;
  });
}
