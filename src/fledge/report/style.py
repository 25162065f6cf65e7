"""How the page looks: two palettes, light and dark, and one sheet of rules over them."""

from __future__ import annotations

from collections.abc import Mapping

Palette = Mapping[str, str]

LIGHT: Palette = {
    "page": "#fcfcfa",
    "soft": "#f2f2ee",
    "ink": "#1b1d20",
    "muted": "#565b63",
    "line": "#d9d9d3",
    "first": "#174a7c",
    "second": "#b9540b",
    "right1": "#dce8f4",
    "right2": "#a9c8e6",
    "right3": "#2f6aa3",
    "right4": "#174a7c",
    "wrong1": "#fbe3cf",
    "wrong2": "#f3bd8f",
    "wrong3": "#a94a06",
    "wrong4": "#7d3503",
}
DARK: Palette = {
    "page": "#16181b",
    "soft": "#202327",
    "ink": "#e9e8e4",
    "muted": "#a8adb5",
    "line": "#3a3e44",
    "first": "#a5ccf5",
    "second": "#e8883a",
    "right1": "#1e3044",
    "right2": "#2c4f72",
    "right3": "#7fb2e3",
    "right4": "#b4d6f8",
    "wrong1": "#43290f",
    "wrong2": "#6b3d10",
    "wrong3": "#ea9a57",
    "wrong4": "#f8c697",
}
"""`first` and `second` draw lines and dots; `right1` to `wrong4` fill cells, 1 and 2 under ink, 3 and 4 under page colour."""

STEPS = 4
"""How many shades a cell may have."""

_RULES = """
*{box-sizing:border-box}
html{-webkit-text-size-adjust:100%;scroll-padding-top:1rem}
body{margin:0;background:var(--page);color:var(--ink);font:1rem/1.55 system-ui,-apple-system,"Segoe UI",Roboto,
"Helvetica Neue",Arial,sans-serif;overflow-wrap:anywhere}
main,header,footer{max-width:62rem;margin:0 auto;padding:0 1.25rem}
header{padding-top:2.5rem}
footer{padding-top:1rem;padding-bottom:3rem;margin-top:3.5rem;color:var(--muted);font-size:.875rem}
h1,h2,h3,.verdict{font-family:ui-serif,"Iowan Old Style","Palatino Linotype",Palatino,Georgia,"Liberation Serif",serif;
font-weight:600;line-height:1.25;text-wrap:balance}
h1{font-size:1rem;margin:0;color:var(--muted);font-weight:400}
h2{font-size:1.45rem;margin:3.25rem 0 .75rem;padding-top:.9rem;border-top:1px solid var(--line)}
h3{font-size:1.1rem;margin:2rem 0 .5rem}
p,ul,ol,dl{margin:.6rem 0;max-width:44rem}
ul{padding-left:1.15rem}
.verdict{font-size:1.75rem;font-weight:400;margin:.5rem 0 1rem;max-width:48rem}
.verdict b{font-weight:600}
.note,figcaption small{color:var(--muted);font-size:.875rem}
nav{margin:1.5rem 0 0;font-size:.9rem;display:flex;flex-wrap:wrap;gap:.25rem 1.25rem}
a{color:var(--first);text-underline-offset:.15em}
nav a{text-decoration:none}
nav a:hover,nav a:focus{text-decoration:underline}
dl.facts{display:grid;grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr));gap:.9rem 1.5rem;margin:1.5rem 0 0;
max-width:none}
dl.facts dt,dl.pairs dt{color:var(--muted);font-size:.875rem}
dl.facts dd{margin:0}
dl.pairs div{display:contents}
dl.pairs{display:grid;grid-template-columns:max-content minmax(0,1fr);gap:.3rem 1.25rem}
dl.pairs dd{margin:0;font-variant-numeric:tabular-nums}
.scroll{overflow-x:auto;margin:.75rem 0;background:linear-gradient(90deg,var(--page) 40%,transparent) left/2.5rem 100%,
linear-gradient(270deg,var(--page) 40%,transparent) right/2.5rem 100%,
linear-gradient(90deg,var(--line),transparent) left/.7rem 100%,
linear-gradient(270deg,var(--line),transparent) right/.7rem 100%;
background-repeat:no-repeat;background-attachment:local,local,scroll,scroll}
table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}
th,td{text-align:left;font-weight:400;padding:.38rem 1rem .38rem 0;vertical-align:baseline;border-bottom:1px solid
var(--line);overflow-wrap:normal}
thead th{color:var(--muted);font-size:.8rem;vertical-align:bottom}
thead th:not(.wide){white-space:nowrap}
td{white-space:nowrap}
td.wide{white-space:normal;min-width:11rem;overflow-wrap:anywhere}
td.n,th.n{text-align:right}
tbody th{min-width:7rem}
tr.chosen>*{font-weight:600}
td svg{display:block}
details{margin:.5rem 0}
summary{cursor:pointer;color:var(--muted);font-size:.875rem}
details .scroll{max-height:26rem;overflow-y:auto}
.scroll>svg{display:block;max-width:none}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,18rem),1fr));gap:1.5rem 1.75rem;margin:1rem 0}
@media (min-width:48rem){.beside{display:grid;grid-template-columns:minmax(20rem,max-content) minmax(16rem,1fr);gap:2.5rem;
align-items:start}}
figure{margin:0;min-width:0}
figcaption{font-size:.95rem;margin-bottom:.4rem}
figure>svg{max-width:100%;height:auto;display:block}
svg text{font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif;fill:var(--muted);
font-variant-numeric:tabular-nums}
svg .ink{fill:var(--ink)}
.grid{stroke:var(--line);stroke-width:1}
.axis{stroke:var(--muted);stroke-width:1}
.guide{stroke:var(--muted);stroke-width:1;stroke-dasharray:3 4;fill:none}
.line{fill:none;stroke-width:2;stroke-linejoin:round;stroke-linecap:round}
.line.second{stroke-dasharray:6 4}
.first{stroke:var(--first)}
.second{stroke:var(--second)}
.fill-first{fill:var(--first)}
.fill-second{fill:var(--second)}
svg text.fill-first{fill:var(--first)}
svg text.fill-second{fill:var(--second)}
.dots{fill:none;stroke:var(--first);stroke-width:4;stroke-linecap:round;stroke-opacity:.55}
.rest{fill:var(--line)}
.cell0{fill:var(--soft)}
SHADES
.gallery{list-style:none;padding:0;max-width:none;display:grid;gap:1.5rem 1.25rem;
grid-template-columns:repeat(auto-fill,minmax(9.5rem,1fr))}
.gallery li{font-size:.875rem;line-height:1.4;min-width:0}
.gallery .picture{display:block;width:100%;height:auto;aspect-ratio:1;object-fit:contain;background:var(--soft);
margin-bottom:.45rem}
.gallery .none{display:flex;align-items:center;justify-content:center;color:var(--muted);padding:1rem;text-align:center}
.gallery audio{width:100%;height:2rem;margin:.25rem 0}
.gallery.pairs{grid-template-columns:repeat(auto-fill,minmax(min(19rem,100%),1fr))}
.pair{display:grid;grid-template-columns:1fr 1fr;gap:.35rem;margin-bottom:.45rem}
.gallery .pair>*{width:100%;height:auto;aspect-ratio:1;margin:0;background:#fff}
.track{fill:none;stroke:#3b4cc0;stroke-width:1;stroke-linejoin:round}
.track circle{stroke:#000}
.gallery small{color:var(--muted);display:block;font-size:.78rem}
.masks{list-style:none;padding:0;max-width:none;display:grid;gap:1.25rem;
grid-template-columns:repeat(auto-fill,minmax(min(100%,29rem),1fr))}
.masks li{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,14rem),max-content));gap:0 .75rem}
.masks small{color:var(--muted);font-size:.78rem}
.masks>li>small{grid-column:1/-1}
.slide{position:relative;width:max-content;max-width:100%;overflow:hidden;line-height:0}
.slide img{max-width:none}
.over{position:absolute;left:0;top:0;bottom:0;width:60%;min-width:14px;max-width:100%;overflow:hidden;resize:horizontal;
border-right:2px solid var(--page)}
.over img{opacity:.62}
.legend{list-style:none;padding:0;display:flex;flex-wrap:wrap;gap:.25rem 1rem;font-size:.875rem;max-width:none}
.legend svg{margin-right:.35rem;vertical-align:-2px}
.said{color:var(--second);font-weight:600}
pre{background:var(--soft);padding:.85rem 1rem;overflow-x:auto;font-size:.875rem;line-height:1.5;margin:.75rem 0;
overflow-wrap:normal}
code{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,"Liberation Mono",monospace}
.warning,.error{font-weight:600}
.error{color:var(--second)}
:focus-visible{outline:2px solid var(--first);outline-offset:2px}
@media (max-width:36rem){header{padding-top:1.5rem}.verdict{font-size:1.4rem}h2{margin-top:2.5rem}
.gallery{grid-template-columns:repeat(2,minmax(0,1fr))}dl.facts{grid-template-columns:repeat(2,minmax(0,1fr))}}
@media print{nav{display:none}h2,figure,.gallery li{break-inside:avoid}h2{break-after:avoid}.scroll{overflow:visible}}
"""


def sheet() -> str:
    """The whole style sheet."""
    light, dark = _variables(LIGHT), _variables(DARK)
    themes = f":root{{color-scheme:light dark;{light}}}\n@media (prefers-color-scheme:dark){{:root{{{dark}}}}}"
    return themes + _RULES.replace("SHADES", "\n".join(_shades("right") + _shades("wrong")))


def _variables(palette: Palette) -> str:
    return "".join(f"--{name}:{colour};" for name, colour in palette.items())


def _shades(hue: str) -> list[str]:
    """Each shade of a cell, and the text on it."""
    text = ["ink", "ink", "page", "page"]
    return [
        f".{hue}{step}{{fill:var(--{hue}{step})}}svg text.on-{hue}{step}{{fill:var(--{text[step - 1]})}}"
        for step in range(1, STEPS + 1)
    ]
