"""The formats by their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from agent.wire import Wire
from agent.wire_anthropic import AnthropicWire
from agent.wire_chat import ChatWire
from agent.wire_dashscope import DashScopeWire

WIRES: Mapping[str, Wire] = MappingProxyType(
    {wire.name: wire for wire in (ChatWire(), DashScopeWire(), AnthropicWire())}
)
"""What `--wire` takes."""
