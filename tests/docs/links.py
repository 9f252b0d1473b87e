"""Links from page to page lead somewhere: links.py ROOT PAGE...

Prints every link whose file, or whose heading in it, does not exist, and ends with 1 if there is one.
"""
import pathlib
import re
import sys


def prose(page):
    """The page without its blocks of code."""
    lines, fence = [], ""
    for line in page.read_text(encoding="utf-8").splitlines():
        mark = re.match(r"\s*(```|~~~)", line)
        if mark and fence in ("", mark[1]):
            fence = "" if fence else mark[1]
        elif not fence:
            lines.append(line)
    return "\n".join(lines)


def anchors(page):
    """The anchors that GitHub makes of the headings."""
    found = []
    for heading in re.findall(r"^#+ +(.*?) *$", prose(page), re.MULTILINE):
        text = re.sub(r"\[([^\]]*)\]\([^)]*\)", r"\1", heading).lower()
        anchor = re.sub(r"[^\w\- ]", "", text).replace(" ", "-")
        found.append(f"{anchor}-{found.count(anchor)}" if anchor in found else anchor)
    return found


def dead_links(root, page):
    for link in re.findall(r"\]\(([^)\s]+)\)", prose(page)):
        if re.match(r"[a-z]+:", link):
            continue
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        if not target.exists() or root not in (target, *target.parents):
            yield f"{page}: {link}: there is no such file"
        elif anchor and target.suffix == ".md" and anchor not in anchors(target):
            yield f"{page}: {link}: there is no such heading"


root = pathlib.Path(sys.argv[1]).resolve()
dead = [text for page in sys.argv[2:] for text in dead_links(root, pathlib.Path(page).resolve())]
print("\n".join(dead) or "every link leads somewhere")
sys.exit(1 if dead else 0)
