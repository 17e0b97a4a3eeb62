"""Flags win over environment over file; what is wrong is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from agent.cli import build_parser, option_actions
from agent.config import RunOptions, run_options
from agent.errors import UsageError


@pytest.fixture(autouse=True)
def _no_file_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.config._default_path", lambda: tmp_path / "config.toml")


def options(*argv: str, env: dict[str, str] | None = None, command: str = "run") -> RunOptions:
    parser = build_parser()
    given = vars(parser.parse_args([command, "task", *argv]))
    given.pop("command")
    return run_options(given, option_actions(parser, command), env or {})


def test_every_option_of_the_command_line_is_an_option() -> None:
    for command, extra in (("run", {"dry_run"}), ("plan", set())):
        names = {name.replace("json", "json_") for name in option_actions(build_parser(), command)}
        assert names == set(RunOptions.model_fields) - {"task", "dry_run"} | extra


def test_flags_win_over_environment_over_file(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text('max-steps = 3\nmodel = "a"\nhigh_res = false\nlaunch = ["x", "y"]\n')
    env = {"AGENT_MODEL": "b", "AGENT_MAX_STEPS": "4"}
    assert options().max_steps == 3
    assert options().launch == ("x", "y")
    assert options(env=env).max_steps == 4
    assert options("--max-steps", "5", env=env).max_steps == 5
    assert options("--max-steps", "5", env=env).model == "b"
    assert options("--high-res").high_res is True
    assert options("--launch", "z").launch == ("z",)


@pytest.mark.parametrize("word", ["1", "true", "YES", "on"])
def test_words_for_yes(word: str) -> None:
    assert options(env={"AGENT_ALLOW_HTTP": word, "AGENT_THINKING": word}).thinking is True


def test_words_for_no() -> None:
    assert options(env={"AGENT_STREAM": "off", "AGENT_RECORD": "false"}).record is False
    assert options(env={"AGENT_STREAM": "off"}).stream is False
    assert options(env={"AGENT_RECORD": "elsewhere"}).record == Path("elsewhere")
    assert options("--no-record").record is False


def test_sizes_and_regions_from_the_environment() -> None:
    env = {"AGENT_VIRTUAL": "800x600", "AGENT_REGION_OF_SCREEN": "-5,0,10,20"}
    assert options(env=env).virtual == (800, 600)
    assert options(env=env).region_of_screen == (-5, 0, 10, 20)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MAX_STEPS", "many"),
        ("MAX_STEPS", "0"),
        ("STREAM", "perhaps"),
        ("REGION", "paris"),
        ("VIRTUAL", "big"),
        ("APPROVE", "risky"),
        ("TEMPERATURE", "warm"),
        ("MODEL_TIMEOUT", "nan"),
    ],
)
def test_a_wrong_variable_is_named(name: str, value: str) -> None:
    with pytest.raises(UsageError, match=f"AGENT_{name}"):
        options(env={f"AGENT_{name}": value})


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("max-step = 3", "max-step"),
        ("max-steps = [3]", "max-steps"),
        ('max-steps = "x"', "max-steps"),
        ("[table]\nx = 1", "table"),
        ("max-steps = ", "is not TOML"),
    ],
)
def test_a_wrong_file_is_named(tmp_path: Path, text: str, message: str) -> None:
    file = tmp_path / "config.toml"
    file.write_text(text)
    with pytest.raises(UsageError) as error:
        options()
    assert message in str(error.value)
    assert "config.toml" in str(error.value)


def test_a_named_file_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no configuration file"):
        options("--config", str(tmp_path / "none.toml"))
    with pytest.raises(UsageError, match="cannot read"):
        options("--config", str(tmp_path))


@pytest.mark.parametrize(
    "argv",
    [
        ("--base-url", "http://localhost/v1"),
        ("--base-url", "http://localhost/v1", "--model", "m", "--region", "beijing"),
        ("--temperature", "0.1", "--top-p", "0.2"),
        ("--max-pixels", "1000000"),
        ("--max-pixels", "5", "--no-high-res"),
        ("-o", "out"),
        ("-q", "-v"),
        ("--settle-min", "4"),
        ("--monitor", "-1"),
    ],
)
def test_combinations_that_cannot_be(argv: tuple[str, ...]) -> None:
    with pytest.raises(UsageError):
        options(*argv)


def test_the_stronger_of_temperature_and_top_p_drops_the_other() -> None:
    got = options("--top-p", "0.5", env={"AGENT_TEMPERATURE": "0.2"})
    assert got.top_p == 0.5
    assert got.temperature is None


def test_a_dry_run_has_fewer_steps() -> None:
    assert options().steps == 30
    assert options("--dry-run").steps == 5
    assert options(command="plan").max_steps is None
    assert options("--dry-run", "--max-steps", "9").steps == 9
