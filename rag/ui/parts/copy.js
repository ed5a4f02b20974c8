// Buttons that copy a text; what was copied is said on the button and to screen readers.
async function toClipboard(text) {
  if (navigator.clipboard && window.isSecureContext) return navigator.clipboard.writeText(text);
  const field = document.createElement("textarea"); // over plain http from another machine there is no clipboard API
  field.value = text;
  field.style.position = "fixed";
  field.style.opacity = "0";
  document.body.append(field);
  field.select();
  const copied = document.execCommand("copy");
  field.remove();
  if (!copied) throw new Error("not copied");
}

function buttonOf({ label, text }, data, status) {
  const button = document.createElement("button");
  button.type = "button";
  button.textContent = label;
  button.title = text;
  button.onclick = async () => {
    let said = data.done;
    try {
      await toClipboard(text);
    } catch {
      said = data.failed;
    }
    button.textContent = said;
    status.textContent = said;
    setTimeout(() => { button.textContent = label; status.textContent = ""; }, 2000);
  };
  return button;
}

export default function ({ data, parentElement }) {
  const row = parentElement.querySelector(".row");
  const version = JSON.stringify(data);
  if (row.dataset.version === version) return;
  row.dataset.version = version;
  const status = parentElement.querySelector("[role=status]");
  row.replaceChildren(...data.forms.map((form) => buttonOf(form, data, status)));
}
