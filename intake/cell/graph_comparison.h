// intake/cell/graph_comparison.h - are two object graphs of two revisions of a PDF the same?
//
// Graphs have loops, so two objects are the same unless a difference can be reached from them. Pairs that were equated
// beforehand are not looked into.
// Throws what QPDF throws.
#ifndef INTAKE_CELL_GRAPH_COMPARISON_H_
#define INTAKE_CELL_GRAPH_COMPARISON_H_

#include <qpdf/QPDFObjectHandle.hh>
#include <set>
#include <utility>
#include <vector>

namespace zp::intake::cell {

class GraphComparison {
 public:
  /// Both must be indirect; otherwise nothing happens.
  void equate(QPDFObjectHandle before, QPDFObjectHandle after);
  bool same(QPDFObjectHandle before, QPDFObjectHandle after);
  /// Was this object of the revision before met inside a graph that is the same?
  bool looked_at(QPDFObjectHandle before) const { return looked_at_.contains(before.getObjGen()); }

 private:
  using Pair = std::pair<QPDFObjectHandle, QPDFObjectHandle>;
  using Ids = std::pair<QPDFObjGen, QPDFObjGen>;

  bool same_here(QPDFObjectHandle before, QPDFObjectHandle after);
  bool same_dictionary(QPDFObjectHandle before, QPDFObjectHandle after);
  bool same_stream(QPDFObjectHandle before, QPDFObjectHandle after);

  std::set<Ids> equal_;
  std::set<QPDFObjGen> looked_at_;
  std::vector<Pair> to_compare_;
  std::set<Ids> assumed_;
};

}  // namespace zp::intake::cell

#endif  // INTAKE_CELL_GRAPH_COMPARISON_H_
