"""Whether something else than its own statement may have loaded a relationship of an object."""

from __future__ import annotations

from async_db_lint.index.expressions import Call, Literal, Sequence
from async_db_lint.index.scopes import Class, Function
from async_db_lint.project.effects.acts import Act
from async_db_lint.project.effects.events import Event
from async_db_lint.project.loading.arguments import Called, called
from async_db_lint.project.loading.loaders import Names
from async_db_lint.project.loading.models import Models
from async_db_lint.project.loading.objects import Objects
from async_db_lint.project.loading.relationships import EAGER, Relationship
from async_db_lint.project.loading.statements import Selected
from async_db_lint.project.names.places import place_of

WITHOUT_OBJECTS = frozenset("connection begin_nested fetch fetchrow fetchval executemany exec_driver_sql".split())


class OtherLoads:
    """Answers what queries beside an object's own may have brought."""

    def __init__(self, models: Models, objects: Objects) -> None:
        """Take the mapped classes, and what reads the project's statements."""
        self.models = models
        self.objects = objects

    def may_have(self, event: Event, cls: Class, relationship: Relationship) -> bool:
        """Whether an event may have loaded a relationship of objects of a class."""
        if event.act is Act.UNKNOWN:
            is_left = event.subject is not None and event.subject.origin is event.site
            return not is_left  # leaving a unit of work may commit or close, but has no reason to load
        if event.act is Act.ADD:
            return not relationship.is_collection and self._may_add(event.site, relationship)
        is_session = event.subject is None or not event.subject.is_connection
        if event.act is not Act.QUERY or event.site.method in WITHOUT_OBJECTS or not is_session:
            return False
        if event.site.method == "refresh":
            return self._may_refresh(event.site, relationship)
        selected = self.objects.selected(event.site, self._how(event))
        return selected is None or self.may_bring(selected, cls, relationship)

    def _how(self, event: Event) -> Called | None:
        """How the function was called in which an event happens."""
        how: Called | None = None
        for outer, inner in zip((event.call, *event.chain), event.chain, strict=False):
            scope = inner.block.scope
            if not isinstance(scope, Function):
                return None
            how = called(self.objects.inference, outer, scope, how)
        return how

    def may_bring(self, selected: Selected, cls: Class, relationship: Relationship) -> bool:
        """Whether a statement may bring a relationship of objects of a class, or the object that it leads to."""
        for entity in selected.entities:
            if entity is None:
                continue
            if self.models.related(entity, cls) and selected.loads.has((relationship.name,)):
                return True
            if not relationship.is_collection and self.brings(entity, selected, relationship.target):
                return True
        return any(path[-1] == relationship.name for path in selected.loads.paths if len(path) > 1)

    def brings(self, entity: Class, selected: Selected, target: Class | None) -> bool:
        """Whether objects of a class come with what is selected: then a many-to-one finds them without a query."""
        if target is None or selected.loads.is_open:
            return True
        ends = [self._end(entity, path) for path in selected.loads.paths]
        return any(cls is None or self._comes_with(cls, target, set()) for cls in (entity, *ends))

    def _comes_with(self, cls: Class, target: Class, seen: set[Class]) -> bool:
        """Whether objects of a class are of another, or load some of that by themselves."""
        if self.models.related(cls, target):
            return True
        seen.add(cls)
        model = self.models.of(cls)
        for relationship in model.relationships.values() if model is not None else ():
            if relationship.lazy is not None and relationship.lazy not in EAGER:
                continue
            other = relationship.target
            if other is None or (other not in seen and self._comes_with(other, target, seen)):
                return True
        return False

    def _end(self, entity: Class, path: Names) -> Class | None:
        """The class at the end of a path of relationships; None when it is not known."""
        for name in path:
            model = self.models.of(entity)
            relationship = None if model is None else model.relationships.get(name)
            if relationship is None or relationship.target is None:
                return None
            entity = relationship.target
        return entity

    def _may_refresh(self, site: Call, relationship: Relationship) -> bool:
        names = site.argument("attribute_names", 1)
        if names is None:
            return not relationship.is_collection and self._may_add(site, relationship)
        if not isinstance(names, Sequence):
            return True
        return any(not isinstance(item, Literal) or item.value == relationship.name for item in names.items)

    def _may_add(self, site: Call, relationship: Relationship) -> bool:
        """Whether the object that a session is given may be the one that a many-to-one leads to."""
        given = site.positional[:1]
        found = self.objects.of(given[0], place_of(site)) if given else None
        target = relationship.target
        if found is None or found.entity is None or target is None:
            return True
        return self.models.related(found.entity, target)
