"""What the audit reads in an image: licences in copyright files, and the bill of material."""

from images import Contents, Package, _licences, bill_of_material

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
