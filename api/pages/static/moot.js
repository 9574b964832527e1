// Improves a ballot; every page works without it.
"use strict";
for (const ballot of document.querySelectorAll("form.ballot")) {
  const counter = ballot.querySelector("[data-counter]");
  const count = () => {
    const fields = [...ballot.elements];
    const ticked = fields.filter((field) => field.name === "option" && field.checked).length;
    const points = fields.filter((field) => field.type === "number").reduce((sum, field) => sum + Number(field.value), 0);
    const credits = fields.filter((field) => field.type === "number").reduce((sum, field) => sum + Number(field.value) ** 2, 0);
    const ranked = fields.filter((field) => field.tagName === "SELECT" && field.value).length;
    counter.textContent = { approval: `${ticked} ticked`, cumulative: `${points} points given`, quadratic: `${credits} credits spent`, ranked: `${ranked} ranked` }[ballot.dataset.kind] || "";
  };
  ballot.addEventListener("input", count);
  count();
}
