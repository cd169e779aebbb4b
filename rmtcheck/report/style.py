"""The look of the report: light and dark, screen and paper."""

STYLE = """
:root{--paper:#fbfbf9;--ink:#1f2933;--quiet:#667085;--line:#dfe3e8;--card:#fff;--link:#2a6f97}
@media (prefers-color-scheme:dark){:root{--paper:#14181d;--ink:#e4e8ee;--quiet:#9aa5b4;
--line:#2c333c;--card:#1b2128;--link:#7cc0e8}figure{background:#fff;color:#1f2933}}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 Georgia,'Times New Roman',serif}
main{max-width:1120px;margin:0 auto;padding:2.5rem 1.5rem}
h1,h2,h3,h4,th,.badge,summary,dt{font-family:system-ui,-apple-system,'Segoe UI',sans-serif}
h1{font-size:2rem;margin:0 0 .3rem}h2{font-size:1.3rem;margin:0 0 .4rem}
h3{font-size:1.02rem;margin:.2rem 0 1rem;font-weight:500;color:var(--quiet)}
h4{font-size:.82rem;margin:.2rem 0;color:var(--quiet);font-weight:600}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
section{background:var(--card);border:1px solid var(--line);border-radius:10px;
padding:1.4rem 1.6rem;margin:1.6rem 0}
table{border-collapse:collapse;font-size:.86rem;width:100%}
td,th{border-bottom:1px solid var(--line);padding:.34rem .6rem;text-align:left;vertical-align:top}
th{font-weight:600;font-size:.8rem}.marks{letter-spacing:.12em}
.wide{overflow-x:auto;margin:.7rem 0}.quiet{color:var(--quiet);font-size:.85rem}
.badge{display:inline-block;padding:.06rem .6rem;border-radius:1rem;font-size:.78rem;color:#fff;
margin-right:.4rem;vertical-align:middle}
.badge.confirmed{background:#2d6a4f}.badge.corrected{background:#b5651d}
.badge.refuted{background:#9b2226}.badge.undecided{background:#6c567b}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.16rem 1.1rem;
font-size:.86rem;margin:.6rem 0}
.facts dt{color:var(--quiet);font-size:.8rem}.facts dd{margin:0;overflow-wrap:anywhere}
.sides{display:grid;grid-template-columns:repeat(auto-fit,minmax(20rem,1fr));gap:1rem;
border-top:1px solid var(--line);margin-top:1rem;padding-top:.8rem;overflow-x:auto}
math{font-size:1.06em}td.fails{color:#9b2226}td.error{color:#9b2226;font-weight:700}
details{margin:.4rem 0}summary{cursor:pointer;font-size:.85rem;color:var(--link)}
figure{margin:1.4rem 0 .4rem;border-radius:8px;padding:.4rem}figure svg{max-width:100%;height:auto}
figcaption{font-size:.85rem;color:var(--quiet)}code{font-size:.82rem;overflow-wrap:anywhere}
.graph{width:100%;height:auto;font:12px system-ui,sans-serif}
.graph text{text-anchor:middle;fill:#fff}.graph .unstated+text{fill:var(--quiet)}
.graph rect.confirmed{fill:#2d6a4f}.graph rect.corrected{fill:#b5651d}
.graph rect.refuted{fill:#9b2226}
.graph rect.undecided{fill:#6c567b}
.graph rect.unstated{fill:none;stroke:var(--quiet);stroke-dasharray:4 3}
.graph .arrow{fill:none;stroke:var(--quiet);stroke-width:1.2;opacity:.7}
@media print{section{break-inside:avoid-page;border:none}details{display:none}}
"""
