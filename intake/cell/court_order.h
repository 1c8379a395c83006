// intake/cell/court_order.h - what a beschikking about mentorschap, curatele or bewind says (BW boek 1, titels 16, 19
// and 20): read from its words, to be confirmed by a person.
//
// Courts write it in much the same words, so the words before a name or a date tell what it is. What does not stand
// behind such words is left empty: an empty proposal costs a minute, a wrong one may cost more.
// Threads: free function.
#ifndef INTAKE_CELL_COURT_ORDER_H_
#define INTAKE_CELL_COURT_ORDER_H_

#include <string_view>

#include "intake/findings.h"

namespace zp::intake::cell {

/// `text`: of all pages, lines kept.
CourtOrder read_court_order(std::string_view text);

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_COURT_ORDER_H_
