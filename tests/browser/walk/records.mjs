// Steps that need no sender: a Portero dossier up to the letter, a client's register, the information desk, the page with the rules.
import assert from "node:assert/strict";
import { workbench } from "./instance.mjs";


async function add(page, record, values, choices = {}) {
  const card = page.locator(`#${record}`);
  if (!(await card.locator("details[open]").count())) await card.locator("summary", { hasText: "Toevoegen" }).click();
  for (const [name, value] of Object.entries(values)) await card.locator(`#${record}-${name}`).fill(value);
  for (const [name, value] of Object.entries(choices)) await card.locator(`#${record}-${name}`).selectOption(value);
  await card.getByRole("button", { name: "Vastleggen" }).click();
  await page.waitForLoadState();
}

/// Legal closes an organisation: refused, and told what is missing, until everything is on record.
export async function porteroCase(jurist) {
  const { page } = jurist;
  await page.goto(workbench + "/");
  await page.getByRole("link", { name: "Portero, onjuist gebruik" }).click();
  await page.locator("#doel-portero").check();
  await page.getByRole("button", { name: "Open het dossier" }).click();
  await jurist.picture("7-nieuw");
  await page.fill("#organisatie-naam", "Stichting Zorggroep Het Luchtkasteel");
  await page.fill("#organisatie-contract", "P-12 van 3 februari 2024");
  await page.fill("#organisatie-adres", "Wolkenlaan 7\n4321 AA Nergenshuizen");
  await page.getByRole("button", { name: "Dossier beginnen" }).click();
  await jurist.sees("kan nog niet");
  const records = page.url();
  await page.locator("article", { hasText: "Afsluiten na misbruik" }).getByRole("button", { name: "Brief opstellen" }).click();
  await page.fill("#veld-closed_from", "2026-12-01");
  await page.fill("#veld-misuse", "Uw organisatie bekeek gegevens van mensen die geen cliënt zijn.");
  await page.fill("#veld-contact", "Bel onze servicedesk: 088 789 1700.");
  await page.getByRole("button", { name: "Opslaan" }).click();
  await jurist.sees("Deze brief kan nog niet weg");
  const letter = page.url();
  await page.getByRole("button", { name: "Ter goedkeuring aanbieden" }).click();
  await jurist.sees(/Leg het misbruik vast als feit/);
  await jurist.picture("7-geweigerd");
  await page.goto(records);
  await add(page, "feit", { dag: "2026-11-02", wat: "Een gebruiker bekeek gegevens van mensen die geen cliënt zijn.", waaruit: "logging van Portero" }, { soort: "buiten-doel" });
  await add(page, "contact", { dag: "2026-11-03", met: "mevrouw D. Œuvre, contactpersoon", waarover: "Raadplegen zonder zorgrelatie.", gezegd: "Zij zoekt het uit." },
    { rol: "contactpersoon", hoe: "telefoon" });
  await add(page, "persoon", { naam: "de heer P. Verbeelding" }, { rol: "tekenbevoegde" });
  await jurist.sees(/Waaruit blijkt dat deze persoon mag tekenen/);
  await jurist.picture("7-bewijs-ontbreekt");
  await page.locator("#persoon").locator("#persoon-bewijs").fill("uittreksel van de KvK van 1 november 2026");
  await page.locator("#persoon").getByRole("button", { name: "Vastleggen" }).click();
  await page.waitForLoadState();
  await add(page, "rechtsmiddel", { waarom: "De toegang staat in het contract." }, { soort: "contract" });
  await add(page, "datalek", { ontdekt: "2026-11-02T10:15", wat: "Namen en indicaties zijn bekeken." });
  await jurist.sees("De klok loopt");
  await page.locator("article", { hasText: "Afsluiten na misbruik" }).getByText("kan", { exact: true }).waitFor();
  await jurist.picture("7-vastlegging");
  await page.goto(letter);
  await page.locator("#veld-facts").fill("2020-01-01 | Iets anders | Niets");  // the record wins
  await page.getByRole("button", { name: "Opslaan" }).click();
  assert.match(await page.locator("#veld-facts").inputValue(), /geen cliënt zijn/);
  await page.getByRole("button", { name: "Ter goedkeuring aanbieden" }).click();
  await jurist.sees("wacht op goedkeuring");
  await jurist.picture("7-brief");
  return letter;
}

/// AVG art. 18: a dossier is put aside on a ground, the mailroom can't open it, and it comes free only after the letter.
export async function restriction(jurist, clerk, reference) {
  const { page } = jurist;
  await page.goto(`${workbench}/?zoek=${reference}`);
  await page.getByRole("link", { name: reference }).click();
  assert.ok(await page.locator("#doel-avg-verzoek").isChecked(), "an AVG dossier is opened to decide on it");
  await page.getByRole("button", { name: "Open het dossier" }).click();
  const dossier = page.url();
  await page.locator("#grond").selectOption("d");
  await page.getByRole("button", { name: /Verwerking beperken/ }).click();
  await jurist.sees("De verwerking is beperkt sinds");
  await jurist.picture("8-beperkt");
  await clerk.page.goto(dossier.split("?")[0]);
  await clerk.sees("kunt u dit dossier nu niet openen");
  await clerk.picture("8-postkamer");
  await page.getByRole("button", { name: /Beperking opheffen/ }).click();
  await jurist.sees("Verstuur eerst de brief");
  await jurist.sees("De verwerking is beperkt sinds");  // told where it was asked
  await jurist.picture("8-opheffen-geweigerd");
  await page.locator("#brief").selectOption("avg-beperking-toegekend");
  await page.getByRole("button", { name: "Opstellen", exact: true }).click();
  assert.match(await page.locator("#veld-ground").inputValue(), /onder d/);
  await jurist.sees("Zonder dit kan de brief niet weg");
  await page.getByRole("button", { name: "Ter goedkeuring aanbieden" }).click();
  await jurist.sees(/Vul nog in: Welke gegevens wij voorlopig niet gebruiken/);
  await jurist.picture("8-brief-nog-nodig");
}

/// The mailroom keeps who speaks for a client, and the client's consent.
export async function clientRegister(clerk, birthDate) {
  const { page } = clerk;
  await page.goto(`${workbench}/nieuw/clientregister?doel=behandelen-verzoek`);
  await page.fill("#client-naam", "Wilhelmina Verzonnen");
  await page.fill("#client-geboortedatum", birthDate);
  await page.getByRole("button", { name: "Dossier beginnen" }).click();
  await page.locator("#vertegenwoordiging summary", { hasText: "Toevoegen" }).click();
  await page.locator("#vertegenwoordiging-waarvoor-informatie").check();
  await page.locator("#vertegenwoordiging-waarvoor-kopie").check();
  await add(page, "vertegenwoordiging", { naam: "Bram Bedacht", bewijs: "beschikking van de rechtbank van 3 februari 2024", vanaf: "2024-02-03" }, { rol: "mentor", vervangt: "nee" });
  await page.locator("#toestemming summary", { hasText: "Toevoegen" }).click();
  await page.locator("#toestemming-waarvoor-kopie-indicatiebesluit").check();
  await add(page, "toestemming", { aan: "Huisartsenpraktijk De Linde", document: "brief van 3 november 2026", gegeven: "2026-11-03" }, { aan_soort: "huisarts", door: "client" });
  await clerk.sees("Huisartsenpraktijk De Linde");
  await page.locator("#toestemming summary", { hasText: "Intrekken" }).click();
  await clerk.picture("7-register");
  await page.goto(workbench + "/?lijst=register");
  await clerk.sees("Wilhelmina Verzonnen");
  await clerk.picture("7-registers");
}

/// What the desk may tell; the call is kept without its content.
export async function deskCall(desk) {
  const { page } = desk;
  for (const [caller, question, words] of [["client", "indicatie", "na de controlevragen"], ["mentor", "indicatie", "Vertel niets"], ["gemeente", "heeft-indicatie", "Verwijs de beller"]]) {
    await page.goto(workbench + "/balie");
    await page.selectOption("#beller", caller);
    await page.selectOption("#vraag", question);
    await page.getByRole("button", { name: "Wat mag ik zeggen?" }).click();
    await desk.sees(words);
    await desk.picture(`7-balie-${caller}`);
  }
  await page.locator("#uitkomst-verwezen").check();
  await page.getByRole("button", { name: "Vastleggen" }).click();
  await desk.sees("Het gesprek staat in het logboek");
  await page.goto(workbench + "/regels");
  await desk.sees("Informatiebalie");
  await desk.picture("7-regels");
}

