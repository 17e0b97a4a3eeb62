"""Flags win over environment over file; what is wrong is named with its place."""

from __future__ import annotations

import json
import os
from pathlib import Path

import pytest

from agent.arguments import build_parser, option_actions
from agent.config import MAX_FILE_BYTES, run_options
from agent.errors import UsageError
from agent.options import RunOptions


@pytest.fixture(autouse=True)
def _no_file_of_the_user(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("agent.config._default_path", lambda: tmp_path / "config.toml")


def options(*argv: str, env: dict[str, str] | None = None, command: str = "run") -> RunOptions:
    parser = build_parser()
    given = vars(parser.parse_args([command, "task", *argv]))
    given.pop("command")
    return run_options(given, option_actions(parser, command), env or {})


def test_every_option_of_the_command_line_is_an_option() -> None:
    for command in ("run", "plan"):
        names = {name.replace("json", "json_") for name in option_actions(build_parser(), command)}
        assert names == set(RunOptions.model_fields) - {"task"}


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
        ("APPROVE", "sometimes"),
        ("TEMPERATURE", "warm"),
        ("MODEL_TIMEOUT", "nan"),
        ("NO_RECORD", "perhaps"),
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
        ("--image-tokens", "127"),
        ("--old-pictures", "-1"),
        ("--old-pictures", "101"),
        ("--image-tokens", "1024", "--max-pixels", "100000", "--no-high-res"),
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


@pytest.mark.parametrize(
    ("name", "value", "takes"),
    [
        ("max-steps", "abc", "'abc' is not a number from 1 on"),
        ("max-steps", True, "'true' is not a number from 1 on"),
        ("max-steps", 1.5, "'1.5' is not a number from 1 on"),
        ("max-seconds", "soon", "'soon' is not a number of seconds"),
        ("max-seconds", 0, "'0' is not a number of seconds above 0"),
        ("model-timeout", "inf", "'inf' is not a number of seconds"),
        ("virtual", [300, 200], "'[300, 200]' is not a size like 1280x800"),
        ("region-of-screen", "0,0,0,0", "W and H from 1 on"),
        ("monitor", "left", "'left' is not a whole number"),
        ("top-k", 0.5, "'0.5' is not a whole number"),
        ("temperature", "warm", "'warm' is not a number"),
        ("region", "paris", "beijing, singapore, virginia"),
        ("model", ["a"], "['a'] is not text"),
        ("policy", True, "True is not text"),
        ("launch", [1], "a command as text"),
        ("stream", "perhaps", "neither true nor false"),
    ],
)
def test_what_is_wrong_is_told_what_the_option_takes(tmp_path: Path, name: str, value: object, takes: str) -> None:
    (tmp_path / "config.toml").write_text(f"{name} = {json.dumps(value)}")
    with pytest.raises(UsageError) as error:
        options()
    assert takes in str(error.value)
    assert name in str(error.value)
    assert "config.toml" in str(error.value)


def test_an_empty_variable_counts_as_unset() -> None:
    empty = {"AGENT_MAX_STEPS": "", "AGENT_RECORD": "", "AGENT_CONFIG": "", "AGENT_STREAM": "", "AGENT_MODE": ""}
    assert options(env=empty) == options()


@pytest.mark.parametrize(
    ("variable", "nearest"),
    [
        ("AGENT_MAX_STEP", "AGENT_MAX_STEPS"),
        ("AGENT_max_steps", "AGENT_MAX_STEPS"),
        ("AGENT_APIKEY", "AGENT_API_KEY"),
        ("AGENT_CONFG", "AGENT_CONFIG"),
        ("AGENT_NORECORD", "AGENT_NO_RECORD"),
    ],
)
def test_a_misspelt_variable_is_an_error_that_names_the_nearest(variable: str, nearest: str) -> None:
    with pytest.raises(UsageError) as error:
        options(env={variable: "sk-canary"})
    assert f"{variable} is no option (did you mean {nearest}?)" in str(error.value)
    assert "canary" not in str(error.value)


def test_other_variables_are_none_of_ours() -> None:
    build_server = {"AGENT_NAME": "a", "AGENT_ID": "1", "AGENT_OS": "Linux", "AGENT_VERSION": "3", "AGENT_JOBNAME": "x"}
    assert options(env={"AGENT_API_KEY": "k", "SSH_AGENT_PID": "1", "AGENTS": "2", **build_server}) == options()


def test_a_misspelt_name_in_the_file_is_told_the_nearest(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("max-step = 3")
    with pytest.raises(UsageError, match=r"did you mean max-steps\?"):
        options()


@pytest.mark.parametrize(
    ("variables", "record"),
    [
        ({"NO_RECORD": "1"}, False),
        ({"NO_RECORD": "0"}, Path("recordings")),
        ({"RECORD": "1"}, Path("recordings")),
        ({"RECORD": "true"}, Path("recordings")),
        ({"RECORD": "0"}, False),
        ({"RECORD": "./1"}, Path("1")),
    ],
)
def test_whether_and_where_it_records(variables: dict[str, str], record: object) -> None:
    assert options(env={f"AGENT_{name}": value for name, value in variables.items()}).record == record


def test_no_record_in_the_file_and_over_it(tmp_path: Path) -> None:
    file = tmp_path / "config.toml"
    file.write_text("no-record = true\nno-stream = true")
    assert options().record is False
    assert options().stream is False
    assert options(env={"AGENT_RECORD": "yes"}).record == Path("recordings")
    assert options("--record", "there").record == Path("there")
    file.write_text('no-record = true\nrecord = "here"')
    with pytest.raises(UsageError, match="set twice"):
        options()
    file.write_text("max-steps = 1\nmax_steps = 2")
    with pytest.raises(UsageError, match="set twice"):
        options()


@pytest.mark.parametrize("word", ["true", "false"])
def test_a_dry_run_in_the_file_is_good_for_both_commands(tmp_path: Path, word: str) -> None:
    (tmp_path / "config.toml").write_text(f"dry-run = {word}")
    assert options().dry_run is (word == "true")
    parser = build_parser()
    given = {"task": "t", "dry_run": True}  # as `agent plan` has it
    assert run_options(given, option_actions(parser, "plan"), {}).dry_run is True


PAIRS = [
    ("temperature", "0.2", ["--top-p", "0.5"], "top_p", 0.5),
    ("temperature", "0", ["--top-p", "0.5"], "top_p", 0.5),
    ("top_p", "0.5", ["--temperature", "0"], "temperature", 0.0),
    ("quiet", "1", ["-v"], "verbose", True),
    ("verbose", "1", ["-q"], "quiet", True),
    ("region", "beijing", ["--base-url", "http://localhost/v1", "--model", "m"], "base_url", "http://localhost/v1"),
    ("base_url", "http://localhost/v1", ["--region", "beijing"], "region", "beijing"),
    ("max_pixels", "100000", ["--high-res"], "high_res", True),
    ("image_tokens", "1024", ["--no-high-res", "--max-pixels", "5000"], "max_pixels", 5000),
]


@pytest.mark.parametrize(("weak", "value", "argv", "strong", "kept"), PAIRS)
def test_the_stronger_place_drops_the_partner_in_the_weaker(
    weak: str, value: str, argv: list[str], strong: str, kept: object
) -> None:
    got = options(*argv, env={f"AGENT_{weak.upper()}": value})
    assert getattr(got, strong) == kept
    assert getattr(got, weak) == RunOptions.model_fields[weak].default


@pytest.mark.parametrize(("weak", "value", "argv", "strong", "kept"), PAIRS)
def test_both_in_one_place_are_an_error(weak: str, value: str, argv: list[str], strong: str, kept: object) -> None:
    env = {f"AGENT_{weak.upper()}": value, f"AGENT_{strong.upper()}": str(kept), "AGENT_MODEL": "m"}
    with pytest.raises(UsageError):
        options(env=env)


def test_what_is_switched_off_drops_nothing(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("quiet = true\nhigh-res = false")
    assert options(env={"AGENT_VERBOSE": "0"}).quiet is True
    assert options("--max-pixels", "5000").high_res is False
    assert options("--no-high-res", env={"AGENT_MAX_PIXELS": "5000"}).max_pixels == 5000


def test_the_file_over_the_environment_over_the_flag_has_three_places(tmp_path: Path) -> None:
    (tmp_path / "config.toml").write_text("temperature = 0.1")
    got = options("--temperature", "0.3", env={"AGENT_TOP_P": "0.5"})
    assert (got.temperature, got.top_p) == (0.3, None)
    assert options(env={"AGENT_TOP_P": "0.5"}).temperature is None


def test_the_environment_names_the_file_and_the_flag_another(tmp_path: Path) -> None:
    (tmp_path / "a.toml").write_text("max-steps = 5")
    (tmp_path / "b.toml").write_text("max-steps = 6")
    env = {"AGENT_CONFIG": str(tmp_path / "a.toml")}
    assert options(env=env).max_steps == 5
    assert options("--config", str(tmp_path / "b.toml"), env=env).max_steps == 6
    with pytest.raises(UsageError, match=r"no configuration file .*c\.toml"):
        options(env={"AGENT_CONFIG": str(tmp_path / "c.toml")})


def test_a_file_is_a_file_of_some_size(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="no regular file"):
        options("--config", "/dev/zero")
    os.mkfifo(tmp_path / "pipe")
    with pytest.raises(UsageError, match="no regular file"):
        options("--config", str(tmp_path / "pipe"))
    (tmp_path / "large").write_bytes(b"#" * MAX_FILE_BYTES)
    assert options("--config", str(tmp_path / "large")) == options()
    (tmp_path / "large").write_bytes(b"#" * (MAX_FILE_BYTES + 1))
    with pytest.raises(UsageError, match="larger than 1 MB"):
        options("--config", str(tmp_path / "large"))


@pytest.mark.parametrize(
    "text", [b"x = " + b"[" * 100_000, b"x = " + b"1" * 5_000, b"\xff\xfe", b"x = 1\nx = 2", b"x = \x00"]
)
def test_what_is_no_toml_is_one_line(tmp_path: Path, text: bytes) -> None:
    (tmp_path / "config.toml").write_bytes(text)
    with pytest.raises(UsageError, match="is not TOML") as error:
        options()
    assert "\n" not in str(error.value)


@pytest.mark.parametrize(
    ("argv", "words"),
    [
        (("--max-seconds", "0"), "seconds above 0"),
        (("--max-seconds", "nan"), "number of seconds"),
        (("--region-of-screen", "0,0,0,0"), "--region-of-screen"),
        (("--region-of-screen", "0,0,10,0"), "W and H from 1 on"),
        (("--region-of-screen", "0,0,-5,10"), "X,Y,W,H"),
        (("--max-steps", "many"), "'many' is not a number from 1 on"),
        (("--monitor", "x"), "'x' is not a whole number"),
        (("--settle-min", "x"), "'x' is not a number of seconds"),
    ],
)
def test_a_wrong_flag_is_a_usage_error(capsys: pytest.CaptureFixture[str], argv: tuple[str, ...], words: str) -> None:
    with pytest.raises(SystemExit) as end:
        options(*argv)
    assert end.value.code == 2
    said = capsys.readouterr().err
    assert words in said
    assert argv[0] in said
    assert said.count("\n") == 1


def test_a_run_may_wait_for_nothing() -> None:
    assert options("--settle-min", "0", "--settle-max", "0").settle_max == 0
    assert options("--max-seconds", "0.5").max_seconds == 0.5
