"""What was checked, step by step, and the table that says how it went."""
import contextlib
import re
import traceback


class Checks:
    def __init__(self):
        self.rows = []  # (step, what, right, detail)
        self._step = ""

    @contextlib.contextmanager
    def step(self, title):
        """A part of the story. One that breaks off is a failed check; the next step still runs."""
        self._step = title
        print(f"\n== {title}", flush=True)
        try:
            yield
        except Exception as error:  # the table must name what broke off, whatever it was
            traceback.print_exc()
            self.that("this step could be walked to its end", False, f"{type(error).__name__}: {error}")

    def that(self, what, right, detail=""):
        """Notes one check; returns whether it is right."""
        self.rows.append((self._step, what, bool(right), " ".join(str(detail).split())))
        print(f"  {'ok  ' if right else 'FAIL'} {what}" + (f" ({self.rows[-1][3][:300]})" if detail and not right else ""), flush=True)
        return bool(right)

    def has(self, what, text, *parts):
        """Every part stands in the text."""
        missing = [part for part in parts if part not in text]
        return self.that(what, not missing, f"not there: {missing} in: {text[:1500]}" if missing else "")

    def lacks(self, what, text, *parts):
        """No part stands in the text, however it is written. A number within an identifier is none."""
        there = [part for part in parts if re.search(rf"(?<![0-9a-f]){part}(?![0-9a-f])" if part.isdigit() else re.escape(part), text, re.I)]
        return self.that(what, not there, f"there: {there}" if there else "")

    @property
    def failed(self):
        return [row for row in self.rows if not row[2]]

    def markdown(self):
        lines = ["# What was checked", "", "| step | check | right | remark |", "|---|---|---|---|"]
        for step, what, right, detail in self.rows:
            remark = detail.replace("|", "\\|")[:400] if not right else ""
            lines.append(f"| {step} | {what} | {'yes' if right else '**NO**'} | {remark} |")
        lines += ["", f"{len(self.rows)} checks, {len(self.failed)} not right."]
        return "\n".join(lines) + "\n"

    def print_summary(self):
        print()
        for step in dict.fromkeys(row[0] for row in self.rows):
            rows = [row for row in self.rows if row[0] == step]
            wrong = sum(not row[2] for row in rows)
            print(f"{'FAIL' if wrong else 'ok  '}  {len(rows) - wrong:3}/{len(rows):<3}  {step}")
        for step, what, _, detail in self.failed:
            print(f"  FAIL {step}: {what}: {detail[:300]}")
        print(f"{len(self.rows)} checks, {len(self.failed)} not right.")
