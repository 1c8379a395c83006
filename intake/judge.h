// intake/judge.h - from what was seen to a verdict, and to sentences for the sender.
//
// Runs on the trusted side of the cell, over findings that parse_findings() has bounded: no sentence a sender reads was
// made by a process that read a stranger's bytes. May be run again after a person corrected a finding.
//
// Verdicts, the first that applies:
//   rejected   cannot or must not be opened: crash, timeout, image bomb, decompression bomb, locked with a password, an empty file,
//              a program to be launched, a type that nobody can look at
//   unusable   opened, but of no use: every page blank; every page with something on it blurred; a digital signature that is broken
//   doubtful   a person must look: damaged, active content, embedded files, changed after signing or partly covered by the
//              signature, an attachment that is not usable, pages that were not read, a page blurred, an identity document
//              whose check digits fail
//   usable     none of these
// Threads: free functions.
#ifndef INTAKE_JUDGE_H_
#define INTAKE_JUDGE_H_

#include "intake/findings.h"

namespace zp::intake {

/// Sets `verdict` and `messages` of the findings and of all attachments. `as_of`: YYYY-MM-DD, the day of receipt;
/// empty: dates of expiry are not judged.
void judge(Findings& findings, std::string_view as_of = {});

/// Findings for a document whose inspection failed as a whole ("crash", "timeout", "not-inspected").
Findings failed_inspection(std::string hazard);

}  // namespace zp::intake

#endif  // INTAKE_JUDGE_H_
