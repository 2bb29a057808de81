"""What the page says, in each of its languages."""

import re
from collections.abc import Mapping
from typing import Final, Literal, get_args

Language = Literal["zh", "en"]
LANGUAGES: Final[tuple[Language, ...]] = get_args(Language)
HTML_LANG: Final[Mapping[Language, str]] = {"zh": "zh-CN", "en": "en"}

WORDS: Final[Mapping[Language, Mapping[str, str]]] = {
    "zh": {
        "title": "专员答复",
        "other_language": "English",
        "opening": "正在打开…",
        "enter": "请点开短信中的链接，或输入坐席告知的答复码。",
        "code": "答复码",
        "code_hint": "28 位字母和数字，不分大小写，空格和短横可省略",
        "open": "打开工单",
        "ticket": "工单",
        "for": "答复人",
        "enterprise": "企业",
        "nobody": "未登记",
        "class": "类别",
        "type": "诉求类型",
        "number": "来电号码",
        "no_number": "未显示",
        "arrived": "来电时间",
        "due": "办理时限",
        "no_due": "未设定",
        "asked": "诉求内容",
        "not_written": "坐席尚未填写。填好后会自动显示在这里。",
        "attempts": "联系经过",
        "answers": "已有答复",
        "no_answers": "还没有专员答复。",
        "yours": "您的答复",
        "answer": "写答复",
        "kind": "这份答复是",
        "kind_solved_online": "已在线解答",
        "kind_follow_up": "需要跟进",
        "kind_not_ours": "不属本部门",
        "kind_remark": "补充说明",
        "until": "跟进完成日期",
        "until_said": "至",
        "referred_to": "应由哪个部门办理",
        "referred_said": "转",
        "text": "答复内容",
        "text_hint": "最多 {most} 字。提交后不能修改，可再次补充。",
        "send": "提交答复",
        "saved": "已提交。坐席现在就能看到。",
        "meanwhile": "您填写期间已有新的答复，见下方“已有答复”。请核对后再次提交。",
        "check": "请检查填写的内容",
        "answer_empty": "请填写答复内容。",
        "answer_too_long": "答复最多 {most} 字，请缩短。",
        "answer_kind_unknown": "请选择这份答复的性质。",
        "answer_date_missing": "请选择跟进完成的日期。",
        "answer_date_unusable": "跟进日期应在今天到一年之内。",
        "department_too_long": "部门名称太长。",
        "answers_too_many": "您对本工单的答复已达上限，请致电热线。",
        "unusable": "这个链接打不开工单：它不存在、已过期或已撤销，或者页面打开得太久。请重新点开短信中的链接，或请坐席再发一次。",
        "keep_text": "您写的内容还没有提交，可以复制保存：",
        "too_often": "操作太频繁，请一分钟后再试。",
        "away": "系统暂时不可用，内容没有提交，请稍后再试。",
        "unreadable": "提交的内容无法读取，请返回重试。",
        "too_large": "提交的内容太长，请缩短后再试。",
        "footer": "本页只显示这一张工单，请勿转发链接。",
        "class_key_enterprise": "重点企业",
        "class_project": "重大项目",
        "class_public": "社会公众",
        "class_anonymous": "未显示号码",
        "outcome_joined": "已接通",
        "outcome_no_answer": "无人接听",
        "outcome_busy": "占线",
        "outcome_declined": "未接受",
        "outcome_failed": "未接通",
        "outcome_cancelled": "已取消",
        "outcome_": "正在呼叫",
        "phone_office": "办公电话",
        "phone_mobile": "手机",
        "phone_": "电话",
    },
    "en": {
        "title": "Specialist's answer",
        "other_language": "中文",
        "opening": "Opening…",
        "enter": "Open the link in the SMS, or type the code that the seat told you.",
        "code": "Code",
        "code_hint": "28 letters and digits; capitals, blanks and hyphens make no difference",
        "open": "Open the ticket",
        "ticket": "Ticket",
        "for": "For",
        "enterprise": "Enterprise",
        "nobody": "not on a list",
        "class": "Class",
        "type": "Type",
        "number": "Caller's number",
        "no_number": "not shown",
        "arrived": "Called",
        "due": "Due",
        "no_due": "not set",
        "asked": "What is asked",
        "not_written": "The seat has not written it yet. It will appear here by itself.",
        "attempts": "Who was called",
        "answers": "Answers so far",
        "no_answers": "No specialist has answered yet.",
        "yours": "Your answer",
        "answer": "Write an answer",
        "kind": "This answer means",
        "kind_solved_online": "Solved online",
        "kind_follow_up": "Needs follow-up",
        "kind_not_ours": "Not our department",
        "kind_remark": "Remark",
        "until": "To be done by",
        "until_said": "by",
        "referred_to": "Whose it is",
        "referred_said": "it belongs to",
        "text": "Answer",
        "text_hint": "At most {most} characters. It cannot be changed once sent; you can add another.",
        "send": "Send the answer",
        "saved": "Sent. The seat sees it now.",
        "meanwhile": "Others answered while you were writing; see “Answers so far”. Please check, and send again.",
        "check": "Please check what you wrote",
        "answer_empty": "Please write an answer.",
        "answer_too_long": "An answer is at most {most} characters; please shorten it.",
        "answer_kind_unknown": "Please choose what this answer means.",
        "answer_date_missing": "Please choose the day by which it is done.",
        "answer_date_unusable": "The day is between today and a year from now.",
        "department_too_long": "The department's name is too long.",
        "answers_too_many": "You have answered this ticket as often as can be; please call the hotline.",
        "unusable": "This link opens no ticket: it does not exist, has expired or was withdrawn, or the page was open for too long. "
        "Open the link in the SMS again, or ask the seat for a new one.",
        "keep_text": "What you wrote was not sent; you can copy it:",
        "too_often": "That was too often; please try again in a minute.",
        "away": "This is not possible at the moment and nothing was sent; please try again soon.",
        "unreadable": "What was sent cannot be read; please go back and try again.",
        "too_large": "What was sent is too long; please shorten it.",
        "footer": "This page shows this one ticket. Please do not pass the link on.",
        "class_key_enterprise": "key enterprise",
        "class_project": "major project",
        "class_public": "public",
        "class_anonymous": "number not shown",
        "outcome_joined": "reached",
        "outcome_no_answer": "no answer",
        "outcome_busy": "busy",
        "outcome_declined": "not accepted",
        "outcome_failed": "failed",
        "outcome_cancelled": "cancelled",
        "outcome_": "ringing",
        "phone_office": "office phone",
        "phone_mobile": "mobile",
        "phone_": "phone",
    },
}

_RANGE: Final = re.compile(r"\s*([A-Za-z]{1,8})(?:-[A-Za-z0-9-]{1,30})?\s*(?:;\s*q=([01](?:\.[0-9]{0,3})?)\s*)?")
_MOST_RANGES: Final = 20


def language_of(asked: str, accepted: str, otherwise: str) -> Language:
    """The page's language.

    Args: asked: in the address. accepted: an Accept-Language header. otherwise: the hotline's own.
    """
    for language in LANGUAGES:
        if asked == language:
            return language
    best: Language = "en" if otherwise == "en" else "zh"
    best_q = 0.0
    for part in accepted[:500].split(",")[:_MOST_RANGES]:
        matched = _RANGE.fullmatch(part)
        if matched is None:
            continue
        q = float(matched[2]) if matched[2] else 1.0
        for language in LANGUAGES:
            if matched[1].lower() == language and q > best_q:
                best, best_q = language, q
    return best
