"""What the audit reads in an image: licences in copyright files, and the bill of material."""

import functools
import shutil
from pathlib import Path

import images
import pytest
from findings import Finding
from images import Contents, Package, _licences, bill_of_material
from lacking import lacking

FIELDS = """Format: 1.0

Files: *
License: LGPL-2.1+
 This library is free software.

License: Expat
 Permission is hereby granted, free of charge
"""


def test_licences_are_those_of_the_fields_else_of_the_words() -> None:
    assert _licences(FIELDS) == ("Expat", "LGPL-2.1+")
    assert _licences("Debianized. On Debian systems, the GNU General Public License") == ("GPL",)
    assert _licences("Redistribution and use, in the\npublic domain") == (
        *("MIT or BSD", "public domain"),
    )
    assert _licences("All rights reserved.") == ()
    assert _licences("") == ()


def test_a_bill_of_material_names_each_package_by_its_address() -> None:
    tool = Package("zlib1g", "1:1.2.13.dfsg-1+b1", "amd64", "zlib", ("Zlib",))
    bill = bill_of_material(Contents([tool], [("Scikit_Learn", "1.5", "BSD-3-Clause")]), "0.1.0")
    assert [part["purl"] for part in bill["components"]] == [
        "pkg:deb/debian/zlib1g@1%3A1.2.13.dfsg-1%2Bb1?arch=amd64",
        "pkg:pypi/scikit-learn@1.5",
    ]
    licences = [part["licenses"][0]["license"]["name"] for part in bill["components"]]
    assert licences == ["Zlib", "BSD-3-Clause"]


@pytest.fixture
def small_image(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Lets podman build a small image of one layer, in place of evosweep's commit."""
    if shutil.which("podman") is None:
        lacking("podman is not installed")
    (tmp_path / "Dockerfile").write_text("FROM scratch AS workflow\nCOPY file /file\n")
    (tmp_path / "file").write_text("the same")
    copy = functools.partial(shutil.copytree, tmp_path, dirs_exist_ok=True)
    monkeypatch.setattr(images, "commit", copy)
    monkeypatch.setattr(images, "IMAGE", "evosweep-audit-test")
    monkeypatch.delenv("BASE_IMAGE", raising=False)


@pytest.mark.slow
@pytest.mark.container
@pytest.mark.usefixtures("small_image")
def test_two_builds_are_compared_layer_by_layer(monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(images.build_twice()) == 1
    build = images._build

    def change_then_build(tag: str, context: str) -> list[str]:
        Path(context, "file").write_text(f"for {tag}")
        return build(tag, context)

    monkeypatch.setattr(images, "_build", change_then_build)
    with pytest.raises(Finding, match=r"layers \[0\] of 1 differ in two builds: Files /file and"):
        images.build_twice()
