#include "templates/letter/finish.h"

#include <memory>
#include <mutex>
#include <qpdf/Buffer.hh>
#include <qpdf/Pl_Flate.hh>
#include <qpdf/Pl_String.hh>
#include <qpdf/QPDFWriter.hh>

#include "templates/letter/pdf_parts.h"
#include "templates/letter/signature.h"

namespace zp::templates {
namespace {

using Object = QPDFObjectHandle;

constexpr int kFastest = 1, kSmallest = 9;  // levels of zlib

/// "2026-11-22T14:05:00Z" -> "D:20261122140500Z".
std::string pdf_date(const std::string& moment) {
  std::string date = "D:";
  for (const char c : moment)
    if (c >= '0' && c <= '9') date += c;
  return date + "Z";
}

void write_catalog(QPDF& pdf, const DocumentFacts& facts, const std::string& icc_profile) {
  Object root = pdf.getRoot();
  root.replaceKey("/Lang", Object::newUnicodeString(kLanguage));
  root.replaceKey("/MarkInfo", Object::parse("<</Marked true>>"));
  root.replaceKey("/ViewerPreferences", Object::parse("<</DisplayDocTitle true>>"));
  Object metadata = Object::newStream(&pdf, xmp_packet(facts));
  metadata.getDict().replaceKey("/Type", Object::newName("/Metadata"));
  metadata.getDict().replaceKey("/Subtype", Object::newName("/XML"));
  root.replaceKey("/Metadata", metadata);

  Object profile = Object::newStream(&pdf, icc_profile);
  profile.getDict().replaceKey("/Filter", Object::newName("/FlateDecode"));
  profile.getDict().replaceKey("/N", Object::newInteger(3));
  Object intent = Object::parse(
      "<</Type /OutputIntent /S /GTS_PDFA1 /OutputConditionIdentifier (sRGB) /Info (sRGB IEC61966-2.1) "
      "/RegistryName (http://www.color.org)>>");
  intent.replaceKey("/DestOutputProfile", profile);
  Object intents = Object::newArray();
  intents.appendItem(intent);
  root.replaceKey("/OutputIntents", intents);
}

void write_info(QPDF& pdf, const DocumentFacts& facts) {
  Object info = Object::newDictionary();
  info.replaceKey("/Title", Object::newUnicodeString(facts.title));
  info.replaceKey("/Author", Object::newUnicodeString(facts.author));
  info.replaceKey("/Subject", Object::newUnicodeString(facts.subject));
  info.replaceKey("/Creator", Object::newUnicodeString(kCreator));
  info.replaceKey("/Producer", Object::newUnicodeString(kProducer));
  info.replaceKey("/CreationDate", Object::newString(pdf_date(facts.moment)));
  info.replaceKey("/ModDate", Object::newString(pdf_date(facts.moment)));
  pdf.getTrailer().replaceKey("/Info", pdf.makeIndirectObject(info));
}

/// An invisible signature field on page 1. PAdES keeps the time in /M (ETSI EN 319 142-1, 6.3).
Object add_signature_field(QPDF& pdf, const DocumentFacts& facts) {
  Object signature =
      pdf.makeIndirectObject(Object::parse("<</Type /Sig /Filter /Adobe.PPKLite /SubFilter /ETSI.CAdES.detached>>"));
  signature.replaceKey("/M", Object::newString(pdf_date(facts.moment)));
  signature.replaceKey("/Name", Object::newUnicodeString(facts.author));
  signature.replaceKey("/Contents", Object::newString(std::string(kCmsBytes, '\0')));
  signature.replaceKey("/ByteRange", Object::parse(kByteRangePlaceholder));
  Object field = pdf.makeIndirectObject(Object::parse(
      "<</Type /Annot /Subtype /Widget /FT /Sig /T (Zegel) /TU (Digitaal zegel) /Rect [0 0 0 0] /F 132>>"));
  field.replaceKey("/V", signature);
  Object page = pdf.getAllPages().front();
  field.replaceKey("/P", page);
  Object form = Object::parse("<</SigFlags 3>>");
  Object fields = Object::newArray();
  fields.appendItem(field);
  form.replaceKey("/Fields", fields);
  pdf.getRoot().replaceKey("/AcroForm", form);
  return field;
}

/// QPDF 11.3 marks the objects of a document that goes with one object that all documents share.
struct DestroyOneAtATime {
  void operator()(QPDF* pdf) const {
    static std::mutex one_at_a_time;
    const std::scoped_lock lock(one_at_a_time);
    delete pdf;
  }
};

void append_annotation(Object page, Object annotation) {
  if (!page.getKey("/Annots").isArray()) page.replaceKey("/Annots", Object::newArray());
  page.getKey("/Annots").appendItem(annotation);
}

Bytes written(QPDF& pdf) {
  QPDFWriter writer(pdf);
  writer.setOutputMemory();
  writer.forcePDFVersion("1.7");
  writer.setCompressStreams(true);
  writer.setNewlineBeforeEndstream(true);  // ISO 19005-2, 6.1.7.1
  writer.setObjectStreamMode(qpdf_o_generate);
  writer.setDeterministicID(true);
  writer.write();
  const auto buffer = writer.getBufferSharedPointer();
  return Bytes(buffer->getBuffer(), buffer->getBuffer() + buffer->getSize());
}

}  // namespace

std::string prepare_profile(const std::string& icc_profile) {
  Pl_Flate::setCompressionLevel(kSmallest);
  std::string compressed;
  Pl_String keep("keep profile", nullptr, compressed);
  Pl_Flate deflate("compress profile", &keep, Pl_Flate::a_deflate);
  deflate.writeString(icc_profile);
  deflate.finish();
  // A letter is a tenth faster and a sixteenth larger than at the usual level.
  Pl_Flate::setCompressionLevel(kFastest);
  return compressed;
}

Result<Bytes> finish(const Drawing& drawing, const DisplayList& list, const FaceBook& faces,
                     const std::string& icc_profile, const DocumentFacts& facts) {
  try {
    const std::unique_ptr<QPDF, DestroyOneAtATime> pdf(new QPDF);
    pdf->setSuppressWarnings(true);
    pdf->processMemoryFile("drawing", drawing.pdf.data(), drawing.pdf.size());
    put_in_fonts(*pdf, drawing, faces);
    write_catalog(*pdf, facts, icc_profile);
    write_info(*pdf, facts);
    Object field;
    if (facts.signature_placeholder) field = add_signature_field(*pdf, facts);
    write_structure(*pdf, list, field);
    if (field.isInitialized()) append_annotation(pdf->getAllPages().front(), field);
    return written(*pdf);
  } catch (const std::exception& error) {
    return fail(Code::kIo, "finish letter", error.what());
  }
}

}  // namespace zp::templates
