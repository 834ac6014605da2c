"""How often the codings of studies used each code of the failure scheme."""

from collections import Counter

from reader_study.models import FailureMode
from reader_study.visible import visible_to
from webapp.accounts.models import User


def uses_in_codings(user: User, column: str) -> Counter[str]:
    """code -> codings that the person may see; column: site, laterality, cause or severity."""
    # By key first: the rule for who sees a coding asks for distinct rows, and equal codes would be one.
    rows = visible_to(FailureMode.objects.all(), user).order_by().values_list("pk", column)
    return Counter(str(code) for _, code in rows)
