"""Makes the generated objects of one resource what its plan says: apply, repair, prune; never touch a foreign one."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, auto
from typing import Any, Final, Protocol

from bursar.compiler.objects import bounded_name
from bursar.compiler.plan import ChildRef, Manifest
from bursar.conventions import FIELD_MANAGER, ChildKind
from bursar.engine.digest import desired_digest
from bursar.engine.owners import Commons, Owner, labelled_owner
from bursar.engine.ports import Clock, Cluster
from bursar.engine.store import Child, ChildIndex, child_of
from bursar.errors import TransientError

REPAIRS_UNTIL_CONTESTED: Final = 5
CONTESTED_SECONDS: Final = 60.0


class NotOwned(TransientError):
    """An object of the wanted name exists and belongs to somebody else."""

    def __init__(self, ref: ChildRef) -> None:
        super().__init__(
            f"{ref.kind} {ref.namespace}/{ref.name} exists and was not made by Bursar; it stays untouched. "
            "Delete or rename it, and Bursar takes the name"
        )
        self.ref = ref


class Contested(TransientError):
    """Somebody changes an object again as often as it is restored."""

    def __init__(self, ref: ChildRef) -> None:
        super().__init__(
            f"{ref.kind} {ref.namespace}/{ref.name} was restored {REPAIRS_UNTIL_CONTESTED} times within a minute and "
            "changed again each time; find who writes it (kubectl get --show-managed-fields) and end that. "
            f"It is restored again in {CONTESTED_SECONDS:.0f} s"
        )


class Owning(Protocol):
    """Whoever has generated objects: a resource or, without a uid, a namespace as a whole."""

    @property
    def key(self) -> Owner:
        """What the objects are remembered by."""
        ...

    @property
    def uid(self) -> str:
        """What an ownerReference names."""
        ...


class Outcome(Enum):
    """What it took to bring one object in line."""

    UNCHANGED = auto()
    WRITTEN = auto()
    REPAIRED = auto()  # somebody else had changed or deleted it


@dataclass(slots=True)
class _Memory:
    """What we last wanted of an object, what the server made of that, and when it had to be restored."""

    wanted: bytes = b""
    answered: bytes = b""
    repairs: tuple[float, ...] = ()

    def count_repair(self, ref: ChildRef, now: float) -> None:
        """Note that the object is restored; raises Contested while that happens too often to be of use."""
        if len(self.repairs) == REPAIRS_UNTIL_CONTESTED and now - self.repairs[0] < CONTESTED_SECONDS:
            raise Contested(ref)
        self.repairs = (*self.repairs, now)[-REPAIRS_UNTIL_CONTESTED:]


class Children:
    """Applies plans. All state is a cache of the cluster: losing it costs reads, never correctness."""

    def __init__(self, cluster: Cluster, index: ChildIndex, clock: Clock) -> None:
        self._cluster = cluster
        self._index = index
        self._clock = clock
        self._memory: defaultdict[Owner, dict[ChildRef, _Memory]] = defaultdict(dict)

    async def bring_in_line(self, owner: Owning, manifests: Sequence[Manifest]) -> tuple[ChildRef, ...]:
        """Make exactly these objects exist for an owner; returns those that had drifted and were repaired.

        Raises NotOwned for a foreign object of the same name, and whatever the API server answers.
        """
        wanted = {ref_of(manifest): manifest for manifest in manifests}
        repaired = [
            ref for ref, manifest in wanted.items() if await self._ensure(owner, ref, manifest) is Outcome.REPAIRED
        ]
        for child in self._index.of(owner.key):
            if child.ref not in wanted:
                await self._delete(child)
        return tuple(repaired)

    def forget(self, owner: Owner) -> None:
        """Drop what is remembered of a deleted resource's objects."""
        self._memory.pop(owner, None)

    async def _ensure(self, owner: Owning, ref: ChildRef, manifest: Manifest) -> Outcome:
        wanted = desired_digest(manifest)
        memory = self._memory[owner.key].setdefault(ref, _Memory())
        drifted = memory.wanted == wanted
        child = self._index.get(ref)
        answer = await self._cluster.create(manifest) if child is None and not memory.wanted else None
        if child is None and answer is None:
            child = await self._adopt(owner, ref)
        if child is not None and (child.digest == wanted or (drifted and child.digest == memory.answered)):
            return Outcome.UNCHANGED
        if drifted:
            memory.count_repair(ref, self._clock.monotonic())
        applied = await self._settle(ref, manifest, wanted, answer or await self._cluster.apply(manifest))
        memory.wanted, memory.answered = wanted, applied.digest if applied is not None else b""
        return Outcome.REPAIRED if drifted else Outcome.WRITTEN

    async def _settle(self, ref: ChildRef, manifest: Manifest, wanted: bytes, answer: Manifest) -> Child | None:
        """Take the server's answer to an apply, and put over it what somebody has added beside ours."""
        applied = child_of(ref, answer)
        if applied is None or applied.digest != wanted:
            answer = await self._cluster.replace(_over(manifest, answer))
            applied = child_of(ref, answer)
        if applied is not None:
            self._index.put(applied)
        return applied

    async def _adopt(self, owner: Owning, ref: ChildRef) -> Child | None:
        """Read an object that exists and that no watch has shown; an apply would merge into a foreign one."""
        live = await self._cluster.get(ref.kind, ref.namespace, ref.name)
        if live is None:
            return None
        if not _is_ours(owner, ref, live):
            raise NotOwned(ref)
        child = child_of(ref, live)
        if child is not None:
            self._index.put(child)
        return child

    async def _delete(self, child: Child) -> None:
        await self._cluster.delete(child.ref, uid=child.uid, resource_version=child.resource_version)
        self._index.remove(child.ref)
        self._memory[child.owner].pop(child.ref, None)


def ref_of(manifest: Manifest) -> ChildRef:
    """Name the object that a manifest describes."""
    metadata = manifest["metadata"]
    return ChildRef(ChildKind(manifest["kind"]), metadata["namespace"], metadata["name"])


def _is_ours(owner: Owning, ref: ChildRef, live: Manifest) -> bool:
    metadata = live["metadata"]
    if any(owner.uid and reference.get("uid") == owner.uid for reference in metadata.get("ownerReferences", ())):
        return True
    labelled = labelled_owner(ref, metadata)
    if isinstance(owner.key, Commons):
        return labelled == owner.key or _applied_by_us(metadata)
    return labelled == owner.key._replace(name=bounded_name(owner.key.name))


def _applied_by_us(metadata: Mapping[str, Any]) -> bool:
    """Tell whether we made an object: where nobody owns it, that remains when somebody takes our labels off."""
    return any(entry.get("manager") == FIELD_MANAGER for entry in metadata.get("managedFields", ()))


def _over(manifest: Manifest, answer: Manifest) -> Manifest:
    """The wanted object on top of a live one: labels and annotations of others stay, everything else is ours."""
    live = answer["metadata"]
    metadata = {
        **manifest["metadata"],
        "labels": {**live.get("labels", {}), **manifest["metadata"]["labels"]},
        "annotations": live.get("annotations", {}),
        "resourceVersion": live["resourceVersion"],
    }
    return {**manifest, "metadata": metadata}
