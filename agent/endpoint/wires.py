"""The formats by their names."""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

from agent.endpoint.wire import Wire
from agent.endpoint.wire_anthropic import AnthropicWire
from agent.endpoint.wire_chat import ChatWire
from agent.endpoint.wire_dashscope import DashScopeWire

WIRES: Mapping[str, Wire] = MappingProxyType(
    {wire.name: wire for wire in (ChatWire(), DashScopeWire(), AnthropicWire())}
)
"""What `--wire` takes."""
