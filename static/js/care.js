// Words that sound dangerous show the ambulance's number while they are typed. Without this script it shows on sending.
for (const box of document.querySelectorAll("[data-urgent]")) {
  const words = box.dataset.urgent.split("|").map(plain);
  const form = box.closest("form");
  const look = () => {
    const typed = plain([...form.querySelectorAll("textarea, input[name$=note]")].map((each) => each.value).join(" "));
    const isTicked = form.querySelector("input[name=is_urgent]")?.checked ?? false;
    box.hidden = !isTicked && !words.some((word) => typed.includes(word));
  };
  form.addEventListener("input", look);
  look();
}

function plain(text) {
  return text.normalize("NFKC").toLowerCase().replace(/\s+/g, "");
}
