// PDFs made by hand for tests: right cross-references, nothing hidden.
#ifndef TESTS_INTEGRATION_CELLS_SMALL_PDF_H_
#define TESTS_INTEGRATION_CELLS_SMALL_PDF_H_

#include <algorithm>
#include <map>
#include <string>

namespace zp::test {

class SmallPdf {
 public:
  /// One A4 page with `text` in Helvetica, which the file does not carry. Objects 1 to 5 are catalog, pages, page,
  /// font, content.
  explicit SmallPdf(const std::string& text = "Zegelpost") {
    object(1, "<</Type/Catalog/Pages 2 0 R" + std::string(kMark) + ">>");
    object(2, "<</Type/Pages/Kids[3 0 R]/Count 1>>");
    object(3, "<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]/Contents 5 0 R/Resources<</Font<</F 4 0 R>>>>" +
                  std::string(kMark) + ">>");
    object(4, "<</Type/Font/Subtype/Type1/BaseFont/Helvetica>>");
    stream(5, "", "BT /F 14 Tf 60 760 Td 20 TL " + show(text) + " ET");
  }

  SmallPdf& object(int number, std::string body) {
    objects_[number] = std::move(body);
    return *this;
  }
  SmallPdf& stream(int number, const std::string& keys, const std::string& data) {
    return object(number, "<<" + keys + "/Length " + std::to_string(data.size()) + ">>stream\n" + data + "\nendstream");
  }
  /// Adds `keys` to the dictionary of the catalog or the page.
  SmallPdf& add_to_catalog(const std::string& keys) { return add(1, keys); }
  SmallPdf& add_to_page(const std::string& keys) { return add(3, keys); }

  std::string bytes() const {
    std::string pdf = "%PDF-1.7\n%\xE2\xE3\xCF\xD3\n";
    append_section(pdf, objects_, 0);
    return pdf;
  }

  /// `pdf` with `changed` appended as an incremental update.
  static std::string updated(std::string pdf, const std::map<int, std::string>& changed) {
    const std::size_t previous = std::stoul(pdf.substr(pdf.rfind("startxref") + 10));
    append_section(pdf, changed, previous);
    return pdf;
  }

  const std::string& body(int number) const { return objects_.at(number); }

 private:
  static constexpr const char* kMark = " ";

  SmallPdf& add(int number, const std::string& keys) {
    std::string& body = objects_[number];
    body.insert(body.size() - 2, keys);
    return *this;
  }

  static std::string show(const std::string& text) {
    std::string lines = "(";
    for (const char c : text) {
      if (c == '\n')
        lines += ") Tj T* (";
      else
        lines += c;
    }
    return lines + ") Tj";
  }

  static void append_section(std::string& pdf, const std::map<int, std::string>& objects, std::size_t previous) {
    std::map<int, std::size_t> offsets;
    for (const auto& [number, body] : objects) {
      offsets[number] = pdf.size();
      pdf += std::to_string(number) + " 0 obj\n" + body + "\nendobj\n";
    }
    const std::size_t table = pdf.size();
    const int least_size = previous == 0 ? 6 : std::stoi(pdf.substr(pdf.rfind("/Size ") + 6));
    pdf += "xref\n";
    if (previous == 0) pdf += "0 1\n0000000000 65535 f \n";
    for (const auto& [number, offset] : offsets) {
      std::string digits = std::to_string(offset);
      pdf += std::to_string(number) + " 1\n" + std::string(10 - digits.size(), '0') + digits + " 00000 n \n";
    }
    pdf += "trailer\n<</Size " + std::to_string(std::max(objects.rbegin()->first + 1, least_size)) + "/Root 1 0 R" +
           (previous ? "/Prev " + std::to_string(previous) : "") + ">>\nstartxref\n" + std::to_string(table) +
           "\n%%EOF\n";
  }

  std::map<int, std::string> objects_;
};

}  // namespace zp::test

#endif  // TESTS_INTEGRATION_CELLS_SMALL_PDF_H_
