"""What axe-core finds on a page as it stands (rules of WCAG 2.0 to 2.2, levels A and AA)."""

from functools import cache

from playwright.sync_api import Page

from tests.conftest import REPOSITORY

AXE = REPOSITORY / "webapp" / "viewer" / "frontend" / "node_modules" / "axe-core" / "axe.min.js"
LEVELS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]
RUN = """
async levels => {
  const { violations } = await axe.run(document, { runOnly: levels, resultTypes: ['violations'] });
  const why = node => [...node.any, ...node.all, ...node.none].map(check => check.message).join('; ');
  return violations.flatMap(({ id, nodes }) => nodes.map(node =>
    `${id}: ${node.target.join(' ')}: ${node.html.slice(0, 160)}: ${why(node).slice(0, 200)}`));
}
"""


@cache
def _script() -> str:
    return AXE.read_text()


def violations(page: Page) -> list[str]:
    """One line for each element that breaks a rule: rule, selector, the element's beginning, what is wrong."""
    if not page.evaluate("typeof axe === 'object'"):
        page.evaluate(_script())
    return list(page.evaluate(RUN, LEVELS))
