//! How a page looks.

/// Panels and tables take the room that there is; what is wider scrolls within the page. On a phone facts stand below their names.
pub const STYLE: &str = ":root{color-scheme:light dark;--text:#111;--page:#fff;--line:#ccc;--head:#333;--quiet:#555;--link:#0645ad}\
@media(prefers-color-scheme:dark){:root{--text:#e4e6eb;--page:#14171c;--line:#3a3f47;--head:#999;--quiet:#a6abb5;--link:#8ab4f8}}\
body{font-family:sans-serif;color:var(--text);background:var(--page);line-height:1.4;margin:0}\
main{max-width:76rem;margin:2rem auto;padding:0 1rem}\
h1{font-size:1.5rem;overflow-wrap:anywhere}h2{font-size:1.15rem;margin-top:2rem}p{max-width:60rem}a{color:var(--link)}\
figure{margin:1rem 0}figcaption,p.note{color:var(--quiet);font-size:.9rem;max-width:60rem}\
div.panels{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,26rem),1fr));gap:.5rem}\
div.panels svg{display:block;width:100%;height:auto;max-width:40rem}\
picture img{display:block;width:100%;max-width:36rem;height:auto}\
ul.keys{display:flex;flex-wrap:wrap;gap:.2rem 1.2rem;list-style:none;margin:.5rem 0;padding:0;font-size:.9rem}\
ul.keys li{display:flex;align-items:center;gap:.4rem}ul.keys svg{flex:none}\
div.wide{overflow-x:auto}table{border-collapse:collapse;font-size:.9rem;font-variant-numeric:tabular-nums}\
th,td{padding:.25rem .7rem;border-bottom:1px solid var(--line);text-align:left;white-space:nowrap}sub,sup{line-height:0}\
thead th{border-bottom:2px solid var(--head)}table.facts>tbody>tr>td{white-space:normal;overflow-wrap:anywhere}td table td{white-space:nowrap}\
table.budget{width:100%;max-width:60rem}table.budget td.strip{width:50%;min-width:8rem}table.budget svg{display:block;width:100%;height:1rem}\
@media(max-width:40rem){main{margin:1rem auto;padding:0 .75rem}h1{font-size:1.2rem}\
table.facts,table.facts>tbody,table.facts>tbody>tr,table.facts>tbody>tr>*{display:block}\
table.facts>tbody>tr>*{border:0;padding:0 .2rem;overflow-x:auto}table.facts>tbody>tr{border-bottom:1px solid var(--line);padding:.25rem 0}}";
