// Improves a ballot; every page works without it.
"use strict";
for (const ballot of document.querySelectorAll("form.ballot")) {
  const counter = ballot.querySelector("[data-counter]");
  const count = () => {
    const fields = [...ballot.elements];
    const chosen = fields.filter((field) => field.name === "option" && field.checked), ticked = chosen.length;
    const sum = chosen.reduce((sum, field) => sum + Number(field.dataset.cost || 0), 0); // in the smallest unit of money
    const decimals = Number(ballot.dataset.decimals || 0), places = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const spent = (sum / 10 ** decimals).toLocaleString("en", places);
    const over = ballot.dataset.kind === "knapsack" && sum > Number(ballot.dataset.most);
    const points = fields.filter((field) => field.type === "number").reduce((sum, field) => sum + Number(field.value), 0);
    const credits = fields.filter((field) => field.type === "number").reduce((sum, field) => sum + Number(field.value) ** 2, 0);
    const ranked = fields.filter((field) => field.tagName === "SELECT" && field.value).length;
    counter.textContent = { approval: `${ticked} ticked`, knapsack: `${spent} of ${ballot.dataset.budget}${over ? ": more than there is" : ""}`, cumulative: `${points} points given`, quadratic: `${credits} credits spent`, ranked: `${ranked} ranked` }[ballot.dataset.kind] || "";
    counter.classList.toggle("warn", over);
  };
  ballot.addEventListener("input", count);
  count();
}
