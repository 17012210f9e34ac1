"""What only the broker's own node knows: bindings, policies, and who takes messages."""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Callable
from dataclasses import dataclass

from shared.messaging.topology import Binding

OWN_NAMES = "tessera "
"""How the names of the connections of Tessera's processes and commands begin."""

EXPRESSION = """
Host = <<"tessera">>,
Names = maps:from_list([
  {proplists:get_value(pid, One), case lists:keyfind(<<"connection_name">>, 1,
    proplists:get_value(client_properties, One)) of {_, _, Name} -> Name; _ -> <<>> end}
  || One <- rabbit_networking:connection_info_all([pid, client_properties])]),
Bindings = [
  [proplists:get_value(Key, One) || Key <- [source_name, destination_name, routing_key]]
  || One <- rabbit_binding:info_all(Host)],
Policies = [proplists:get_value(name, One) || One <- rabbit_policy:list(Host)],
Takers = [[iolist_to_binary(rabbit_misc:pid_to_string(proplists:get_value(connection, One))),
  maps:get(proplists:get_value(connection, One), Names, <<>>),
  proplists:get_value(user, One), proplists:get_value(name, One),
  proplists:get_value(messages_unacknowledged, One), proplists:get_value(consumer_count, One)]
  || One <- rabbit_channel:info_all([connection, user, name, messages_unacknowledged, consumer_count])],
Rights = [[proplists:get_value(Key, One) || Key <- [user, configure, write, read]]
  || One <- rabbit_auth_backend_internal:list_vhost_permissions(Host)],
binary_to_list(base64:encode(iolist_to_binary(rabbit_json:encode([Bindings, Policies, Takers, Rights])))).
"""
"""Erlang for the node. Its value is a text, which programs print alike except for line ends."""

_TEXT = re.compile(r'"([A-Za-z0-9+/=]*)"')


@dataclass(frozen=True)
class Taker:
    """A program that takes messages: its connection's id and name, its user, where it is, what it holds."""

    connection: str
    name: str
    user: str
    where: str
    unacknowledged: int
    consumers: int


@dataclass(frozen=True)
class BrokerNode:
    """The node of one stack; nothing of one that does not run, or is not ours to look into.

    `bindings` are those of the virtual host, None of a node that was not asked. `policies`: their names.
    `limited`: the users that may not configure, write and read everything there.
    """

    bindings: frozenset[Binding] | None = None
    policies: tuple[str, ...] = ()
    takers: tuple[Taker, ...] = ()
    limited: frozenset[str] = frozenset()


def read_node(evaluate: Callable[[str], str]) -> BrokerNode:
    """Ask the node; `evaluate` lets it evaluate an expression and returns what was printed."""
    encoded = "".join(_TEXT.findall(evaluate(EXPRESSION)))
    bindings, policies, takers, rights = json.loads(base64.b64decode(encoded))
    return BrokerNode(
        frozenset(Binding(*one) for one in bindings),
        tuple(policies),
        tuple(Taker(*one) for one in takers),
        frozenset(user for user, *patterns in rights if set(patterns) != {".*"}),
    )
