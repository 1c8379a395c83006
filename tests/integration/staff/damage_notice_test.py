#!/usr/bin/python3
"""Mail that the disk has spoiled stands on the page Postvakken, and in the menu of every page, until somebody has dealt with it."""
import os
import unittest

from instance import Instance
from staff import Staff

INSTANCE = Instance(os.environ["INSTANCE"], os.environ["PROGRAMS"])
BUNDLE = "5eed" * 8


class DamageNotice(unittest.TestCase):
    def test_staff_are_told_until_it_is_settled(self):
        clerk = Staff(INSTANCE.workbench, "p.postma", INSTANCE.credentials)
        clerk.log_in()
        page = lambda path: clerk.get(path).body.decode()  # noqa: E731
        self.assertNotIn("beschadigd", page("/postvakken"))
        before = page("/").count("let op")
        kept = next(INSTANCE.folder.rglob("incoming/aside")) / f"torn-{BUNDLE}"
        kept.write_bytes(b"ZPBUND1\n")
        self.assertIn("Binnengekomen post is op de schijf beschadigd", page("/postvakken"))
        self.assertGreater(page("/").count("let op"), before)
        status, told = INSTANCE.zegelpost("balance", "settle", BUNDLE)
        self.assertEqual(status, 0, told)
        self.assertFalse(kept.exists())
        self.assertNotIn("beschadigd", page("/postvakken"))
        self.assertEqual(page("/").count("let op"), before)


if __name__ == "__main__":
    unittest.main(verbosity=2)
