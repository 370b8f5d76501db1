import pytest

from callstats.report.mathematics import parse


def kinds(node):
    """Return the kinds of a tree's nodes, the outer first."""
    if isinstance(node, dict):
        return [node["kind"], *(kind for value in node.values() for kind in kinds(value))]
    if isinstance(node, list):
        return [kind for item in node for kind in kinds(item)]
    return []


@pytest.mark.parametrize(
    ("source", "kind"),
    [
        (r"\frac{a}{b}", "fraction"),
        (r"\sqrt[3]{x}", "root"),
        (r"\hat{p}", "accent"),
        (r"x_i^2", "scripts"),
        (r"\left( \frac{1}{2} \right)", "fenced"),
        (r"\begin{cases} 1 & x > 0 \\ 0 & \text{otherwise} \end{cases}", "table"),
    ],
)
def test_the_structures_of_formulas_are_read(source, kind):
    assert parse(source)["kind"] == kind


def test_a_sum_carries_its_limits_above_and_below():
    assert parse(r"\sum_{i=1}^{n} x_i")["items"][0]["limits"] is True


def test_a_minus_is_a_real_one():
    assert parse("1-p")["items"][1]["text"] == "−"


def test_a_wilson_interval_is_read_whole():
    source = (
        r"\frac{\hat p + \frac{z^2}{2n} \pm z\sqrt{\frac{\hat p(1-\hat p)}{n} + \frac{z^2}{4n^2}}}{1+z^2/n}"
    )
    assert kinds(parse(source)).count("fraction") == 4


@pytest.mark.parametrize(
    "source",
    [r"\input{x}", "{", "}", r"\frac{a}", r"\left( a", r"\begin{foo} a \end{foo}", "{" * 99, "a_", "^"],
)
def test_what_lies_outside_the_subset_is_refused(source):
    with pytest.raises(ValueError):  # noqa: PT011 - the message is for the programmer
        parse(source)
