// Improves a ballot, and asks a wallet; every page works without it.
"use strict";
for (const ballot of document.querySelectorAll("form.ballot")) {
  const counter = ballot.querySelector("[data-counter]");
  const count = () => {
    const fields = [...ballot.elements];
    const chosen = fields.filter((field) => field.name === "option" && field.checked), ticked = chosen.length;
    const sum = chosen.reduce((sum, field) => sum + Number(field.dataset.cost || 0), 0); // in the smallest unit of money
    const decimals = Number(ballot.dataset.decimals || 0), places = { minimumFractionDigits: decimals, maximumFractionDigits: decimals };
    const spent = (sum / 10 ** decimals).toLocaleString("en", places);
    const named = Number(ballot.dataset.named || 0), of = named ? ` of ${named}` : "";
    const points = fields.filter((field) => field.type === "number").reduce((sum, field) => sum + Number(field.value), 0);
    const credits = fields.filter((field) => field.type === "number").reduce((sum, field) => sum + Number(field.value) ** 2, 0);
    const ranked = fields.filter((field) => field.tagName === "SELECT" && field.value).length;
    const given = fields.filter((field) => field.type === "number" && Number(field.value)).length;
    const dear = ballot.dataset.kind === "knapsack" && sum > Number(ballot.dataset.most), many = named > 0 && Math.max(ticked, ranked, given) > named;
    counter.textContent = { approval: `${ticked}${of} ticked`, knapsack: `${spent} of ${ballot.dataset.budget}${dear ? ": more than there is" : ""}`, cumulative: `${points} points given`, quadratic: `${credits} credits spent`, ranked: `${ranked}${of} ranked` }[ballot.dataset.kind] || "";
    counter.classList.toggle("warn", dear || many);
  };
  ballot.addEventListener("input", count);
  count();
}

for (const asked of document.querySelectorAll("form[data-wallet]")) {
  if (!window.ethereum) break;
  const button = document.createElement("button"), said = document.createElement("p"), message = asked.elements.message;
  button.type = "button";
  button.textContent = message ? "Sign with my wallet" : "Ask my wallet";
  said.setAttribute("role", "status");
  button.addEventListener("click", async () => {
    try {
      if (message) asked.elements.signature.value = await window.ethereum.request({ method: "personal_sign", params: [message.value, asked.dataset.wallet] });
      else asked.elements.address.value = (await window.ethereum.request({ method: "eth_requestAccounts" }))[0];
      if (asked.reportValidity()) asked.submit();
    } catch (refusal) {
      said.textContent = `Your wallet says: ${refusal.message}`;
    }
  });
  asked.querySelector("button").before(button, " ");
  asked.append(said);
}
