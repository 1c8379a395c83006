"""A work list of 100 rows with names among 100,000 dossiers (tests/bench/dossier_list/dossier_list.cpp)."""
import json
import subprocess

import instance
import table

NAMES = {"everything": "all", "to_review": "those to review", "page_900": "from row 90,000",
         "calendar": "calendar of terms", "calendar_800": "calendar from row 800"}


def rows(programs):
    table.note(f"dossier list: filling the database ({table.load()})")
    with instance.folder() as folder:
        command = [programs / "bench_dossier_list", folder, "--benchmark_repetitions=9", "--benchmark_enable_random_interleaving=true",
                   "--benchmark_report_aggregates_only=true", "--benchmark_format=json"]
        report = json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE).stdout)
    return [table.below(f"list of 100 of 100,000 dossiers: {NAMES[entry['run_name'].split('/')[0]]}", entry["real_time"], "ms", 150)
            for entry in report["benchmarks"] if entry["aggregate_name"] == "median"]
