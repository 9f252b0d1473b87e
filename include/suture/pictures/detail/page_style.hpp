// The style of a report: one column that fits a laptop and a phone, in light and dark mode.
#pragma once

namespace suture::pictures::detail {

inline constexpr const char* page_style = R"(
:root { --ground: #fafaf8; --text: #24292e; --soft: #5c6670; --line: #d9dcdf; --block: #f0f1f2; --link: #0b5c9e; }
@media (prefers-color-scheme: dark) {
  :root { --ground: #1c1e21; --text: #d8dbde; --soft: #9aa3ab; --line: #3a3f45; --block: #26292d; --link: #7ab8ef; }
}
* { box-sizing: border-box; }
body { margin: 0; padding: 1.5rem 1rem 4rem; background: var(--ground); color: var(--text);
  font: 16px/1.55 system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif; }
main { max-width: 68rem; margin: 0 auto; }
h1 { font-size: 1.7rem; line-height: 1.25; margin: 0 0 0.3rem; overflow-wrap: anywhere; }
h2 { font-size: 1.25rem; margin: 2.6rem 0 0.6rem; padding-top: 0.9rem; border-top: 1px solid var(--line);
  overflow-wrap: anywhere; }
p { max-width: 46rem; margin: 0.6rem 0; overflow-wrap: anywhere; white-space: pre-line; }
.soft, figcaption { color: var(--soft); font-size: 0.9rem; }
a { color: var(--link); text-decoration-thickness: 1px; text-underline-offset: 2px; }
nav ul { margin: 0.8rem 0 0; padding: 0; list-style: none; display: flex; flex-wrap: wrap; gap: 0.2rem 1.2rem; }
.box { margin: 1rem 0; border: 1px solid var(--line); border-radius: 6px; overflow: hidden; }
.title { padding: 0.5rem 0.8rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; min-width: 100%; font-size: 0.92rem; }
th, td { text-align: left; vertical-align: top; padding: 0.4rem 0.8rem; border-top: 1px solid var(--line);
  white-space: pre-line; max-width: 24rem; }
th { font-weight: 600; background: var(--block); border-top: 0; }
td { overflow-wrap: break-word; }
.number { text-align: right; white-space: nowrap; font-variant-numeric: tabular-nums; }
pre { margin: 0; padding: 0.8rem; overflow-x: auto; white-space: pre-wrap; overflow-wrap: anywhere;
  background: var(--block);
  font: 0.85rem/1.5 ui-monospace, "DejaVu Sans Mono", Consolas, monospace; }
figure { margin: 1.4rem 0; }
.paper { display: inline-block; max-width: 100%; background: #fff; border: 1px solid var(--line); border-radius: 6px;
  overflow: hidden; }
.paper svg { display: block; max-width: 100%; height: auto; }
figcaption { margin-top: 0.4rem; overflow-wrap: anywhere; }
.again { display: none; margin: 0 0 0.3rem; }
@media (max-width: 50rem) {
  .again { display: block; }
  .paper { display: block; overflow-x: auto; }
  .paper svg { max-width: none; }
}
@media (max-width: 40rem) {
  table, tbody, tr, td { display: block; }
  tr { padding: 0.4rem 0; border-top: 1px solid var(--line); }
  tr:first-child { display: none; }
  td, .number { display: flex; gap: 0.8rem; max-width: none; padding: 0.15rem 0.6rem; border: 0; text-align: left;
    white-space: pre-line; overflow-wrap: anywhere; }
  td::before { content: attr(data-column); flex: 0 0 8rem; color: var(--soft); }
  .paper::before { content: "Scroll sideways to see the whole picture."; display: block; position: sticky; left: 0;
    width: max-content; padding: 0.3rem 0.9rem 0; color: #5c6670; font-size: 0.8rem; }
}
)";

}  // namespace suture::pictures::detail
