"""The flow layout: lines break at the width, hidden widgets take no room, removed ones are gone."""

from __future__ import annotations

import pytest
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from brokerdesk.ui.widgets.flow import FlowLayout

pytestmark = pytest.mark.gui


def _row(widths: list[int]) -> tuple[QWidget, FlowLayout, list[QLabel]]:
    host = QWidget()
    flow = FlowLayout(host)
    flow.setContentsMargins(2, 3, 2, 3)
    flow.setHorizontalSpacing(10)
    flow.setVerticalSpacing(4)
    labels = []
    for width in widths:
        label = QLabel()
        label.setFixedSize(width, 20)
        flow.addWidget(label)
        labels.append(label)
    return host, flow, labels


def test_lines_break_exactly_where_the_width_ends(qapp: QApplication) -> None:
    host, flow, labels = _row([50, 50, 50])
    wide, narrow = 2 + 50 + 10 + 50 + 10 + 50 + 2, 2 + 50 + 10 + 50 + 10 + 50 + 1
    assert flow.heightForWidth(wide) == 3 + 20 + 3
    assert flow.heightForWidth(narrow) == 3 + 20 + 4 + 20 + 3
    assert flow.heightForWidth(10) == 3 + 20 * 3 + 4 * 2 + 3, "a widget wider than the line has a line of its own"
    host.resize(narrow, 60)
    host.show()
    qapp.processEvents()
    assert [(w.x(), w.y()) for w in labels] == [(2, 3), (62, 3), (2, 27)]
    assert flow.minimumSize().width() == 54
    host.close()


def test_hidden_and_removed_widgets_leave_no_gap(qapp: QApplication) -> None:
    host, flow, labels = _row([30, 40, 50])
    host.resize(400, 40)
    host.show()
    labels[0].hide()
    flow.removeWidget(labels[1])
    qapp.processEvents()
    assert flow.count() == 2
    assert flow.itemAt(2) is None
    assert (labels[2].x(), labels[2].y()) == (2, 3)
    host.close()
