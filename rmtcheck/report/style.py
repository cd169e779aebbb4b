"""The look of the report: light and dark, screen and paper."""

STYLE = """
:root{--paper:#f7f7f4;--card:#fff;--ink:#1f2933;--quiet:#5f6c7b;--line:#e1e5ea;--soft:#f4f6f8;
--link:#1f6391;--confirmed:#2d6a4f;--corrected:#a8560f;--refuted:#9b2226;--undecided:#6c567b;
--holds:#2d6a4f;--fails:#a4262c;--unknown:#6c567b}
@media (prefers-color-scheme:dark){:root{--paper:#12161b;--card:#1a2027;--ink:#e6eaf0;
--quiet:#a3afbd;--line:#303944;--soft:#212932;--link:#7cc0e8;--holds:#74c69d;--fails:#f28b82;
--unknown:#c3a6d8}}
*{box-sizing:border-box}
html{scroll-behavior:smooth}
body{margin:0;background:var(--paper);color:var(--ink);
font:16px/1.55 'Iowan Old Style','Palatino Linotype',Palatino,Georgia,serif}
main{max-width:1180px;margin:0 auto;padding:2.6rem 1.4rem 4rem}
h1,h2,h3,h4,th,dt,summary,.badge,.grade,.rests,.tile,.quiet,.back,.source,small,figcaption{
font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif}
h1{font-size:2.1rem;letter-spacing:-.02em;line-height:1.2;margin:0 0 .4rem}
h2{font-size:1.3rem;letter-spacing:-.01em;margin:0 0 .7rem}
h3{font-size:.98rem;margin:0 0 .5rem}
h4{font-size:.74rem;margin:0 0 .3rem;color:var(--quiet);font-weight:600;letter-spacing:.04em}
p{margin:.4rem 0}
a{color:var(--link);text-decoration:none}a:hover{text-decoration:underline}
small{font-size:.76rem;color:var(--quiet);font-weight:400;display:block;line-height:1.4;
overflow-wrap:anywhere}
code{font-size:.84em;overflow-wrap:anywhere;font-family:ui-monospace,Consolas,'DejaVu Sans Mono',
monospace}
section{background:var(--card);border:1px solid var(--line);border-radius:12px;
padding:1.5rem 1.7rem;margin:1.5rem 0;scroll-margin-top:1rem}
.top{padding:0 .3rem}.quiet,.source{color:var(--quiet);font-size:.84rem}
.tiles{display:flex;flex-wrap:wrap;gap:.8rem;margin:1.2rem 0 1rem}
.tile{color:#fff;border-radius:10px;padding:.55rem 1.1rem .6rem;font-size:.86rem;min-width:7.2rem}
.tile b{display:block;font-size:1.8rem;line-height:1.15}
.tile.confirmed,.badge.confirmed{background:var(--confirmed)}
.tile.corrected,.badge.corrected{background:var(--corrected)}
.tile.refuted,.badge.refuted{background:var(--refuted)}
.tile.undecided,.badge.undecided{background:var(--undecided)}
.badge{display:inline-block;padding:.1rem .62rem;border-radius:1rem;font-size:.76rem;color:#fff;
font-weight:600;line-height:1.45}
.grade{font-size:.78rem;color:var(--quiet);font-weight:400;margin-left:.2rem}
.rests{font-size:.78rem;border:1px dashed var(--quiet);border-radius:1rem;padding:.08rem .6rem;
margin-left:.5rem;color:var(--quiet)}
.wide{overflow-x:auto;margin:.7rem 0}
table{border-collapse:collapse;font-size:.86rem;width:100%}
th,td{border-bottom:1px solid var(--line);padding:.42rem .7rem .42rem 0;text-align:left;
vertical-align:top}
thead th{font-size:.74rem;color:var(--quiet);letter-spacing:.03em;white-space:nowrap}
tbody th{font-weight:500;font-size:.82rem}
tbody tr:last-child>*{border-bottom:none}
.ledger td{white-space:nowrap}.ledger td:last-child{white-space:normal}
.marks{letter-spacing:.06em}.mark{font-weight:700;font-family:'DejaVu Sans',system-ui,sans-serif}
.mark.holds{color:var(--holds)}.mark.fails,.mark.error{color:var(--fails)}
.mark.unknown,.mark.vacuous{color:var(--unknown)}
.matrix tbody th{min-width:8rem;max-width:17rem;overflow-wrap:anywhere}
.cell+.cell{margin-top:.4rem}.observed th,.observed td{font-variant-numeric:tabular-nums}
.observed tbody th{white-space:nowrap}.observed table{width:auto}.observed td,.observed th{
padding-right:1.6rem}.observed thead th{white-space:normal}
.claim>header{display:flex;flex-wrap:wrap;align-items:baseline;gap:.2rem 1rem}
.claim>header h2{margin:0}.verdict{margin:0}
.title{font-size:1.12rem;margin:.35rem 0 0}.source{margin:.1rem 0 .8rem}
.note{border-left:3px solid var(--line);padding-left:.9rem;color:var(--quiet)}
.facts{display:grid;grid-template-columns:max-content 1fr;gap:.28rem 1.2rem;font-size:.89rem;
margin:.9rem 0}
.facts dt{color:var(--quiet);font-size:.78rem;padding-top:.14rem}
.facts dd{margin:0;overflow-wrap:anywhere}.facts ul{margin:0;padding-left:1.1rem}
.need{color:var(--quiet)}
.part{border-top:1px solid var(--line);margin-top:1.3rem;padding-top:1.1rem}
.sides{display:flex;flex-wrap:wrap;gap:.9rem}
.side{flex:1 1 max-content;min-width:min(20rem,100%);max-width:100%;background:var(--soft);
border-radius:8px;padding:.7rem .9rem}
.formula{overflow-x:auto;padding:.25rem 0;text-align:center}
math{font-family:'Latin Modern Math','STIX Two Math','STIX Math','Cambria Math',
'DejaVu Math TeX Gyre',math;font-size:1.08em}
math[display=block]{display:inline math;margin:.2rem 0}.apart{margin-left:1em!important}
details{margin:.5rem 0}summary{cursor:pointer;font-size:.84rem;color:var(--link)}
.where{margin:.1rem 0}.where summary{font-size:.76rem;color:var(--quiet)}
ol{padding-left:1.5rem}li{margin:.2rem 0}
figure{margin:1.5rem 0 0;background:#fff;color:#1f2933;border-radius:10px;padding:.9rem 1rem;
border:1px solid var(--line);break-inside:avoid}
figure svg{display:block;max-width:100%;height:auto;margin:0 auto}
figcaption{font-size:.82rem;color:#5f6c7b;margin-top:.6rem}
.back{font-size:.78rem;margin:1.2rem 0 0;text-align:right}
.graph{max-width:100%;height:auto;display:block;
font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Liberation Sans',sans-serif}
.graph text{text-anchor:middle;fill:#fff}.graph .name{font-size:13px;font-weight:600}
.graph .below{font-size:10.5px;opacity:.85}
.graph rect.confirmed{fill:var(--confirmed)}.graph rect.corrected{fill:var(--corrected)}
.graph rect.refuted{fill:var(--refuted)}.graph rect.undecided{fill:var(--undecided)}
.graph rect.unstated{fill:var(--card);stroke:var(--quiet);stroke-dasharray:5 4}
.graph .unstated text{fill:var(--quiet)}.graph a:hover rect{opacity:.85}
.graph .arrow{fill:none;stroke:var(--quiet);stroke-width:1.3;marker-end:url(#arrowhead)}
.graph .head{fill:var(--quiet)}
@media print{:root{--paper:#fff;--card:#fff;--ink:#000;--quiet:#444;--line:#bbb;--soft:#f3f3f3}
body{font-size:10.5pt}main{max-width:none;padding:0}section{border:none;padding:.6rem 0;margin:0}
.claim{break-before:page}.part,.side,tr{break-inside:avoid}.wide,.formula,.side{overflow:visible}
.back{display:none}.badge,.tile,.graph{print-color-adjust:exact;-webkit-print-color-adjust:exact}
.observed::details-content{content-visibility:visible;height:auto}}
@media print and (prefers-color-scheme:dark){:root{--confirmed:#2d6a4f;--holds:#2d6a4f;
--fails:#a4262c;--unknown:#6c567b;--link:#1f6391}}
"""
