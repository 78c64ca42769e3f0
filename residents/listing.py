"""Several words as one: 张三、李四 in Chinese, with commas in English."""

from collections.abc import Iterable

from django.utils.translation import gettext as _


def listed(words: Iterable[object]) -> str:
    return _(", ").join(str(word) for word in words)
