// A mail that came in becomes a page of its dossier: all of its text, its subject, its documents, and the raw message.
#include <gmock/gmock.h>

#include "tests/unit/worker/mail_came_in.h"

namespace zp::gateway {
namespace {

using testing::Contains;
using testing::HasSubstr;
using testing::IsEmpty;
using testing::Not;
using testing::SizeIs;

constexpr const char* kRaw = "From: Jan <jan@example.org>\r\nSubject: ONDERWERPXYZ\r\n\r\ntekst\r\n";

class MailFilingTest : public test::WorkerDesk {
 protected:
  MailFilingTest() { config_.limits.job_attempts = 3; }
  static intake::ParsedMail mail(std::string text = "Graag inzage.\n") {
    intake::ParsedMail mail;
    mail.from_address = "jan@example.org";
    mail.from_name = "Jan Jansen";
    mail.to = {"post@example.nl"};
    mail.subject = "ONDERWERPXYZ intrekken toestemming";
    mail.date = "2026-11-22T09:14:00+01";
    mail.message_id = Id::random().hex() + "@example.org";
    mail.text = std::move(text);
    return mail;
  }
  static intake::ParsedMail with_attachment() {
    auto one = mail();
    one.parts.push_back({"verzoek.pdf", "application/pdf", {'%', 'P', 'D', 'F'}});
    return one;
  }
  test::CameIn come_in(intake::ParsedMail mail) {
    return test::mail_came_in(tools_, folder_.string(), std::move(mail), kRaw);
  }
  MailView view(const test::CameIn& came, const char* role = "postkamer", const char* purpose = "behandelen-verzoek") {
    auto view = casework_->mail(staff(role, purpose), came.dossier, came.submission);
    EXPECT_TRUE(view) << view.error().message();
    return view ? std::move(*view) : MailView{};
  }
  Result<std::string> raw(const test::CameIn& came, const char* role = "postkamer",
                          const char* purpose = "behandelen-verzoek") {
    std::string content;
    TRY_DO(
        casework_->raw_mail(staff(role, purpose), came.dossier, came.submission, [&](ByteView chunk) -> Result<void> {
          content.append(as_text(chunk));
          return {};
        }));
    return content;
  }
  Profile profile(const Id& dossier) { return casework_->open(staff("postkamer"), dossier)->profile; }
  void pass(const Id& document) {
    must(store_->write([&](StoreWriter& store) -> Result<void> {
      TRY_ASSIGN(auto row, store.document(document));
      TRY_ASSIGN(const auto keys, vault_.unlock(store, row.dossier));
      TRY_ASSIGN(auto details, keys.details(row));
      details.malware = Malware::kClean;
      keys.seal(details, row);
      return store.update_document(row);
    }));
  }
};

TEST_F(MailFilingTest, AnAddressThatStaffConfirmedIsTheSendersFromThenOn) {
  const Id dossier = this->dossier("avg-inzage", DossierState::kReview);
  auto addition = mail();
  addition.subject = stored(dossier).reference;
  come_in(addition);
  EXPECT_THAT(profile(dossier).tasks, Contains(HasSubstr("ander e-mailadres")));
  EXPECT_EQ(other_emails(profile(dossier)), std::vector<std::string>{"jan@example.org"});
  const Actor clerk = staff("postkamer");
  EXPECT_EQ(casework_->confirm_email(clerk, dossier, "jan@example.org", "").error().code, Code::kRefused);
  EXPECT_EQ(casework_->confirm_email(clerk, dossier, "piet@example.org", "Gebeld.").error().code, Code::kRefused);
  must(casework_->confirm_email(clerk, dossier, "jan@example.org", "Gebeld op het nummer uit het dossier."));
  EXPECT_THAT(ledger(), Contains(testing::Field(&crypto::LedgerEntry::action, "dossier.edit-person")));
  EXPECT_THAT(other_emails(profile(dossier)), IsEmpty());
  EXPECT_EQ(casework_->search(clerk, "jan@example.org")->size(), 1u);
  const std::size_t before = profile(dossier).tasks.size();
  auto later = mail("Nog een bijlage.\n");
  later.from_address = "JAN@example.org";
  later.subject = stored(dossier).reference;
  come_in(later);
  const auto tasks = profile(dossier).tasks;
  EXPECT_EQ(std::ranges::count_if(tasks, [](const std::string& one) { return one.contains("ander e-mailadres"); }), 1);
  EXPECT_EQ(tasks.size(), before + 1);  // to read it
  EXPECT_EQ(profile(dossier).deliveries.back().from, "");
}

TEST_F(MailFilingTest, NewMailFromAConfirmedAddressIsProposedForTheRequestsOfThatPerson) {
  const Id dossier = this->dossier("avg-inzage", DossierState::kReview);
  auto addition = mail();
  addition.subject = stored(dossier).reference;
  come_in(addition);
  must(casework_->confirm_email(staff("postkamer"), dossier, "jan@example.org", "Gebeld."));
  const auto came = come_in(mail("Iets nieuws.\n"));
  ASSERT_NE(came.dossier, dossier);
  EXPECT_THAT(profile(came.dossier).tasks, Contains(HasSubstr("loopt al: " + stored(dossier).reference)));
}

TEST_F(MailFilingTest, AllOfAnAdditionIsThereToTheLastLine) {
  const Id dossier = this->dossier("avg-inzage", DossierState::kReview);
  std::string text;
  for (int line = 0; line < 400; ++line) text += "Regel met één letter die meer bytes heeft.\n";
  auto long_mail = mail(text + "ik trek mijn verzoek in\n");
  long_mail.subject += " " + stored(dossier).reference;
  const auto came = come_in(long_mail);
  ASSERT_EQ(came.dossier, dossier);
  const MailView shown = view(came);
  EXPECT_EQ(shown.mail.text, text + "ik trek mijn verzoek in\n");
  EXPECT_FALSE(shown.mail.is_cut);
  EXPECT_EQ(shown.reference, stored(dossier).reference);
  EXPECT_THAT(ledger(), Contains(testing::Field(&crypto::LedgerEntry::action, "mail.view")));
}

TEST_F(MailFilingTest, TheDossierNamesTheSubjectAndLeadsToTheMail) {
  const auto came = come_in(mail());
  const auto open = casework_->open(staff("postkamer"), came.dossier);
  must(open);
  const HistoryLine& line = open->profile.history.back();
  EXPECT_THAT(line.what, HasSubstr("Onderwerp: ONDERWERPXYZ intrekken toestemming"));
  EXPECT_THAT(line.what, Not(HasSubstr("Graag inzage")));
  EXPECT_EQ(line.submission, came.submission);
  EXPECT_THAT(open->mails, testing::ElementsAre(came.submission));
  EXPECT_THAT(open->profile.tasks, IsEmpty());
  const MailView shown = view(came);
  EXPECT_EQ(shown.mail.from, "Jan Jansen <jan@example.org>");
  EXPECT_THAT(shown.mail.to, testing::ElementsAre("post@example.nl"));
  EXPECT_EQ(shown.mail.subject, "ONDERWERPXYZ intrekken toestemming");
  EXPECT_EQ(shown.mail.date, "2026-11-22T09:14:00+01");
}

TEST_F(MailFilingTest, ALongSubjectIsCutBetweenLettersInTheHistoryAlone) {
  auto one = mail();
  one.subject.clear();
  for (int i = 0; i < 150; ++i) one.subject += "é";
  const auto came = come_in(one);
  EXPECT_THAT(profile(came.dossier).history.back().what, testing::EndsWith("é…"));
  EXPECT_EQ(view(came).mail.subject, one.subject);
}

TEST_F(MailFilingTest, WhatDidNotFitIsToldAndWaitsForAPerson) {
  for (const char* hazard : {"text-cut", "too-many-parts", "too-deep", "malformed"}) {
    auto one = mail();
    one.hazards.emplace_back(hazard);
    const auto came = come_in(one);
    const MailView shown = view(came);
    EXPECT_EQ(shown.mail.is_cut, std::string_view(hazard) == "text-cut");
    EXPECT_NE(shown.mail.is_cut, shown.mail.is_partial);
    EXPECT_THAT(profile(came.dossier).tasks, Contains(HasSubstr("bekijk ook het origineel"))) << hazard;
  }
}

TEST_F(MailFilingTest, TheRawMailIsHandedOutBitForBit) {
  const auto content = raw(come_in(mail()));
  must(content);
  EXPECT_EQ(*content, kRaw);
  EXPECT_THAT(ledger(), Contains(testing::Field(&crypto::LedgerEntry::action, "document.download")));
}

TEST_F(MailFilingTest, TheRawMailWaitsForWhatTheScannerSaysOfEachAttachment) {
  const auto came = come_in(with_attachment());
  ASSERT_THAT(view(came).filed.parts, SizeIs(1));
  EXPECT_EQ(view(came).filed.parts[0].name, "verzoek.pdf");
  EXPECT_EQ(raw(came).error().code, Code::kRefused);
  pass(view(came).filed.parts[0].id);
  must(raw(came));
}

TEST_F(MailFilingTest, TheInformationDeskReadsTheMailAndGetsNoRawOne) {
  const auto came = come_in(mail());
  EXPECT_FALSE(view(came, "informatiebalie", "beantwoorden-vraag").may_download);
  EXPECT_EQ(raw(came, "informatiebalie", "beantwoorden-vraag").error().code, Code::kDenied);
  EXPECT_EQ(casework_->mail(staff("beheerder"), came.dossier, came.submission).error().code, Code::kDenied);
  EXPECT_EQ(casework_->mail(staff("postkamer", ""), came.dossier, came.submission).error().code, Code::kRefused);
}

TEST_F(MailFilingTest, OfARestrictedDossierItOpensForThePurposesThatMay) {
  const auto came = come_in(mail());
  must(change(came.dossier, [](OpenDossier& open) { open.dossier.restricted = true; }));
  EXPECT_FALSE(casework_->mail(staff("postkamer"), came.dossier, came.submission));
  EXPECT_FALSE(raw(came));
  view(came, "jurist", "avg-verzoek");
  must(raw(came, "jurist", "avg-verzoek"));
}

TEST_F(MailFilingTest, BelongsToItsOwnDossierAlone) {
  const auto came = come_in(mail());
  const Id other = dossier("avg-inzage", DossierState::kReview);
  EXPECT_EQ(casework_->mail(staff("postkamer"), other, came.submission).error().code, Code::kNotFound);
}

TEST_F(MailFilingTest, IsAmongWhatIsHeldAboutThePerson) {
  const auto came = come_in(mail());
  const auto overview = casework_->overview(staff("jurist"), came.dossier);
  must(overview);
  const auto item = [](const char* what, const std::string& detail) {
    return testing::AllOf(testing::Field(&Overview::Item::what, what),
                          testing::Field(&Overview::Item::detail, HasSubstr(detail)));
  };
  EXPECT_THAT(overview->data, Contains(item("Tekst van de e-mail", "Graag inzage.")).Times(1));
  EXPECT_THAT(overview->documents,
              Contains(item("E-mail zoals die binnenkwam", to_hex(crypto::sha256(as_bytes(kRaw))))));
}

TEST_F(MailFilingTest, GoesWhenItsDossierIsErased) {
  const auto came = come_in(mail());
  const FiledMail filed = view(came).filed;
  ASSERT_TRUE(filed.text);
  must(change(came.dossier, [](OpenDossier& open) { open.dossier.state = DossierState::kErasureProposed; }));
  must(casework_->erase(staff("jurist", "bewaartermijn"), came.dossier));
  work();
  EXPECT_FALSE(casework_->mail(staff("postkamer"), came.dossier, came.submission));
  for (const Id& id : {filed.raw->id, filed.text->id}) EXPECT_FALSE(objects_->get(id, 0)) << id.hex();
}

TEST_F(MailFilingTest, AMailFromBeforeTheTextWasKeptShowsWhatThereIs) {
  const auto came = come_in(mail());
  const Id text = view(came).filed.text->id;
  must(store_->write([&](StoreWriter& store) { return store.remove_object(text); }));
  EXPECT_EQ(view(came).mail.text, "Graag inzage.\n");
  must(raw(came));
}

}  // namespace
}  // namespace zp::gateway
