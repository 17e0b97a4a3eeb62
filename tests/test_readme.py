"""What the README says, held against the program."""

from __future__ import annotations

import argparse
import re
import shlex
import shutil
import tomllib
from pathlib import Path

import pytest

from agent.arguments import build_parser
from agent.endpoint.access import AGENT_KEY, DASHSCOPE_KEY
from agent.live.settings import live_settings
from agent.offline.grammar import understand
from agent.permission.policy import Policy
from agent.recording.session import read_session

ROOT = Path(__file__).parents[1]
README = (ROOT / "README.md").read_text(encoding="utf-8")


def subparser(command: str) -> argparse.ArgumentParser:
    parsers = [action for action in build_parser()._actions if isinstance(action, argparse._SubParsersAction)]
    return parsers[0].choices[command]


def blocks(language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", README, re.DOTALL)


def test_the_table_has_every_option_and_no_other() -> None:
    table = README.partition("<!-- options -->")[2].partition("<!-- /options -->")[0]
    named = [
        option
        for row in table.splitlines()
        for option in re.findall(r"(?<![\w-])--?[a-z][a-z-]*", row.partition("|")[2].partition("|")[0])
    ]
    options = {option for action in subparser("run")._actions for option in action.option_strings}
    assert set(named) == options - {"-h", "--help"}


def commands() -> list[list[str]]:
    """The arguments of each `agent …` line, as a shell would give them."""
    lines = [line.partition("  #")[0] for block in blocks("sh") for line in block.splitlines()]
    return [shlex.split(line)[1:] for line in lines if line.startswith("agent ")]


def test_every_command_it_shows_can_be_parsed() -> None:
    assert len(commands()) >= 4
    for words in commands():
        assert build_parser().parse_args(words).command == words[0]


def test_the_offline_model_understands_its_examples() -> None:
    tasks = [build_parser().parse_args(words).task for words in commands() if "offline" in words]
    assert len(tasks) >= 2
    for task in tasks:
        assert understand(task)


def test_its_policy_is_one(tmp_path: Path) -> None:
    (block,) = [block for block in blocks("toml") if "[[rule]]" in block]
    assert tomllib.loads(block)
    (tmp_path / "policy.toml").write_text(block)
    Policy.read(tmp_path / "policy.toml")


def test_its_replay_file_is_one(tmp_path: Path) -> None:
    (block,) = [block for block in blocks("toml") if "[[exclude]]" in block]
    session = shutil.copytree(ROOT / "recordings" / "form", tmp_path / "session")
    (session / "replay.toml").write_text(block)
    settings = live_settings(read_session(session))
    assert settings.size == (1280, 800)
    assert settings.launch == ("python tests/apps/launcher.py",)
    assert len(settings.exclude) == len(settings.check) == 1


def test_it_names_the_keys() -> None:
    assert AGENT_KEY in README
    assert DASHSCOPE_KEY in README


def test_a_fresh_machine_needs_two_commands() -> None:
    first = blocks("sh")[0]
    assert [line.partition("#")[0].strip() for line in first.splitlines()] == ["make demo", "make test"]


@pytest.mark.parametrize("code", [0, 1, 2, 3, 4, 5, 6, 130])
def test_it_explains_every_exit_code(code: int) -> None:
    assert re.search(rf"[:·]\s{code} \w", README)


@pytest.mark.parametrize("document", ["README.md", "CONTRIBUTING.md", "recordings/README.md"])
def test_links_lead_somewhere(document: str) -> None:
    path = ROOT / document
    for target in re.findall(r"\]\(([^)]+)\)", path.read_text(encoding="utf-8")):
        assert target.startswith("https://") or (path.parent / target).exists(), target
