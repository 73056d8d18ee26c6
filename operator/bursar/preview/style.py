"""How a picture of a dashboard looks, by day and by night."""

from typing import Final

STYLE: Final = """
:root{color-scheme:light dark;--ground:#f3f4f6;--card:#fff;--ink:#1d2129;--soft:#626a76;--edge:#dcdfe4;--grid:#e8eaee}
@media(prefers-color-scheme:dark){:root{--ground:#111217;--card:#181b1f;--ink:#d5d7de;--soft:#8e949f;--edge:#2a2d34;
--grid:#24272e}}
*{box-sizing:border-box}
body{margin:0 auto;padding:16px;max-width:1440px;background:var(--ground);color:var(--ink);
font:14px/1.4 system-ui,"DejaVu Sans",sans-serif}
header{margin:24px 0 8px}h1{font-size:22px;margin:0}header p{margin:2px 0;color:var(--soft)}
.variables span{margin-right:16px}
main{display:grid;grid-template-columns:repeat(24,minmax(0,1fr));grid-auto-rows:30px;gap:8px}
h2,summary{font-size:16px;font-weight:600;margin:16px 0 6px}summary{cursor:pointer}
section{display:flex;flex-direction:column;background:var(--card);border:1px solid var(--edge);border-radius:4px;
padding:8px;overflow:hidden}
h3{font-size:13px;font-weight:600;margin:0 0 4px}
svg{width:100%;flex:1;min-height:0;display:block}
svg text{font:11px system-ui,"DejaVu Sans",sans-serif;fill:var(--soft)}svg .name{fill:var(--ink);paint-order:stroke;
stroke:var(--card);stroke-width:3px}
.grid{stroke:var(--grid)}.curve{fill:none;stroke-width:1.6;stroke-linejoin:round}
.threshold{stroke-width:1.2;stroke-dasharray:7 4}
.legend{list-style:none;display:flex;flex-wrap:wrap;gap:2px 14px;margin:4px 0 0;padding:0;font-size:12px;
color:var(--soft)}
.legend i{display:inline-block;width:12px;height:3px;margin:0 5px 3px 0}.legend b{color:var(--ink);font-weight:600}
.stats{display:flex;flex:1;flex-wrap:wrap;align-items:center;justify-content:space-evenly;gap:8px}
.figure{margin:0;font-size:30px;font-weight:600;text-align:center;white-space:nowrap}.figure.long{font-size:19px}
.figure small{display:block;font-size:12px;font-weight:400;color:var(--soft)}
.bars{display:grid;grid-template-columns:auto 1fr auto;gap:6px 10px;align-items:center;font-size:12px;margin:auto 0}
.bars div{background:var(--grid);height:16px}.bars i{display:block;height:100%}.bars b{text-align:right}
.pie{display:flex;align-items:center;flex:1;min-height:0}.pie svg{max-width:200px}.pie .legend{flex-direction:column}
.table{overflow:auto;flex:1}table{border-collapse:collapse;width:100%;font-size:12px}
th{text-align:left;color:var(--soft);font-weight:600}th,td{padding:4px 8px;border-bottom:1px solid var(--grid)}
.number{text-align:right;font-variant-numeric:tabular-nums}
.nothing{margin:auto;color:var(--soft)}.error{color:#d93a4c;font-size:12px;overflow-wrap:anywhere}
.text p{margin:0 0 6px;overflow-wrap:anywhere}
@media(max-width:800px){main{display:block}section{height:auto;margin:0 0 8px}}
""".strip()
