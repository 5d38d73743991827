"""Chat templates: read as Transformers saves them, run in a sandbox, blind to the clock."""

import json
from pathlib import Path

import pytest

from stepsmith.schemas import RecipeError
from stepsmith.transforms.policy.chat import ChatTemplate, Message, read_chat_template

HELLO = [Message(role="user", content="hello")]
CHATML = """\
{%- for message in messages %}
    {%- if message.role == 'nobody' %}{% continue %}{% endif %}
    {{- '<|im_start|>' + message['role'] + '\\n' + message['content'] + '<|im_end|>' + '\\n' }}
{%- endfor %}
{%- if add_generation_prompt %}
    {{- '<|im_start|>assistant\\n' }}
{%- endif %}
"""


def apply(source: str) -> str:
    return ChatTemplate(source=source, bos="<s>", eos="</s>").render(HELLO)


def test_a_template_is_rendered_up_to_the_models_turn() -> None:
    assert apply(CHATML) == "<|im_start|>user\nhello<|im_end|>\n<|im_start|>assistant\n"


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ bos_token }}|{{ eos_token }}", "<s>|</s>"),
        ("{{ messages | tojson }}", '[{"role": "user", "content": "hello"}]'),
        ("{{ '<é>' | tojson }}", '"<é>"'),
        ("a\n{% if true %}\nb\n{% endif %}\n", "a\nb\n"),
        ("a {%- generation %} b {% endgeneration -%} c", "a b c"),
        ("{% if strftime_now is defined %}today{% else %}no clock{% endif %}", "no clock"),
        ("{% if tools is defined %}tools{% else %}no tools{% endif %}", "no tools"),
    ],
)
def test_templates_may_use_what_models_use(source: str, text: str) -> None:
    assert apply(source) == text


@pytest.mark.parametrize(
    ("source", "why"),
    [
        ("{{ raise_exception('roles must alternate') }}", "roles must alternate"),
        ("{{ messages.append(1) }}", "not safely callable|unsafe"),
        ("{{ ''.__class__.__mro__[1].__subclasses__() }}", "unsafe"),
        ("{% if %}", "Expected an expression"),
    ],
)
def test_a_template_that_refuses_or_reaches_out_is_a_recipe_error(source: str, why: str) -> None:
    with pytest.raises(RecipeError, match=why) as caught:
        apply(source)
    assert "the chat template cannot be applied" in str(caught.value)


def save(folder: Path, config: dict[str, object]) -> None:
    (folder / "tokenizer_config.json").write_text(json.dumps(config), encoding="utf-8")


def test_a_template_is_read_from_the_tokenizers_configuration(tmp_path: Path) -> None:
    save(tmp_path, {"chat_template": "hi", "bos_token": "<s>", "eos_token": {"content": "</s>"}})
    assert read_chat_template(tmp_path) == ChatTemplate(
        source="hi",
        bos="<s>",
        eos="</s>",
        origin=str(tmp_path / "tokenizer_config.json"),
    )


def test_a_file_of_its_own_goes_before_the_configuration(tmp_path: Path) -> None:
    save(tmp_path, {"chat_template": "old", "bos_token": None, "eos_token": "</s>", "other": 1})
    (tmp_path / "chat_template.jinja").write_text("new", encoding="utf-8")
    template = read_chat_template(str(tmp_path))
    assert (template.source, template.bos, template.eos) == ("new", "", "</s>")


def test_a_template_without_a_configuration_is_read(tmp_path: Path) -> None:
    (tmp_path / "chat_template.jinja").write_text("new", encoding="utf-8")
    assert read_chat_template(tmp_path).source == "new"


def test_the_default_of_several_templates_is_taken(tmp_path: Path) -> None:
    named = [{"name": "tool_use", "template": "t"}, {"name": "default", "template": "d"}]
    save(tmp_path, {"chat_template": named})
    assert read_chat_template(tmp_path).source == "d"


@pytest.mark.parametrize(
    "config",
    [None, {}, {"chat_template": None}, {"chat_template": [{"name": "a", "template": "b"}]}],
)
def test_a_folder_without_a_template_is_refused(
    tmp_path: Path, config: dict[str, object] | None
) -> None:
    if config is not None:
        save(tmp_path, config)
    with pytest.raises(RecipeError, match=f"no chat template in {tmp_path}"):
        read_chat_template(tmp_path)


def test_a_damaged_configuration_is_refused(tmp_path: Path) -> None:
    (tmp_path / "tokenizer_config.json").write_text("{", encoding="utf-8")
    with pytest.raises(RecipeError, match=r"tokenizer_config\.json cannot be used"):
        read_chat_template(tmp_path)
