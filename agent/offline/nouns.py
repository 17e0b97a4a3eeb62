"""The words for what is often filled in, and for what is typed: patterns."""

from __future__ import annotations

NOUN = (
    r"(?:(?:user|first|last|full|family|given|middle|company|account)[ -]?name|name|user ?id|e-?mail(?: address)?|"
    r"pass(?:word|code|phrase)|pin|(?:phone|telephone|mobile)(?: number)?|(?:street |postal )?address|city|town|"
    r"country|state|zip(?: code)?|postcode|post(?:al)? code|age|date(?: of birth)?|birthday|title|subject|amount|price|"
    r"quantity|url|company|comment|login)"
)
NOUN_ZH = (
    "(?:用户名|账号|帐号|账户|姓名|名字|名称|姓|密码|口令|邮箱(?:地址)?|电子邮件(?:地址)?|电话(?:号码)?|手机号?码?|地址|城市|国家|邮编|"
    "年龄|日期|生日|标题|主题|金额|价格|数量|网址|公司|备注|验证码|文件名|路径|关键[词字])"
)
NOUN_ZH = f"(?:(?:登录|用户|联系|收货|公司|家庭|办公|新的?|旧|原|确认|再次)?{NOUN_ZH}|登录名|会员名|昵称)"
ANY_TEXT = (
    r"(?:text|words?|values?|string|command|numbers?|digits|letters|characters|line|phrase|sentence|"
    r"following(?: text| words)?|文字|文本|内容|字符串?|命令|数字|以下内容|一?句话)"
)
