"""Published numbers: every entry of golden.json that names one of our functions.

Each expected value comes with its source; none is our own output. An entry is
either computed by `CHECKS` or named in `LEFT_OUT` with the reason.
"""

import json
import math
from pathlib import Path

import numpy as np
import pytest

from callstats import stats
from callstats.moments import Moments
from callstats.stats.counting import beta_binomial_mixture

GOLDEN = {
    entry["id"]: entry for entry in json.loads((Path(__file__).parent / "golden.json").read_text("utf-8"))
}

#: Entries about something callstats has no function for.
LEFT_OUT = {
    "propcis_orscoreci": "score interval of one odds ratio: differences and ratios are reported",
    "exactci_60_30_minlike": "p-value by point probabilities: its interval can have gaps, so that test and "
    "interval would disagree; the conditional test here is central",
    "pwr2p_10_05": "arcsine approximation: sizes follow power.prop.test",
    "pwr2p2n_763": "arcsine effect size h: sizes follow power.prop.test",
    "pwr_t_64": "power of a t-test: plans are made for proportions",
    "power_t_90": "power of a t-test: plans are made for proportions",
    "tost_sas": "equivalence test of one proportion against fixed margins",
    "fleiss_wiki": "Fleiss' kappa: agreement is Krippendorff's alpha",
    "cohen_wiki": "Cohen's kappa: agreement is Krippendorff's alpha",
}


def limits(result):
    return [result.low, result.high]


def one(method):
    return lambda i: limits(stats.proportion_interval(i["x"], i["n"], method=method, confidence=i["conf"]))


def wilson_at_all(i):
    return [limits(stats.proportion_interval(i["x"], i["n"], confidence=level)) for level in i["conf"]]


def cells(i):
    return i["x1"], i["n1"], i["x2"], i["n2"]


def difference(method):
    return lambda i: limits(stats.proportion_difference(*cells(i), method=method))


def ratio(method):
    return lambda i: limits(stats.proportion_ratio(*cells(i), method=method))


def exact(name, pick=lambda r: r.p_value):
    def check(i):
        (x1, x0), (y1, y0) = i["table"]
        return pick(
            stats.proportion_difference(
                x1, x1 + y1, x0, x0 + y0, exact=name, alternative=i.get("alternative", "two-sided")
            )
        )

    return check


def barnard(i):
    return exact("barnard", lambda r: [r.statistic, r.p_value])(i)


def rates(i):
    return i["x1"], i["t1"], i["x2"], i["t2"]


def one_sided_rates(method):
    return lambda i: (
        stats.rate_ratio(*rates(i), method=method, ratio=i["ratio0"], alternative="greater").p_value
    )


def fay(i):
    r = stats.rate_ratio(*rates(i))
    return [r.p_value, r.low, r.high]


def wald_rates(i):
    r = stats.rate_difference(*rates(i), method="wald", margin=i["diff0"], alternative="greater")
    return [r.statistic, r.p_value]


def rate(method):
    def check(i):
        confidence = i.get("conf", 0.95)
        return limits(stats.rate_interval(i["x"], i.get("t", 1.0), method=method, confidence=confidence))

    return check


def funnel_ratio(i):
    # The expected counts at which the observed one is on the limits are its own exact limits.
    r = stats.rate_interval(i["observed"], confidence=1 - 2 * i["alpha"])
    return [r.high, r.low]


def funnel_proportion(i):
    return 100 * stats.funnel_limits(i["baseline"], i["n"], method="score").low[0][0]


def standardised(i):
    r = stats.standardised_ratio(i["observed"], i["expected"])
    return [value * i["ref_rate"] for value in (r.estimate, r.low, r.high)]


def dunnett_blood(i):
    r = stats.many_to_one(i["samples"], i["control"])
    return [r.statistic, r.p_value, [r.low[0], r.low[1]], [r.high[0], r.high[1]]]


def dunnett_wool(i):
    r = stats.many_to_one(i["samples"], i["control"])
    return [r.statistic, r.p_value]


def paired(i):
    r = stats.mean_difference(i["x"], i["y"], method="paired")
    return [r.statistic, r.p_value]


def brunner_munzel(i):
    r = stats.stochastic_superiority(i["y"], i["x"])
    return [r.statistic, r.p_value]


def farrington_manning(i):
    # Group 1 is the treatment there; `ratio` is control per treatment.
    r = stats.sample_size(
        i["p2"], i["p1"], margin=i["delta0"], alpha=i["alpha"], power=1 - i["beta"], allocation=1 / i["ratio"]
    )
    return [r.estimate / i["ratio"], r.estimate]


def mixture_boundary(i):
    error = 1 / math.sqrt(i["v"])
    r = stats.confidence_sequence(
        0.0, error, i["v"], planned_trials=i["v_opt"], alternative="greater", confidence=1 - i["alpha"]
    )
    return -r.low * i["v"]


def bernoulli_sequence(i):
    return limits(
        stats.proportion_sequence(i["x"], i["n"], planned_trials=i["t_opt"], confidence=1 - i["alpha"])
    )


def lift_sequence(i):
    arms = {}
    for name in "ab":
        total, squares, n = i[f"sum_{name}"], i[f"sumsq_{name}"], i[f"n_{name}"]
        arms[name] = (total / n, (squares - total**2 / n) / (n - 1) / n)
    (base, base_variance), (mean, variance) = arms["a"], arms["b"]
    lift = mean / base - 1
    error = math.sqrt(variance / base**2 + base_variance * mean**2 / base**4)
    r = stats.confidence_sequence(
        lift, error, i["n_a"] + i["n_b"], planned_trials=i["tuning"], confidence=1 - i["alpha"]
    )
    return [lift, error, r.low, r.high]


def last_bound(spending):
    return lambda i: stats.group_sequential_bounds(i["K"], alpha=i["alpha"], spending=spending).bounds[-1]


def alpha_interval(i):
    rows = [[float("nan") if v == "*" else float(v) for v in row.split()] for row in i["data"].split("|")]
    return stats.krippendorff_alpha(rows, level="interval", resamples=0).estimate


def freireich(i):
    drug = stats.life_table(i["time_6mp"], i["event_6mp"])
    placebo = stats.life_table(i["time_placebo"], [1] * len(i["time_placebo"]))
    survival = dict(zip(drug.attempt.tolist(), drug.survival.tolist(), strict=True))
    return [survival[t] for t in (6, 7, 10, 13, 16, 22, 23)] + [
        stats.hazard_ratio(drug, placebo).statistic ** 2
    ]


def rats(i):
    p = np.array(i["y"]) / np.array(i["n"])
    return [p.mean(), p.std(ddof=1), *stats.shrink_proportions(i["y"], i["n"], method="moments").prior]


def effects(function):
    return lambda i: list(function(i["before"], i["after"]).effects.values())


def non_inferiority(i):
    return stats.proportion_difference(
        i["x1"], i["n1"], i["x0"], i["n0"], margin=i["margin"], alternative="greater"
    ).p_value


def clustered(i):
    arm, contact, success = (np.array(i[name]) for name in ("arm", "contact", "success"))
    treatment, control = (
        Moments.of(
            {"numerator": success[arm == a], "denominator": np.ones((arm == a).sum())}, contact[arm == a]
        )
        for a in (1, 0)
    )
    r = stats.ratio_difference(treatment, control)
    return [r.estimate, r.standard_error]


def cmh(i):
    r = stats.stratified_odds_ratio(i["tables"])
    return [r.statistic, r.p_value, r.estimate, r.low, r.high]


CHECKS = {
    "prop1_midp_15_148": one("mid-p"),
    "prop1_wilson_0_20": one("wilson"),
    "prop1_wilsoncc_0_20": one("wilson-cc"),
    "prop1_cp_0_20": one("clopper-pearson"),
    "prop1_wilson_1_29": one("wilson"),
    "prop1_wilsoncc_1_29": one("wilson-cc"),
    "prop1_beta_100_200": one("clopper-pearson"),
    "prop1_wilson_phe_65_100": wilson_at_all,
    "prop1_wilson_phe_9856_12345": wilson_at_all,
    "diff_mn_5_56_0_29": difference("miettinen-nurminen"),
    "diff_mee_5_56_0_29": difference("mee"),
    "diff_newcombe98_a_m10": difference("newcombe"),
    "diff_newcombe98_b_m10": difference("newcombe"),
    "diff_newcombe98_c_m10": difference("newcombe"),
    "diff_newcombe98_c_mn": difference("miettinen-nurminen"),
    "diff_newcombe98_f_m10": difference("newcombe"),
    "diff_newcombe98_f_mn": difference("miettinen-nurminen"),
    "diff_newcombe98_g_mn": difference("miettinen-nurminen"),
    "diff_newcombe98_h_m10": difference("newcombe"),
    "fager_ac": difference("agresti-caffo"),
    "fager_mee": difference("mee"),
    "fager_katz": ratio("log"),
    "fager_adjlog": ratio("adjusted-log"),
    "propcis_wald2ci_ac": difference("agresti-caffo"),
    "propcis_wald2ci": difference("wald"),
    "propcis_riskscoreci": ratio("koopman"),
    "gartnam_rd": difference("mee"),
    "gartnam_rr_a": ratio("koopman"),
    "gartnam_rr_b": ratio("koopman"),
    "rr_mover_29_55": ratio("mover"),
    "rr_mn_29_55": ratio("miettinen-nurminen"),
    "rr_zou_donner": ratio("mover"),
    "tea_one": exact("fisher"),
    "tea_two": exact("fisher"),
    "barnard_43_40_10_39": barnard,
    "barnard_100_2_1000_5": barnard,
    "barnard_2_7_8_2": barnard,
    "barnard_5_15_20_20": barnard,
    "boschloo_2_7": exact("boschloo"),
    "boschloo_7_12": exact("boschloo"),
    "boschloo_43_40": exact("boschloo"),
    "gu_60_wald": one_sided_rates("wald"),
    "gu_60_score": one_sided_rates("score"),
    "gu_60_wald-log": one_sided_rates("wald-log"),
    "gu_60_exact-cond": one_sided_rates("conditional-exact"),
    "gu_41_score": one_sided_rates("score"),
    "gu_41_wald-log": one_sided_rates("wald-log"),
    "gu_41_score-log": one_sided_rates("score-log"),
    "gu_41_cond-midp": one_sided_rates("conditional-mid-p"),
    "rateratio_fay": fay,
    "ng_diff_wald": wald_rates,
    "poisci_exact-c_15_400": rate("garwood"),
    "poisci_wald_15_400": rate("wald"),
    "byar_1_0.95": rate("byar"),
    "byar_65_0.998": rate("byar"),
    "garwood_1": rate("garwood"),
    "garwood_5": rate("garwood"),
    "garwood_20": rate("garwood"),
    "garwood_100": rate("garwood"),
    "score_diff_60_30": lambda i: limits(stats.rate_difference(*rates(i))),
    "funnel_ratio_1": funnel_ratio,
    "funnel_prop_low95_2": funnel_proportion,
    "isr_9": standardised,
    "holm_wiki": lambda i: (stats.adjust(i["p"]) < i["alpha"]).tolist(),
    "dunnett1955": dunnett_blood,
    "dunnett_s3": dunnett_wool,
    "paired_sleep": paired,
    "bm_pain": brunner_munzel,
    "ppt_n50": lambda i: stats.power(i["p1"], i["p2"], i["n"]),
    "ppt_n90": lambda i: stats.sample_size(i["p1"], i["p2"], power=i["power"]).estimate,
    "fm_ni": farrington_manning,
    "fm_super": farrington_manning,
    "cs_norm1_bound": mixture_boundary,
    "cs_bb_logmix": lambda i: beta_binomial_mixture(i["s"], i["v"], i["v_opt"], i["g"], i["h"], i["alpha"]),
    "cs_bern_15_50": bernoulli_sequence,
    "cs_bern_5_50": bernoulli_sequence,
    "acs_gbstats": lift_sequence,
    "gs_pocock_2": last_bound("pocock"),
    "gs_pocock_3": last_bound("pocock"),
    "gs_pocock_4": last_bound("pocock"),
    "gs_pocock_5": last_bound("pocock"),
    "gs_obf_2": last_bound("obrien-fleming"),
    "gs_obf_5": last_bound("obrien-fleming"),
    "kripp_interval": alpha_interval,
    "km_freireich": freireich,
    "logmean": lambda i: stats.logarithmic_mean(i["a"], i["b"]),
    "dasgupta2": lambda i: list(stats.shapley(i["pop1"], i["pop2"]).effects.values()),
    "bda_rats": rats,
    "eproc_60_40": lambda i: (
        stats.conversion_e_value(i["x1"], i["x2"], prior=(i["a"], i["b"]), share=i["p0"]).e_value
    ),
    "shapley5": effects(stats.shapley),
    "lmdi5": effects(stats.lmdi),
    "ni_mn_20_25": non_inferiority,
    "ni_mn_90_100": non_inferiority,
    "cluster1way_ratio": clustered,
    "cmh_ucbadmissions": cmh,
}


@pytest.mark.parametrize("name", CHECKS)
def test_published_number(name):
    entry = GOLDEN[name]
    found = np.asarray(CHECKS[name](entry["inputs"]), dtype=float)
    expected = np.asarray(entry["expected"], dtype=float)
    assert found.shape == expected.shape
    assert np.abs(found - expected).max() <= entry["tolerance"]


def test_every_entry_is_checked_or_left_out_with_a_reason():
    assert set(CHECKS) | set(LEFT_OUT) == set(GOLDEN)
    assert not set(CHECKS) & set(LEFT_OUT)


@pytest.mark.parametrize("name", GOLDEN)
def test_every_entry_names_its_source(name):
    assert GOLDEN[name]["source"]
