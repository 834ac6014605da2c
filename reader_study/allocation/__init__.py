"""Who reads which case in which arm, when: a pure function of design, readers, cases and seed. No Django."""

from reader_study.allocation.allocate import allocate, allocation_sha256
from reader_study.allocation.balance_report import balance_report
from reader_study.allocation.design import AllocationRefused, CaseSlot, Design, Placement, ReaderSlot

__all__ = [
    "AllocationRefused", "CaseSlot", "Design", "Placement", "ReaderSlot", "allocate", "allocation_sha256",
    "balance_report",
]  # fmt: skip
