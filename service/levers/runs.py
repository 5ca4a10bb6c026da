"""What ended a run of years (连续年数中断原因), in the words that a reader sees: the same in every lever."""

from collections.abc import Mapping

from service.domain.reasons import Text

ENDED: Mapping[str, Text] = {
    "other_grade": ("another grade the year before", "上一年为其他等级"),
    "not_graded": ("no grade the year before", "上一年无等级"),
    "split": ("the parcel was divided since", "宗地此后分割"),
    "merged": ("the parcel was united since", "宗地此后合并"),
    "no_evaluation": ("no published evaluation of the year before", "上一年无已发布的评价"),
    "not_looked_at": ("not looked further back", "未再向前追溯"),
}
"""Code → English and Chinese; of a reason that a lever has alone, it has the words."""
