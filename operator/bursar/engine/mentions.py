"""Who names which channel: the lists of all resources, turned round and kept up to date.

Nothing of a kind is known here but that a resource may have a list of its own, or borrow one.
"""

from collections import defaultdict
from collections.abc import Iterable

from bursar.compiler.mentions import Mentions
from bursar.compiler.plan import Key
from bursar.conventions import Kind
from bursar.domain.notify import Notice
from bursar.domain.routes import Calls, Mention, calls

_NOTHING = Mentions(speaks=False)


class MentionIndex:
    """What every resource says, and for every channel who names it.

    What is deleted and still lent to others stays, because their alerts stay as well.
    """

    def __init__(self) -> None:
        self._said: dict[Key, Mentions] = {}
        self._borrowers: defaultdict[Key, set[Key]] = defaultdict(set)
        self._gone: set[Key] = set()
        self._naming: defaultdict[Key, set[Key]] = defaultdict(set)

    def put(self, key: Key, said: Mentions) -> frozenset[Key]:
        """Remember what a resource says; returns the channels for which that makes a difference."""
        self._gone.discard(key)
        return self._change(key, said)

    def remove(self, key: Key) -> frozenset[Key]:
        """Forget a resource; returns the channels for which that makes a difference."""
        if key not in self._borrowers:
            return self._change(key, _NOTHING)
        self._gone.add(key)
        return self._change(key, Mentions(self._said.get(key, _NOTHING).notices, speaks=False))

    def naming(self, channel: Key) -> frozenset[Key]:
        """The resources whose alerts tell a channel, whether it exists or not."""
        return frozenset(self._naming.get(channel, ()))

    def mentions(self, channel: Key) -> tuple[Mention, ...]:
        """Of which alerts a channel is told."""
        return tuple(
            Mention(key.kind, key.name, call)
            for key in self._naming.get(channel, ())
            for call in self._calls(key)[channel.name]
        )

    def _change(self, key: Key, said: Mentions) -> frozenset[Key]:
        affected = {key, *self._borrowers.get(key, ())}
        before = {each: self._calls(each) for each in affected}
        self._lend(key, said)
        if said == _NOTHING:
            self._said.pop(key, None)
        else:
            self._said[key] = said
        return frozenset(channel for each in affected for channel in self._turn_round(each, before[each]))

    def _lend(self, key: Key, said: Mentions) -> None:
        lender = self._said.get(key, _NOTHING).inherits
        if lender is not None:
            self._borrowers[lender].discard(key)
            if not self._borrowers[lender]:
                del self._borrowers[lender]
                self._bury(lender)
        if said.inherits is not None:
            self._borrowers[said.inherits].add(key)

    def _bury(self, lender: Key) -> None:
        if lender in self._gone:
            self._gone.discard(lender)
            self._said.pop(lender, None)

    def _calls(self, key: Key) -> Calls:
        said = self._said.get(key, _NOTHING)
        return calls(self._notices(said)) if said.speaks else {}

    def _notices(self, said: Mentions) -> tuple[Notice, ...]:
        if said.notices or said.inherits is None:
            return said.notices
        return self._said.get(said.inherits, _NOTHING).notices

    def _turn_round(self, key: Key, before: Calls) -> Iterable[Key]:
        after = self._calls(key)
        for name in before.keys() | after.keys():
            channel = Key(Kind.NOTIFICATION_CHANNEL, key.namespace, name)
            if name in after:
                self._naming[channel].add(key)
            else:
                self._naming[channel].discard(key)
                if not self._naming[channel]:
                    del self._naming[channel]
            if before.get(name) != after.get(name):
                yield channel
