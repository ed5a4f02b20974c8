// A page of a PDF as a picture, with marks over it. The marks are places in per cent; the picture is a PNG of our own making.
function markOf([left, top, width, height, kind]) {
  const mark = document.createElement("span");
  mark.className = kind;
  Object.assign(mark.style, { left: `${left}%`, top: `${top}%`, width: `${width}%`, height: `${height}%` });
  return mark;
}

function show(figure) { // only the picture moves, not the page around it
  const mark = figure.querySelector("span.here");
  if (!mark) return;
  const [there, frame] = [mark.getBoundingClientRect(), figure.getBoundingClientRect()];
  figure.scrollTop += there.top - frame.top - figure.clientHeight / 3;
  figure.scrollLeft += there.left - frame.left - 16;
}

export default function ({ data, parentElement }) {
  const figure = parentElement.querySelector("figure");
  const [sheet, zoom] = [figure.querySelector("div"), parentElement.querySelector("button")];
  parentElement.querySelector("small").textContent = data.page;
  zoom.textContent = figure.classList.contains("near") ? data.smaller : data.larger;
  zoom.onclick = () => {
    zoom.textContent = figure.classList.toggle("near") ? data.smaller : data.larger;
    show(figure);
  };
  if (figure.dataset.version === data.version) return;
  figure.dataset.version = data.version;
  figure.setAttribute("aria-label", data.alt);
  const image = document.createElement("img");
  image.alt = data.alt;
  image.onload = () => requestAnimationFrame(() => show(figure));
  image.src = `data:image/png;base64,${data.png}`;
  sheet.replaceChildren(image, ...data.marks.map(markOf));
}
