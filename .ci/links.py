"""links.py BOOK: every link and picture of the built pages leads to a file, and every anchor to a place in it."""

import sys
from html.parser import HTMLParser
from pathlib import Path
from urllib.parse import unquote, urlsplit


class Page(HTMLParser):
    """What a page links to, and the places in it."""

    def __init__(self, text):
        super().__init__()
        self.targets, self.places = set(), set()
        self.feed(text)

    def handle_starttag(self, tag, attributes):
        for name, value in attributes:
            if name == "id":
                self.places.add(value)
            if value and (name, tag) in {("href", "a"), ("src", "img"), ("src", "script"), ("href", "link")}:
                self.targets.add(value)


def main(book):
    pages = {path.resolve(): Page(path.read_text(encoding="utf-8")) for path in book.rglob("*.html")}
    count, broken = 0, []
    for path, page in pages.items():
        # These hold other pages' text, with their links.
        if path.name in ("print.html", "toc.html", "404.html"):
            continue
        for target in page.targets:
            link = urlsplit(target)
            if link.scheme or link.netloc:
                continue
            count += 1
            file = (path.parent / unquote(link.path)).resolve() if link.path else path
            if not file.exists():
                broken.append(f"{path.relative_to(book.resolve())}: {target}: there is no such file")
            elif link.fragment and file in pages and unquote(link.fragment) not in pages[file].places:
                broken.append(f"{path.relative_to(book.resolve())}: {target}: there is no such place")
    print("\n".join(sorted(broken)) or f"{count} links of {len(pages)} pages lead somewhere")
    return bool(broken) or not count


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
