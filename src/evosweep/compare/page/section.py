"""The parts of a report: sections of paragraphs, tables and plots, in order."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from evosweep.compare.numbers.table import Table
from evosweep.compare.page.parameters import Parameters
from evosweep.compare.plots.canvas import Plot


@dataclass(frozen=True)
class InMlflow:
    """A run in MLflow: its id, and the address of the sign that `evosweep ui` shows it."""

    run: str
    sign: str


@dataclass
class Section:
    """A part of the report; `parts` are shown below its own tables and plots.

    `folded` tables are closed at first. `alerts` are prominent warnings. `problem` and `algorithm`
    are its subjects, empty for a section on all of them. `commands` can be copied; `links` are
    files beside the page, by their titles. `in_mlflow` is its run in MLflow.
    """

    anchor: str
    title: str
    paragraphs: list[str] = field(default_factory=list)
    alerts: list[str] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    folded: list[Table] = field(default_factory=list)
    plots: list[Plot] = field(default_factory=list)
    parts: list["Section"] = field(default_factory=list)
    problem: str = ""
    algorithm: str = ""
    commands: list[str] = field(default_factory=list)
    links: dict[str, str] = field(default_factory=dict)
    in_mlflow: InMlflow | None = None

    def walk(self) -> Iterator["Section"]:
        """Yield this section and all sections below it."""
        yield self
        for part in self.parts:
            yield from part.walk()


@dataclass(frozen=True)
class Page:
    """A whole report: its title, a summary in plain words, and its sections.

    `extra` tables are only written to files. `loud` are the alerts for standard error. `parameters`
    has the columns of swept parameters in files. `first` is the picture beside the summary, `back`
    the address of the page with a link to this one. `run_pages` are further pages by name.
    """

    title: str
    subtitle: str
    summary: list[str]
    alerts: list[str]
    sections: list[Section]
    extra: list[Table] = field(default_factory=list)
    loud: list[str] = field(default_factory=list)
    parameters: Parameters = field(default_factory=Parameters)
    first: Plot | None = None
    back: str = ""
    run_pages: Mapping[str, str] = field(default_factory=dict)

    def tables(self) -> Iterator[Table]:
        """Yield every table of the report that has files, each once."""
        yield from self.extra
        for section in self.sections:
            for part in section.walk():
                yield from (table for table in (*part.tables, *part.folded) if table.saved)

    def plots(self) -> Iterator[Plot]:
        """Yield every plot of the report."""
        yield from [self.first] if self.first else []
        for section in self.sections:
            for part in section.walk():
                yield from part.plots
