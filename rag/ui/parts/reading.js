// The reading view: blocks of a document as elements. Text of a document only ever becomes text nodes.
const TAGS = { heading: "h3", label: "h4", speaker: "h4", list: "p", footnote: "p", body: "p" };

function runsInto(element, runs) {
  for (const [text, mark] of runs) {
    if (!mark) {
      element.append(text);
      continue;
    }
    const marked = document.createElement("mark");
    marked.textContent = text;
    marked.className = mark;
    element.append(marked);
  }
}

function elementOf(block) {
  const element = document.createElement(TAGS[block.kind] || "p");
  element.className = [block.kind, block.voice].filter(Boolean).join(" ");
  element.dir = "auto";
  runsInto(element, block.runs);
  return element;
}

export default function ({ data, parentElement }) {
  const article = parentElement.querySelector("article");
  if (article.dataset.version === data.version) return;
  article.dataset.version = data.version;
  article.setAttribute("aria-label", data.title);
  article.lang = data.language;
  article.replaceChildren(...data.blocks.map(elementOf));
  const place = article.querySelector("mark.here");
  if (!place) return;
  place.tabIndex = -1;
  requestAnimationFrame(() => { // only the document moves, not the page around it
    const down = place.getBoundingClientRect().top - article.getBoundingClientRect().top;
    article.scrollTop += down - article.clientHeight / 3;
    place.focus({ preventScroll: true });
  });
}
