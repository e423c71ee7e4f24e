"""What a message wants: a linear probe on its embedding, helped by words that say it outright."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from functools import cache
from importlib.resources import files

import numpy as np
import yaml
from numpy.typing import NDArray

from bot.turn import Intent
from knowledge.script import simplified

Vectors = NDArray[np.float32]

_RULES: Mapping[Intent, re.Pattern[str]] = {
    Intent.DECISION: re.compile(
        r"该不该|要不要|应不应该|值不值|值得[^,，。]{0,8}[吗么?？]|去还是|走还是|留还是|还是留|还是走|还是去|还是回|去不去|回不回|搬不搬|"
        r"走不走|留不留|来不来|[该应][^,，。说]{0,3}[去回走留搬离接放]|适合我|适不适合|合适吗|合不合适|明智|纠结|犹豫|动摇|想搬|"
        r"(?:想|打算|考虑|准备|计划)[^,，。]{0,8}(?:辞|搬|回|去|离开|跳槽|走)|该不该劝|你觉得呢|怎么选|选哪|选谁|听谁的|求建议|求分析|给[^,，。]{0,4}(?:建议|主意|句实话)|拿个主意|能行不|行不行|该听|哪个好|"
        r"劝我|走为上|靠不靠谱|有必要[^,，。]{0,6}[去回搬走]|[去回搬]好不好|[去回搬][^,，。]{0,8}(?:靠谱|可行|行不行|行吗|好吗|划算|后悔)|"
        r"\bshould (?:i|we|he|she|they|my|our|one|a)\b|\bshall (?:i|we)\b|\bworth (?:it|moving|going|leaving|relocating|the (?:move|risk))\b|"
        r"\b(?:good|bad|smart|wise|sensible|sane|crazy|daft) (?:idea|move|choice|plan)\b|\bis it (?:wise|smart|sensible|crazy|worth|mad)\b|"
        r"\b(?:wise|sensible|worth it|mad|thoughts|advice|yay or nay|opinions?)\?|\bthinking (?:of|about) (?:\w+ )?\w+ing\b|"
        r"\b(?:considering|contemplating|torn|tempted|hesitat\w+|on the fence)\b|\bwhat would you do\b|\bwould you (?:go|move|stay|leave|take)\b|"
        r"\bstay (?:in \w+ |put )?or (?:go|leave|move)\b|\bgo or stay\b|\bbetter off\b|\bmake sense (?:for|to)\b|\bright for me\b|"
        r"\b(?:dilemma|talk me (?:into|out)|help me decide|can'?t decide|which way would you)\b|\bor not\?|\btake (?:it|the (?:job|offer|post))\?|"
        r"\bdo i (?:go|move|stay|leave)\b|\bhome or\b|\bor (?:stay|leave|go|away|find|look|remain)\b|\bwhich(?:,| way| one)\b|\bwould (?:it|going|moving|leaving) \w+|\bwhat should (?:i|we)\b|\btake it\?|\bany point\b|\bmistake\b|\bstupid\b|\bmad to\b",
        re.I,
    ),
    Intent.WHY: re.compile(
        r"为什么|为啥|为何|为甚么|怎么会|怎么就|怎么反而|凭啥|干嘛|干吗|咋(?:就|会|都|老)|原因|是什么让|"
        r"\bwhy\b|\bhow come\b|\breasons?\b|\bwhat (?:makes|made|drives|drove|causes|caused|pushes)\b|^y\b|\by (?:ppl|people|r|are|do)\b",
        re.I,
    ),
    Intent.COMPARE: re.compile(
        r"比较|对比|相比|区别|不一样|不同在|差别|差距|差多少|差在哪|哪个更|哪个好|哪座|哪边|谁更|比起来|摆一块|放一起|矛盾|打架|[和跟与]\S{1,12}比|"
        r"\bcompar\w*|\bversus\b|\bvs\.?\b|\bdifferen(?:ce|t)\b|\bbetter than\b|\bside by side\b|\bnext to each other\b|\bstacks? up\b|"
        r"\bcontradict\w*|\bagree\b|\bdisagree\b|\bsquare\b|\bconflict\w*|\bwhich (?:one|is|city)\b[^?]*\b(?:better|cheaper|or)\b",
        re.I,
    ),
    Intent.OVERVIEW: re.compile(
        r"说说|讲讲|介绍|概况|总结|概括|概述|归纳|归归类|梳理|列一列|列出|都有(?:哪些|什么)|哪些办法|哪些(?:坑|风险|坏处|好处|问题|对策|出路)|摆出来|怎么样$|怎样$|"
        r"都说了?(?:什么|啥)|讲了(?:什么|啥)|写了(?:什么|啥)|咋样|如何$|情况|点一?下|简述|扼要|点样自救|好处坏处|利弊|优缺点|好的坏的|捋|各方面|怎么(?:弄|搞|破)|"
        r"\btell me (?:about|everything)|\boverview\b|\bsummar\w+|\beverything\b|\bbrief me\b|\btl;?dr\b|\brundown\b|\blist the\b|"
        r"\bwhat do (?:the|your|these) (?:articles|texts|documents|docs|notes)\b|\bwhat's (?:the deal|up) with\b|\bpros and cons\b|\bdownsides\b|"
        r"\bways (?:out|to)\b|\bgist\b|\bin general\b|\bmain (?:forces|reasons|points)\b|\bgood and bad\b|\bupsides?\b|\bwhat can (?:a|the|cities|towns?)\b",
        re.I,
    ),
    Intent.ABOUT_BOT: re.compile(
        r"你(?:是谁|是什么|是不是|叫什么|叫啥|能做|能干|会做|会干|能帮|会不会(?:骗|编|撒谎|记)|是人|是机器|是AI|是真人|的?(?:资料|数据|信息|知识|来源|开发者|作者)|"
        r"怎么(?:工作|用)|从哪|靠什么|用的?(?:是)?(?:什么|哪个)(?:模型|ai)|凭什么)|怎么用你|chat ?gpt|^(?:你好|您好|哈喽|嗨|hi|hello|hey|谢谢\S*|多谢|"
        r"thanks?(?: you)?|thx)[!！。.~ ]*$|"
        r"\b(?:who|what) (?:are|r) (?:you|u)\b|\b(?:are|r) (?:you|u) (?:an?|real|human|chat|gpt|ai|a bot)\b|\bwhat (?:can|do) (?:you|u) do\b|"
        r"\bhow (?:can|do) (?:you|u) (?:help|work)|\bcan you help\b|\bwhere (?:do|does|did) (?:you|your|u)\b|"
        r"\byour (?:sources?|info|information|data|creator|maker)\b|\bdo (?:you|u) (?:ever |really )?(?:make|store|keep|remember|lie|know|use|google)\b|"
        r"\bwho (?:made|built|created|runs) (?:you|u|this)\b|\bwhat(?:'s| is) quliu\b|\bhow do i use\b|\bcan (?:i|we) trust you\b",
        re.I,
    ),
}
# Another thing asked of an assistant, whatever city stands beside it.
_ELSEWHERE = re.compile(
    r"天气|下雨|下不下雨|气温|多少度|雾霾|菜谱|做法|红烧|炒菜|食谱|编程题|帮我[^,，。]{0,4}写|写(?:个|一个|一段|一首|一篇)|python|java\b|"
    r"股票|股价|基金定投|比特币|彩票|双色球|笑话|段子|翻译|求导|微积分|方程|几何|世界杯|球赛|nba|电影|歌词|星座|运势|减肥|感冒|吃什么药|酒店|景点|攻略|航班|车票|"
    r"高铁几点|火车几点|起(?:个|一个)\S{0,6}名|"
    r"\bweather\b|\brain(?:ing)?\b|\bforecast\b|\brecipe\b|\bcook(?:ing)?\b|\bpython\b|\bjavascript\b|\bstock (?:price|market|tips?)\b|\bbitcoin\b|\bcrypto\b|"
    r"\blottery\b|\bjoke\b|\btranslate\b|\bpoem\b|\bderivative\b|\bderivitive\b|\bhomework\b|\bhomwork\b|\bequation\b|\bworld cup\b|\bmovie\b|\bsong\b|"
    r"\bhoroscope\b|\blose weight\b|\bhotel\b|\bflight\b|\btrain (?:time|ticket)s?\b",
    re.I,
)
_MOVE_TALK = re.compile(
    r"搬|离开|逃离|回去|过去|老家|返乡|辞职|留下|回乡|家乡|移居|挪窝|跳槽|过去[吗么?？,，]|[去回走留来]不[去回走留来]|闯|漂|回[^,，。]{0,6}(?:发展|照顾|工作|县|村|省)|"
    r"[去到回来往奔留离](?:了|到|在)?(?:北京|上海|广州|深圳|一线|二线|三线|县城|小城|大城市)|"
    r"\brelocat\w*|\bmov(?:e|ing)\b|\bleav(?:e|ing)\b|\bstay(?:ing)?\b|\bgo(?:ing)? (?:back|home|to|north|south)\b|\bhead(?:ing)? (?:back|home)\b|"
    r"\bhome ?town\b|\bquit(?:ting)?\b|\bswap\b|\bsettle\b|\boffer(?:ed)?\b|\bditch(?:ing)?\b|\bcome back\b|\bpack up\b|\bup sticks\b|\bhome or\b|"
    r"\bwants? (?:me|us)\b|\bback (?:home|up)\b|\bretir(?:e|ing)\b|\breturn(?:ing)?\b|\blaojia\b|\bhuiqu\b",
    re.I,
)
_FIRST_PERSON = re.compile(
    r"[我俺咱]|爸妈|家里|\b(?:i|i'm|im|i've|me|my|we|us|our|wo)\b|"
    r"\b(?:cousin|friend|sister|brother|son|daughter|candidate|partner|wife|husband)\b|朋友|同学|候选人|对象|闺女|儿子",
    re.I,
)
# What plain words add to the probe's score of an intent, which for the right one is near 1 and else near 0. Found on
# questions of our own, with the ridge: the probe alone tells a decision from the rest (area under the curve .988), but
# not a lookup from an overview, where the wording tells more.
_SAID = 0.3
_SAID_ELSEWHERE = 0.4
_NOT_PERSONAL = -0.2
_WANTS_FIGURE = -0.15
_NAMES_NOTHING = 0.1
_RIDGE = 1.0
# A message nearer than this to what quliu answers than to what it does not is in scope, whatever the probe says of its
# misspellings; found on the same questions.
_IN_SCOPE_MARGIN = 0.016
_ELSE = (Intent.OUT_OF_SCOPE, Intent.ABOUT_BOT)


class IntentClassifier:
    """A linear probe on the embedding of a message, helped by words that say outright what it wants."""

    def __init__(self, embed: Callable[[str], Vectors], intents: Sequence[Intent], vectors: Vectors) -> None:
        """``embed`` gives the vector (dim,) of a message; ``vectors`` (n, dim) are those of messages of ``intents``."""
        self._embed = embed
        self._intents = tuple(dict.fromkeys(intents))
        rows = np.array([self._intents.index(intent) for intent in intents])
        self._mean, self._weights, self._shares = _fit(vectors, rows, len(self._intents))
        self._elsewhere = vectors[[intent is Intent.OUT_OF_SCOPE for intent in intents]]
        self._in_scope = vectors[[intent not in _ELSE for intent in intents]]

    def classify(self, text: str, *, has_place: bool, moves: bool, topics: Sequence[str], wants_figure: bool) -> Intent:
        """The intent of a cleaned message; ``moves`` says that it speaks of going to or leaving a place it names."""
        plain = simplified(text)
        if has_place and _is_bare(plain):
            return Intent.OVERVIEW
        moves = moves or bool(_MOVE_TALK.search(plain))
        vector = self._embed(text)
        probed = ((vector - self._mean) @ self._weights + self._shares).tolist()
        score = dict(zip(self._intents, probed, strict=True))
        for intent, pattern in _RULES.items():
            if pattern.search(plain):
                score[intent] += _SAID
        decides = bool(_RULES[Intent.DECISION].search(plain))
        score[Intent.DECISION] += 0 if decides or _FIRST_PERSON.search(plain) else _NOT_PERSONAL
        score[Intent.DECISION] += _WANTS_FIGURE if wants_figure and not decides else 0
        score[Intent.DECISION] += 0 if moves or has_place else _NOT_PERSONAL
        score[Intent.ABOUT_BOT] += _NOT_PERSONAL if has_place and topics else 0
        if _ELSEWHERE.search(plain) and not moves:
            score[Intent.OUT_OF_SCOPE] += _SAID_ELSEWHERE
        elif (self._in_scope @ vector).max() - (self._elsewhere @ vector).max() > _IN_SCOPE_MARGIN:
            score[Intent.OUT_OF_SCOPE] -= _SAID_ELSEWHERE
        score[Intent.OUT_OF_SCOPE] += 0 if has_place or topics or moves else _NAMES_NOTHING
        return max(self._intents, key=score.__getitem__)


def _fit(vectors: Vectors, rows: NDArray[np.intp], classes: int) -> tuple[Vectors, Vectors, Vectors]:
    """Mean (dim,), weights (dim, classes) and shares (classes,) of a ridge regression that counts each class alike."""
    counts = np.bincount(rows, minlength=classes)
    weight = (len(rows) / classes / counts[rows]).astype(np.float32)[:, None]
    mean = vectors.mean(axis=0)
    centred = vectors - mean
    wanted = np.eye(classes, dtype=np.float32)[rows]
    shares = wanted.mean(axis=0)
    gram = (centred * weight).T @ centred + _RIDGE * np.eye(vectors.shape[1], dtype=np.float32)
    weights = np.linalg.solve(gram, (centred * weight).T @ (wanted - shares))
    return mean, weights.astype(np.float32), shares


def _is_bare(text: str) -> bool:
    return len(re.findall(r"[\u3400-\u9fff]|[a-z']+", text, re.I)) <= 4


@cache
def examples() -> tuple[tuple[Intent, str], ...]:
    """Typical messages with their intents, in the order of the file."""
    loaded = yaml.load(files(__package__).joinpath("intents.yaml").read_text("utf-8"), yaml.CSafeLoader)
    return tuple((Intent(name), text) for name, sides in loaded.items() for side in sides.values() for text in side)
