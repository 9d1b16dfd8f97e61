"""Chat templates of the tiny checkpoints, in the manner of the real ones: every part where it stands."""

_CHATML = """{%- for message in messages -%}
<|im_start|>{{ message.role }}
{% if message.content is string %}{{ message.content }}{% else %}{% for part in message.content -%}
{%- if part.type in ('image', 'image_url') %}PICTURE{% elif part.type == 'text' %}{{ part.text }}{% endif -%}
{%- endfor %}{% endif %}<|im_end|>
{% endfor -%}
{%- if add_generation_prompt %}<|im_start|>assistant
{% endif -%}"""
QWEN_CHAT = _CHATML.replace("PICTURE", "<|vision_start|><|image_pad|><|vision_end|>")
INTERN_CHAT = _CHATML.replace("PICTURE", "<IMG_CONTEXT>\n")
LLAVA_CHAT = """{%- for message in messages -%}
{{ message.role | upper }}: {% if message.content is string %}{{ message.content }}{% else %}
{%- for part in message.content %}{% if part.type in ('image', 'image_url') %}<image>
{% elif part.type == 'text' %}{{ part.text }}{% endif %}{% endfor %}{% endif %} {% endfor -%}
{%- if add_generation_prompt %}ASSISTANT:{% endif -%}"""
