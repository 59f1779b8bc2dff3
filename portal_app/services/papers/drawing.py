"""Draws a paper as PDF, in a layout of the project's own. The same paper gives the same bytes."""

from functools import lru_cache
from io import BytesIO
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

from portal_app.services.papers.paper import Facts, Heading, Paper, Part, Subheading, Table

# Letters of every script that runs from left to right beside its neighbours, but for those of East Asia.
FONT, BOLD = "DejaVuSans", "DejaVuSans-Bold"
FONTS = Path(__file__).parent / "fonts"
INK, QUIET, LINE, BAND = "#1c2430", "#5b6675", "#c9d1db", "#eef2f7"
MARGIN, WIDTH = 54, 504
# What the drawing itself leaves free around a page's content.
PADDING = 6
# Points that have to be left on a page for a heading, or it goes over to the next with what it heads.
HEADED, BELOW = 96, 64
# How wide a sign is thought when the width of a table is divided, what lies beside a column, how long a word is kept
# whole, and of how many signs a column is thought at most.
SIGN, BESIDE, LONGEST_WORD, MOST_SIGNS = 5.4, 12, 24, 48
NOTHING = "—"


def drawn(paper: Paper, agency: str) -> bytes:
    """The PDF. Slow for what is long: outside of transactions."""
    from reportlab.lib.pagesizes import LETTER
    from reportlab.platypus import Paragraph, SimpleDocTemplate, Spacer

    styles, target = _styles(), BytesIO()
    digest = paper.digest

    def frame(canvas: Any, document: Any) -> None:
        canvas.saveState()
        canvas.setFont(FONT, 7.5)
        canvas.setFillColor(QUIET)
        canvas.drawString(MARGIN, 30, f"{agency} · {paper.title} · SHA-256 of what it says: {digest[:16]}…"[:110])
        canvas.drawRightString(MARGIN + WIDTH, 30, f"Page {document.page}")
        canvas.restoreState()

    flow: list[Any] = [
        Paragraph(escape(agency), styles["quiet"]),
        Paragraph(escape(paper.title), styles["title"]),
        Paragraph(escape(paper.subtitle), styles["quiet"]),
        Spacer(1, 8),
    ]
    for part in paper.parts:
        flow += _drawn(part, styles)
    flow += [Spacer(1, 10), Paragraph(f"SHA-256 of what this document says: {digest}", styles["small"])]
    template = SimpleDocTemplate(
        target,
        pagesize=LETTER,
        leftMargin=MARGIN - PADDING,
        rightMargin=MARGIN - PADDING,
        topMargin=48,
        bottomMargin=54,
        title=f"{paper.title} {paper.subtitle}",
        author=agency,
        invariant=1,
    )
    template.build(flow, onFirstPage=frame, onLaterPages=frame)
    return target.getvalue()


def _drawn(part: Part, styles: dict[str, Any]) -> list[Any]:
    from reportlab.platypus import CondPageBreak, Paragraph, Spacer

    if isinstance(part, Heading):
        return [CondPageBreak(HEADED), Spacer(1, 12), Paragraph(escape(part.text), styles["heading"])]
    if isinstance(part, Subheading):
        return [CondPageBreak(BELOW), Spacer(1, 6), Paragraph(escape(part.text), styles["subheading"])]
    if isinstance(part, Facts):
        rows = [[_cell(label, styles["label"]), _cell(value, styles["body"])] for label, value in part.rows]
        return [_grid(rows, [180, WIDTH - 180])] if rows else []
    if isinstance(part, Table):
        heads = [_cell(each, styles["label"]) for each in part.heads]
        rows = [heads, *([_cell(each, styles["body"]) for each in row] for row in part.rows)]
        return [_grid(rows, _widths(part), headed=True)]
    return [_cell(part.text, styles["body"]), Spacer(1, 4)]


def _widths(table: Table) -> list[float]:
    """In each column a word is kept whole, as far as that goes; the rest is divided by how much more there is to
    read."""
    columns = list(zip(table.heads, *table.rows, strict=True))
    words = [max((len(word) for cell in column for word in cell.split()), default=1) for column in columns]
    least = [min(each, LONGEST_WORD) * SIGN + BESIDE for each in words]
    signs = [min(max(len(cell) for cell in column), MOST_SIGNS) for column in columns]
    more = [max(each - word, 1) for each, word in zip(signs, words, strict=True)]
    if (rest := WIDTH - sum(least)) < 0:
        return [WIDTH * each / sum(least) for each in least]
    return [each + rest * share / sum(more) for each, share in zip(least, more, strict=True)]


def _cell(text: str, style: Any) -> Any:
    from reportlab.platypus import Paragraph

    return Paragraph(escape(text or NOTHING).replace("\n", "<br/>"), style)


def _grid(rows: list[list[Any]], widths: list[float], *, headed: bool = False) -> Any:
    from reportlab.platypus import LongTable, TableStyle

    look: list[Any] = [
        ("VALIGN", (0, 0), (-1, -1), "TOP"),
        ("LINEBELOW", (0, 0), (-1, -1), 0.5, LINE),
        ("LEFTPADDING", (0, 0), (-1, -1), 4 if headed else 0),
        ("TOPPADDING", (0, 0), (-1, -1), 3),
        ("BOTTOMPADDING", (0, 0), (-1, -1), 4),
    ]
    if headed:
        look.append(("BACKGROUND", (0, 0), (-1, 0), BAND))
    grid = LongTable(rows, colWidths=widths, repeatRows=1 if headed else 0, splitInRow=1, hAlign="LEFT")
    grid.setStyle(TableStyle(look))
    return grid


@lru_cache(maxsize=1)
def _styles() -> dict[str, Any]:
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.ttfonts import TTFont

    for name in (FONT, BOLD):
        pdfmetrics.registerFont(TTFont(name, str(FONTS / f"{name}.ttf")))
    body = ParagraphStyle("body", fontName=FONT, fontSize=9, leading=12.5, textColor=INK, splitLongWords=1)
    return {
        "body": body,
        "label": ParagraphStyle("label", body, textColor=QUIET, fontSize=8.5),
        "title": ParagraphStyle("title", body, fontName=BOLD, fontSize=19, leading=25),
        "heading": ParagraphStyle("heading", body, fontName=BOLD, fontSize=11.5, leading=17),
        "subheading": ParagraphStyle("subheading", body, fontName=BOLD, fontSize=9, leading=13),
        "quiet": ParagraphStyle("quiet", body, textColor=QUIET, fontSize=9.5),
        "small": ParagraphStyle("small", body, textColor=QUIET, fontSize=7.5),
    }
