// Tells the browser and screen readers which language the page is in; Streamlit's own page says English.
export default function ({ data }) {
  document.documentElement.lang = data.language;
}
